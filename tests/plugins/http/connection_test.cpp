// Which connections are kept and reused, which are replaced, and which never.
#include "http_fixture.h"

namespace forage::test {
namespace {

using Connections = FetcherTest;

ScriptedServer::Script answeringAll(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(bytes);
  };
}

TEST_F(Connections, AreReusedWhenComplete) {
  const ScriptedServer server(answeringAll(okResponse("page")));
  for (int i = 0; i < 10; ++i) {
    const Fetched fetched = fetch(server.url());
    EXPECT_EQ(fetched.reused, i != 0);
    EXPECT_EQ(fetched.requests, 1u);
    EXPECT_EQ(fetched.wire_bytes, okResponse("page").size());
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Connections, AreReusedAfterHeadAndNotModified) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    for (;;) {
      const std::string request = peer.readRequest();
      if (request.empty()) return;
      peer.send(request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
                                            : "HTTP/1.1 304 No\r\nContent-Length: 99\r\n\r\n");
    }
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(responseOf(client().fetch({.url = server.url(), .method = "HEAD"})).status, 200);
    EXPECT_EQ(get(server.url()).status, 304);
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Connections, AreNotSharedBetweenOrigins) {
  const ScriptedServer one(answeringAll(okResponse("one")));
  const ScriptedServer two(answeringAll(okResponse("two")));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get(one.url()).body, "one");
    EXPECT_EQ(get(two.url()).body, "two");
  }
  EXPECT_EQ(one.connections() + two.connections(), 2u);
}

TEST_F(Connections, AreNotReusedWhenEitherSideEndsThem) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
                            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"}) {
    const ScriptedServer server(answeringAll(bytes));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(fetch(server.url()).reused);
    EXPECT_EQ(server.connections(), 3u) << bytes;
  }
  useOptions({{"max_idle", option(0)}});
  std::atomic<int> said{0};
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const std::string request = peer.readRequest();
    said += request.find("\r\nConnection: close\r\n") != std::string::npos ? 1 : 0;
    peer.send(okResponse("page"));
    peer.waitForEnd();
  });
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(fetch(server.url()).reused);
  EXPECT_EQ(said, 3);
}

// H8: a server that closes idle connections costs no fetch.
TEST_F(Connections, ThatTheServerEndedMeanwhileAreNoticedBeforeUse) {
  for (const bool by_reset : {false, true}) {
    Gate ended;
    const ScriptedServer server([&](Peer& peer, std::size_t nth) {
      peer.readRequest();
      peer.send(okResponse("page"));
      if (nth == 1) return peer.waitForEnd();
      by_reset ? peer.reset() : peer.close();
      ended.open();
    });
    EXPECT_EQ(get(server.url()).body, "page");
    ended.wait();
    const Fetched fetched = fetch(server.url());
    EXPECT_EQ(fetched.requests, 1u);
    EXPECT_FALSE(fetched.reused);
    EXPECT_EQ(responseOf(Fetched(fetched)).body, "page");
  }
}

TEST_F(Connections, OnWhichSomethingCameUnaskedAreNotReused) {
  Gate seen;
  Gate sent;
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    peer.readRequest();
    peer.send(okResponse("page " + std::to_string(nth)));
    if (nth == 0) {
      seen.wait();
      peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
      sent.open();
    }
    peer.waitForEnd();
  });
  EXPECT_EQ(get(server.url()).body, "page 0");
  seen.open();
  sent.wait();
  EXPECT_EQ(get(server.url()).body, "page 1");
  EXPECT_EQ(server.connections(), 2u);
}

TEST_F(Connections, ThatDieBeforeTheFirstByteAreReplacedOnce) {
  for (const bool by_reset : {false, true}) {
    const ScriptedServer server([&](Peer& peer, std::size_t nth) {
      peer.readRequest();
      peer.send(okResponse("page " + std::to_string(nth)));
      peer.readRequest();  // and no answer
      by_reset ? peer.reset() : peer.close();
    });
    EXPECT_EQ(get(server.url()).body, "page 0");
    const Fetched fetched = fetch(server.url());
    EXPECT_EQ(fetched.requests, 2u);
    EXPECT_FALSE(fetched.reused);
    EXPECT_EQ(responseOf(Fetched(fetched)).body, "page 1");
    EXPECT_EQ(server.connections(), 2u);
  }
}

TEST_F(Connections, AreNotReplacedTwice) {
  const ScriptedServer server([](Peer& peer, std::size_t nth) {
    peer.readRequest();
    if (nth != 0) return peer.reset();
    peer.send(okResponse("page"));
    peer.readRequest();
  });
  EXPECT_EQ(get(server.url()).body, "page");
  const Fetched fetched = fetch(server.url());
  EXPECT_EQ(fetched.requests, 2u);
  EXPECT_EQ(failureOf(Fetched(fetched)).kind, ErrorKind::kConnect);
  EXPECT_EQ(server.connections(), 2u);
}

TEST_F(Connections, ThatAreNewAndDieAreNotReplaced) {
  for (const bool by_reset : {false, true}) {
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      peer.readRequest();
      by_reset ? peer.reset() : peer.close();
    });
    const Fetched fetched = fetch(server.url());
    EXPECT_EQ(fetched.requests, 1u);
    const Failure failure = failureOf(Fetched(fetched));
    EXPECT_EQ(failure.kind, ErrorKind::kConnect);
    EXPECT_NE(failure.message.find("127.0.0.1:"), std::string::npos) << failure.message;
    EXPECT_EQ(server.connections(), 1u);
  }
}

TEST_F(Connections, CarryNothingTwiceThatMustNotBeSentTwice) {
  const ScriptedServer server(answeringAll(okResponse("page")));
  fetch(server.url());
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(client().fetch({.url = server.url(), .method = "POST", .body = "once"}).reused);
  }
  EXPECT_TRUE(fetch(server.url()).reused);
  EXPECT_EQ(server.connections(), 3u);
}

TEST_F(Connections, AreAllReusedByWhatStartsAtOnce) {
  constexpr std::size_t kAtOnce = 8;
  std::atomic<std::size_t> arrived{0};
  Gate all;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) {
      if (++arrived == kAtOnce) all.open();
      all.wait();
      peer.send(okResponse("page"));
    }
  });
  const auto fetcher = makeFetcher({{"max_idle", option(1)}});
  const auto session = fetcher->open();
  const Url url = Url::parse(server.url()).value();
  const Request request{"GET", &url, {}, {}};
  for (FetchId id = 0; id < kAtOnce; ++id) session->start(id, request, {});
  std::vector<Fetched> done;
  for (std::size_t ended = 0; ended < 100 * kAtOnce; ended += done.size()) {
    done.clear();
    session->wait(soon(FetchClient::kPatience), done);
    ASSERT_FALSE(done.empty());
    for (const Fetched& fetched : done) session->start(fetched.id, request, {});
  }
  EXPECT_EQ(server.connections(), kAtOnce);
}

TEST_F(Connections, OfCancelledFetchesAreClosed) {
  Gate arrived;
  Gate ended;
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    peer.readRequest();
    if (nth == 0) {
      arrived.open();
      peer.waitForEnd();
      ended.open();
    }
    peer.send(okResponse("page"));
    peer.waitForEnd();
  });
  const FetchId id = client().start(server.url());
  EXPECT_TRUE(runUntil(client(), [&] { return arrived.isOpen(); }));
  client().cancel(id);
  EXPECT_NO_THROW(ended.wait());
  EXPECT_EQ(get(server.url()).body, "page");
}

TEST_F(Connections, DropACancelledFetchThatHasEndedUnseen) {
  const BoundSocket nobody;
  const std::string url = "http://127.0.0.1:" + std::to_string(nobody.port()) + "/";
  const ScriptedServer server(answeringAll(okResponse("page")));
  client().start(server.url());
  for (int i = 0; i < 10; ++i) {
    const FetchId id = client().start(url);
    client().cancel(id);
  }
  client().wait(soon(Millis(20)));  // throws for a fetch that is unknown
}

TEST_F(Connections, CarryALargeRequestToASlowReader) {
  const std::string body(5u << 20, 'b');
  std::string received;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    received = peer.readRequest();
    peer.send(okResponse("thanks"));
  });
  const Response response =
      responseOf(client().fetch({.url = server.url(), .method = "PUT", .body = body}));
  EXPECT_EQ(response.body, "thanks") << response.reason;
  EXPECT_TRUE(received.ends_with(body));
}

TEST_F(Connections, TakeAnAnswerThatComesBeforeTheRequestIsSent) {
  Gate answered;
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    if (nth != 0) return;
    peer.readSome(100);
    peer.send("HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno");
    peer.endWriting();
    answered.wait();
    peer.waitForEnd();
  });
  const Fetched fetched =
      client().fetch({.url = server.url(), .method = "PUT", .body = std::string(20u << 20, 'b')});
  answered.open();
  EXPECT_EQ(responseOf(Fetched(fetched)).status, 413);
}

TEST_F(Connections, ThatAreResetWhileARequestIsSentFail) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readSome(100);
    peer.reset();
  });
  const Failure failure = failureOf(
      client().fetch({.url = server.url(), .method = "PUT", .body = std::string(20u << 20, 'b')}));
  EXPECT_EQ(failure.kind, ErrorKind::kConnect) << failure.message;
}

TEST_F(Connections, OfABusyServerDoNotStarveTheOthers) {
  Gate done;
  const std::string piece(1u << 20, 'x');
  const ScriptedServer flood([&](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (!done.isOpen()) peer.send(piece);
  });
  const ScriptedServer server(answeringAll(okResponse("page")));
  const FetchId flooded =
      client().start({.url = flood.url(), .limits = {.max_filesize = 300u << 20}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get(server.url()).body, "page");
  done.open();
  client().cancel(flooded);
}

}  // namespace
}  // namespace forage::test
