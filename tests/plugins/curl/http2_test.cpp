// HTTP/2, from a real nginx: which version is spoken, by its log, and that the contract holds.
#include <fstream>
#include <sstream>

#include "support/certificates.h"
#include "support/nginx_server.h"
#include "support/temporary_folder.h"
#include "tls_fixture.h"

namespace forage::test {
namespace {

class Http2 : public FetcherTest {
 protected:
  Http2() { useOptions({{"ca_file", option(authority_.file().string())}}); }

  void useVersion(const char* version) {
    useOptions(
        {{"ca_file", option(authority_.file().string())}, {"http_version", option(version)}});
  }
  // `directives`, beside those for a port of TLS and one without, both with HTTP/2.
  void serve(const std::string& directives = {}) {
    const auto issued = authority_.issue("server", "DNS:localhost,IP:127.0.0.1");
    for (int attempts = 5;; --attempts) {  // another process may take a port first
      port_ = BoundSocket().port();
      plain_port_ = BoundSocket().port();
      try {
        nginx_ = std::make_unique<NginxServer>(
            10, "listen 127.0.0.1:" + std::to_string(port_) + " ssl http2;\n" +
                    "listen 127.0.0.1:" + std::to_string(plain_port_) + " http2;\n" +
                    "ssl_certificate " + issued.certificate.string() + ";\n" +
                    "ssl_certificate_key " + issued.key.string() + ";\n" + "access_log " +
                    log().string() + " protocol;\n" + directives);
        return;
      } catch (const std::runtime_error&) {
        if (attempts == 1) throw;
      }
    }
  }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "protocols.log"; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "https://localhost:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::string plainUrl(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(plain_port_) + path;
  }
  // "HTTP/2.0 h2" and how many requests say so; by connection, with its number.
  [[nodiscard]] std::map<std::string, int> spoken(bool by_connection = false) const {
    static_cast<void>(nginx_->requests());  // all before has been logged
    std::map<std::string, int> counts;
    std::ifstream in(log());
    for (std::string line; std::getline(in, line);) {
      ++counts[by_connection ? line : line.substr(0, line.rfind(' '))];
    }
    return counts;
  }
  Fetched fetchOrder(Order order) { return client().fetch(std::move(order)); }

  TemporaryFolder folder_;
  CertificateAuthority authority_{folder_.path(), "authority"};
  std::uint16_t port_ = 0;
  std::uint16_t plain_port_ = 0;
  std::unique_ptr<NginxServer> nginx_;
};

TEST_F(Http2, IsSpokenWhereTheServerAgrees) {
  serve();
  for (int i = 0; i < 3; ++i) {
    const Fetched fetched = fetch(url(NginxServer::pagePath(1)));
    EXPECT_EQ(fetched.requests, 1u);
    EXPECT_EQ(fetched.reused, i != 0);
    EXPECT_GT(fetched.wire_bytes, NginxServer::kPageBytes);
    const Response response = responseOf(Fetched(fetched));
    EXPECT_EQ(response.status, 200) << response.reason;
    EXPECT_EQ(response.body, NginxServer::pageText(1));
    EXPECT_EQ(response.headers.find("content-type"), "text/html");
    EXPECT_EQ(response.reason, "");
  }
  EXPECT_EQ(spoken(), (std::map<std::string, int>{{"HTTP/2.0 h2", 3}}));
  EXPECT_EQ(spoken(true).size(), 1u);
}

TEST_F(Http2, IsNotSpokenWhereTheJobWantsTheOldOne) {
  serve();
  useVersion("1.1");
  EXPECT_EQ(get(url(NginxServer::pagePath(1))).body, NginxServer::pageText(1));
  EXPECT_EQ(spoken(), (std::map<std::string, int>{{"HTTP/1.1 http/1.1", 1}}));
}

TEST_F(Http2, IsSpokenWithoutTlsWhereTheJobWantsIt) {
  serve();
  useVersion("2");
  EXPECT_EQ(get(plainUrl(NginxServer::pagePath(1))).body, NginxServer::pageText(1));
  EXPECT_EQ(get(url(NginxServer::pagePath(2))).body, NginxServer::pageText(2));
  EXPECT_EQ(spoken(), (std::map<std::string, int>{{"HTTP/2.0 -", 1}, {"HTTP/2.0 h2", 1}}));
}

using Http2OverTls = Tls;

TEST_F(Http2OverTls, IsNotReplacedByTheOldOneWhereTheJobWantsIt) {
  useOptions({{"ca_file", option(world_.caFile())}, {"http_version", option("2")}});
  const ScriptedServer server(serving(serverFor(kOurNames), okResponse("page")));
  const Failure failure = failureAt(url(server));
  EXPECT_EQ(failure.kind, ErrorKind::kProtocol);
  EXPECT_NE(failure.message.find("does not speak HTTP/2"), std::string::npos) << failure.message;
}

// Without TLS nobody agrees to anything: libcurl reads frames, finds none, and says no more.
TEST_F(Http2, IsNotReplacedByTheOldOneWhereTheJobWantsIt) {
  useOptions({{"http_version", option("2")}});
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(okResponse("page"));
    peer.waitForEnd();
  });
  const Failure failure = failureAt(server.url());
  EXPECT_EQ(toString(failure.kind), "connect") << failure.message;
}

// A status line of HTTP/2 in HTTP/1 is none.
TEST_F(Http2, IsNotBelievedWhereItIsNotSpoken) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send("HTTP/2 200 \r\nContent-Length: 4\r\n\r\npage");
  });
  EXPECT_EQ(failureAt(server.url()).kind, ErrorKind::kProtocol);
}

TEST_F(Http2, AnAnswerIsNotKeptWaitingForARequestThatNobodyReads) {
  serve("location = /early { client_max_body_size 10m; return 200 page; }\n");
  const TimePoint begun = std::chrono::steady_clock::now();
  const Fetched fetched = fetchOrder({.url = url("/early"),
                                      .method = "POST",
                                      .body = std::string(1'000'000, 'b'),
                                      .limits = {.max_time = Millis(20'000)}});
  EXPECT_EQ(responseOf(Fetched(fetched)).body, "page");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Millis(10'000));
  EXPECT_EQ(get(url(NginxServer::pagePath(1))).body, NginxServer::pageText(1));
}

// nginx ends a connection after as many requests; what it turns away then was not served.
TEST_F(Http2, LosesNoFetchWhenTheServerEndsTheConnection) {
  serve("keepalive_requests 10;");
  std::uint32_t requests = 0;
  std::size_t good = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const Fetched fetched = fetch(url(NginxServer::pagePath(i % 10)));
    requests += fetched.requests;
    good += responseOf(Fetched(fetched)).body == NginxServer::pageText(i % 10) ? 1 : 0;
  }
  EXPECT_EQ(good, 100u);
  EXPECT_LE(requests, 110u);
}

TEST_F(Http2, LosesNoneOfManyFetchesWhenTheServerEndsTheConnection) {
  serve("keepalive_requests 10;");
  std::vector<FetchId> ids;
  for (std::size_t i = 0; i < 100; ++i) {
    ids.push_back(client().start(url(NginxServer::pagePath(i % 10))));
  }
  for (std::size_t i = 0; i < 100; ++i) {
    const Fetched fetched = client().finish(ids[i]);
    EXPECT_LE(fetched.requests, 2u);
    const Response response = responseOf(Fetched(fetched));
    EXPECT_EQ(response.body, NginxServer::pageText(i % 10)) << response.reason;
  }
}

TEST_F(Http2, CarriesManyFetchesOverOneConnection) {
  serve();
  std::vector<FetchId> ids;
  for (std::size_t i = 0; i < 60; ++i) {
    ids.push_back(client().start(url(NginxServer::pagePath(i % 10))));
  }
  for (std::size_t i = 0; i < 60; ++i) {
    const Response response = responseOf(client().finish(ids[i]));
    EXPECT_EQ(response.body, NginxServer::pageText(i % 10)) << response.reason;
  }
  EXPECT_EQ(spoken(true).size(), 1u);
}

TEST_F(Http2, HasNoBodyWhereThereIsNone) {
  serve("location = /none { return 204; }\n");
  const Response head =
      responseOf(fetchOrder({.url = url(NginxServer::pagePath(1)), .method = "HEAD"}));
  EXPECT_EQ(head.status, 200) << head.reason;
  EXPECT_EQ(head.headers.find("content-length"), std::to_string(NginxServer::kPageBytes));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(get(url("/none")).status, 204);
  Order order{.url = url(NginxServer::pagePath(1))};
  order.fields.add("If-None-Match", std::string(head.headers.find("etag").value_or("")));
  const Response unchanged = responseOf(fetchOrder(std::move(order)));
  EXPECT_EQ(unchanged.status, 304) << unchanged.reason;
  EXPECT_EQ(unchanged.body, "");
}

TEST_F(Http2, TakesAnyStatusAndSendsWhatItIsTold) {
  serve(
      "location = /mine { return 429 \"$request_method $http_x_mine $http_connection $args\"; }\n"
      "location = /body { client_max_body_size 10m; return 200 $content_length; }\n");
  Order order{.url = url("/mine?a=%2F"), .method = "DELETE"};
  order.fields.add("X-Mine", "one");
  order.fields.add("Connection", "close");
  const Response response = responseOf(fetchOrder(std::move(order)));
  EXPECT_EQ(response.status, 429) << response.reason;
  EXPECT_EQ(response.body, "DELETE one  a=%2F");
  const Response sent = responseOf(
      fetchOrder({.url = url("/body"), .method = "POST", .body = std::string(10'000, 'b')}));
  EXPECT_EQ(sent.body, "10000") << sent.reason;
}

TEST_F(Http2, KeepsTheLimits) {
  serve(
      "location = /slow { proxy_pass http://127.0.0.1:1; }\n"
      "location = /field { add_header X-Long " +
      std::string(2'000, 'x') + "; return 200 page; }\n");
  const std::string page = url(NginxServer::pagePath(1));
  EXPECT_EQ(
      failureOf(fetchOrder({.url = page, .limits = {.max_filesize = NginxServer::kPageBytes - 1}}))
          .kind,
      ErrorKind::kTooLarge);
  EXPECT_EQ(
      responseOf(fetchOrder({.url = page, .limits = {.max_filesize = NginxServer::kPageBytes}}))
          .status,
      200);
  EXPECT_EQ(
      failureOf(fetchOrder({.url = url("/field"), .limits = {.max_header_bytes = 1'000}})).kind,
      ErrorKind::kTooLarge);
  EXPECT_EQ(get(page).status, 200);
}

// A server behind nginx that sends a part; nginx passes it on and resets the stream.
TEST_F(Http2, GivesNoPartOfABody) {
  for (const char* head : {"Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const ScriptedServer behind([&](Peer& peer, std::size_t) {
      peer.readRequest();
      peer.send("HTTP/1.1 200 OK\r\n" + std::string(head) + "\r\n5\r\nhello\r\n");
    });
    serve("location /part { proxy_http_version 1.1; proxy_pass " + behind.url("") + "; }\n");
    const Failure failure = failureAt(url("/part"));
    EXPECT_EQ(toString(failure.kind), "truncated") << failure.message;
    nginx_.reset();
  }
}

TEST_F(Http2, OneCancelledOrLateFetchDisturbsNoOther) {
  Gate done;
  Gate arrived;
  std::atomic<int> asked{0};
  const ScriptedServer behind([&](Peer& peer, std::size_t) {
    peer.readRequest();
    if (++asked == 2) arrived.open();
    done.wait();
  });
  serve("location /slow { proxy_pass " + behind.url("") + "; }\n");
  const FetchId cancelled = client().start(url("/slow/1"));
  const FetchId late =
      client().start({.url = url("/slow/2"), .limits = {.max_time = Millis(1'000)}});
  EXPECT_TRUE(runUntil(client(), [&] { return arrived.isOpen(); }));
  client().cancel(cancelled);
  EXPECT_EQ(get(url(NginxServer::pagePath(1))).body, NginxServer::pageText(1));
  EXPECT_EQ(failureOf(client().finish(late)).kind, ErrorKind::kTimeout);
  EXPECT_EQ(get(url(NginxServer::pagePath(2))).body, NginxServer::pageText(2));
  EXPECT_FALSE(client().hasEnded(cancelled));
  done.open();
}

}  // namespace
}  // namespace forage::test
