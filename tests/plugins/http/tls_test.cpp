// TLS: chain and host name are verified however the handshake goes, and bodies end as they must.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls_fixture.h"

namespace forage::test {
namespace {

TEST_F(Tls, FetchesFromANameAndFromAnAddress) {
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse("page")));
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const Response response = get(url(server, host));
    EXPECT_EQ(response.body, "page") << response.reason;
  }
}

TEST_F(Tls, ReusesConnections) {
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse("page")));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fetch(url(server)).reused, i != 0);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Tls, RefusesWrongNames) {
  const Failure name = refusalOf(world_.authority.issue("DNS:example.com,IP:127.0.0.1"));
  EXPECT_EQ(name.kind, ErrorKind::kTls);
  EXPECT_NE(name.message.find("name"), std::string::npos) << name.message;
  EXPECT_NE(name.message.find("localhost:"), std::string::npos) << name.message;
  const Failure address =
      refusalOf(world_.authority.issue("DNS:localhost,IP:127.0.0.2"), "127.0.0.1");
  EXPECT_EQ(address.kind, ErrorKind::kTls) << address.message;
  EXPECT_EQ(refusalOf(world_.authority.issue("DNS:*host")).kind, ErrorKind::kTls);
  EXPECT_EQ(refusalOf(world_.authority.issue("")).kind, ErrorKind::kTls);
}

TEST_F(Tls, RefusesCertificatesThatDoNotHold) {
  EXPECT_EQ(refusalOf(world_.authority.issue(kOurNames, TlsAuthority::Validity::kPast)).kind,
            ErrorKind::kTls);
  EXPECT_EQ(refusalOf(TlsAuthority::selfSigned(kOurNames)).kind, ErrorKind::kTls);
  EXPECT_EQ(refusalOf(TlsAuthority().issue(kOurNames)).kind, ErrorKind::kTls);
}

// H10: without ca_file the system's authorities are trusted, which do not know ours.
TEST_F(Tls, TrustsNobodyByDefaultButTheSystem) {
  useOptions({});
  EXPECT_EQ(refusalOf(world_.authority.issue(kOurNames)).kind, ErrorKind::kTls);
}

// H10
TEST_F(Tls, RefusesOldVersions) {
  const auto old = std::make_shared<TlsServer>(world_.authority.issue(kOurNames), TLS1_1_VERSION);
  const ScriptedServer server(serving(old, okResponse("page")));
  EXPECT_EQ(failureAt(url(server)).kind, ErrorKind::kTls);
  const auto good = std::make_shared<TlsServer>(world_.authority.issue(kOurNames), TLS1_2_VERSION);
  const ScriptedServer newer(serving(good, okResponse("page")));
  EXPECT_EQ(get(url(newer)).body, "page");
}

// H9: Poco skips the host name once the handshake takes long.
TEST_F(Tls, VerifiesTheNameHoweverSlowTheHandshake) {
  for (const bool right : {false, true}) {
    Gate half;
    Gate go_on;
    const auto tls = serverFor(right ? kOurNames : "DNS:example.com");
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      const auto in_the_middle = [&] {
        half.open();
        go_on.wait();
      };
      if (!tls->accept(peer, in_the_middle)) return;
      if (!peer.readRequest().empty()) peer.send(okResponse("page"));
    });
    const FetchId id = client().start(url(server));
    EXPECT_TRUE(runUntil(client(), [&] { return half.isOpen(); }));
    for (int i = 0; i < 10; ++i) client().wait(soon(Millis(10)));  // nothing comes meanwhile
    go_on.open();
    Fetched fetched = client().finish(id);
    if (right) {
      EXPECT_EQ(responseOf(std::move(fetched)).body, "page");
    } else {
      EXPECT_EQ(failureOf(std::move(fetched)).kind, ErrorKind::kTls);
    }
  }
}

TEST_F(Tls, GivesUpAHandshakeThatTakesTooLong) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  const Failure failure = failureOf(client().fetch(
      {.url = url(server), .limits = {.connect_timeout = Millis(80), .max_time = Millis(20'000)}}));
  EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
  EXPECT_NE(failure.message.find("TLS"), std::string::npos) << failure.message;
}

TEST_F(Tls, FailsWhereThePeerSpeaksNoTls) {
  const ScriptedServer plain([](Peer& peer, std::size_t) {
    peer.readSome(100);
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.waitForEnd();
  });
  EXPECT_EQ(failureAt(url(plain)).kind, ErrorKind::kTls);
  const ScriptedServer closing([](Peer& peer, std::size_t) { peer.readSome(100); });
  EXPECT_EQ(failureAt(url(closing)).kind, ErrorKind::kTls);
}

// H1: only close_notify ends a body that nothing else ends; a FIN can come from anybody.
TEST_F(Tls, EndsABodyOnlyByCloseNotify) {
  const auto tls = serverFor(kOurNames);
  for (const bool in_order : {true, false}) {
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      const auto codec = tls->accept(peer);
      if (!codec || peer.readRequest().empty()) return;
      peer.send("HTTP/1.1 200 OK\r\n\r\npart");
      if (in_order) codec->sendCloseNotify();
    });
    Fetched fetched = fetch(url(server));
    if (in_order) {
      EXPECT_EQ(responseOf(std::move(fetched)).body, "part");
    } else {
      EXPECT_EQ(failureOf(std::move(fetched)).kind, ErrorKind::kTruncated);
    }
  }
}

TEST_F(Tls, NeedsNoCloseNotifyWhereTheLengthIsKnown) {
  const auto tls = serverFor(kOurNames);
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (tls->accept(peer) && !peer.readRequest().empty()) peer.send(okResponse("page"));
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(url(server)).body, "page");
}

// Bytes that OpenSSL holds back never make the descriptor readable.
TEST_F(Tls, ReadsAllRecordsOfOnePacket) {
  const auto tls = serverFor(kOurNames);
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const auto codec = tls->accept(peer);
    while (codec && !peer.readRequest().empty()) {
      codec->sendTogether({"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
                           "Content-Length: 9\r\n\r\n", "one", "two", "six"});
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(url(server)).body, "onetwosix");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Tls, NeverTakesALeftoverRecordForTheNextResponse) {
  const auto tls = serverFor(kOurNames);
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    const auto codec = tls->accept(peer);
    while (codec && !peer.readRequest().empty()) {
      codec->sendTogether({okResponse("page " + std::to_string(nth)), okResponse("evil")});
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(url(server)).body, "page " + std::to_string(i));
}

// H10: OpenSSL's error queue belongs to the thread, and nobody empties it for us.
TEST_F(Tls, IsNotMisledByALeftoverError) {
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse(std::string(100'000, 'x'))));
  const FetchId id = client().start(url(server));
  while (!client().hasEnded(id)) {
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    client().wait(soon(Millis(5)));
  }
  EXPECT_EQ(responseOf(client().finish(id)).body.size(), 100'000u);
  ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
  EXPECT_TRUE(fetch(url(server)).reused);
  ERR_clear_error();
}

TEST_F(Tls, ResumesSessions) {
  const auto tls = serverFor(kOurNames);
  std::atomic<int> resumed{0};
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const auto codec = tls->accept(peer);
    if (!codec || peer.readRequest().empty()) return;
    resumed += codec->isResumed() ? 1 : 0;
    peer.send(okResponse("page", "Connection: close\r\n"));
    codec->sendCloseNotify();
    peer.waitForEnd();
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(url(server)).body, "page");
  EXPECT_EQ(server.connections(), 3u);
  EXPECT_EQ(resumed, 2);
}

TEST_F(Tls, ReplacesAKeptConnectionThatDies) {
  const auto tls = serverFor(kOurNames);
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    if (!tls->accept(peer)) return;
    peer.readRequest();
    peer.send(okResponse("page " + std::to_string(nth)));
    peer.readRequest();
  });
  EXPECT_EQ(get(url(server)).body, "page 0");
  const Fetched fetched = fetch(url(server));
  EXPECT_EQ(fetched.requests, 2u);
  EXPECT_EQ(responseOf(Fetched(fetched)).body, "page 1");
}

TEST_F(Tls, CarriesLargeBodiesBothWays) {
  const auto tls = serverFor(kOurNames);
  const std::string large(5u << 20, 'l');
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (!tls->accept(peer)) return;
    for (;;) {
      const std::string request = peer.readRequest();
      if (request.empty()) return;
      peer.send(okResponse(request.ends_with(large) ? large : "damaged"));
    }
  });
  for (int i = 0; i < 2; ++i) {
    const Response response =
        responseOf(client().fetch({.url = url(server), .method = "PUT", .body = large}));
    EXPECT_TRUE(response.body == large) << response.reason;
  }
}

TEST_F(Tls, FailsWhenResetWhileARequestIsSent) {
  const auto tls = serverFor(kOurNames);
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (!tls->accept(peer)) return;
    peer.readSome(100);
    peer.reset();
  });
  const Failure failure = failureOf(
      client().fetch({.url = url(server), .method = "PUT", .body = std::string(20u << 20, 'b')}));
  EXPECT_EQ(failure.kind, ErrorKind::kConnect) << failure.message;
}

TEST_F(Tls, BuildsItsContextOnceForAllSessions) {
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse("page")));
  const auto fetcher = makeFetcher({{"ca_file", option(world_.caFile())}});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      FetchClient one(*fetcher);
      for (int n = 0; n < 3; ++n) {
        good += responseOf(one.fetch(url(server))).body == "page" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 12);
}

TEST_F(Tls, SaysWhichCertificatesItCannotLoad) {
  const std::string file = world_.caFile() + ".empty";
  { std::unique_ptr<BIO, int (*)(BIO*)> empty(BIO_new_file(file.c_str(), "w"), BIO_free); }
  useOptions({{"ca_file", option(file)}});
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse("page")));
  const Failure failure = failureAt(url(server));
  EXPECT_EQ(failure.kind, ErrorKind::kTls);
  EXPECT_NE(failure.message.find(file), std::string::npos) << failure.message;
}

}  // namespace
}  // namespace forage::test
