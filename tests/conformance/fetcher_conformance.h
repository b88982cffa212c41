// What every Fetcher must do, as tests that a fetcher's author runs in one line:
//
//   FORAGE_FETCHER_CONFORMANCE(Mine, {.make = [] { return std::make_unique<MyFetcher>(); }});
//
// To be included in one file of a GoogleTest program. The tests talk to servers of their own on
// loopback.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fetch_client.h"
#include "forage/fetcher.h"
#include "scripted_server.h"

namespace forage::conformance {

/// A fetcher to be tested.
struct FetcherSubject {
  std::function<std::unique_ptr<Fetcher>()> make;
};

inline void PrintTo(const FetcherSubject&, std::ostream* out) { *out << "a fetcher"; }

class FetcherConformance : public testing::TestWithParam<FetcherSubject> {
 protected:
  using Order = FetchClient::Order;

  void SetUp() override {
    fetcher_ = GetParam().make();
    ASSERT_NE(fetcher_, nullptr);
    client_ = std::make_unique<FetchClient>(*fetcher_);
  }

  /// A server that answers every request with `bytes` and then ends the connection.
  static ScriptedServer::Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
      peer.readRequest();
      peer.send(bytes);
    };
  }
  Response responseTo(const std::string& bytes) {
    const ScriptedServer server(answering(bytes));
    return responseOf(client_->fetch(server.url()));
  }
  Failure failureFrom(const std::string& bytes, FetchLimits limits = {}) {
    const ScriptedServer server(answering(bytes));
    return failureOf(client_->fetch(Order{.url = server.url(), .limits = limits}));
  }

  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<FetchClient> client_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FetcherConformance);

TEST_P(FetcherConformance, FetchesAPage) {
  const Response response =
      responseTo("HTTP/1.1 200 Fine\r\nX-A: 1\r\nContent-Length: 5\r\nx-b:  2 \r\n\r\nhello");
  EXPECT_EQ(response.status, 200) << response.reason;
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.find("x-a"), "1");
  EXPECT_EQ(response.headers.find("X-B"), "2");
}

TEST_P(FetcherConformance, TakesAnyStatusForAResponse) {
  for (const int status : {201, 301, 304, 401, 404, 429, 500, 503}) {
    const std::string body = status == 304 ? "" : "hello";
    const Response response =
        responseTo("HTTP/1.1 " + std::to_string(status) +
                   " Some\r\nLocation: /else\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body);
    EXPECT_EQ(response.status, status) << response.reason;
    EXPECT_EQ(response.body, body);
  }
}

TEST_P(FetcherConformance, LeavesTheContentCodingOn) {
  const std::string body = "\x1f\x8b, or so it says";
  const Response response =
      responseTo("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(response.body, body) << response.reason;
  EXPECT_EQ(response.headers.find("content-encoding"), "gzip");
}

TEST_P(FetcherConformance, TakesTheTransferCodingOff) {
  const Response response = responseTo(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n"
      "0\r\n\r\n");
  EXPECT_EQ(response.body, "hello world") << response.reason;
}

TEST_P(FetcherConformance, ReadsABodyToTheEndOfTheConnection) {
  EXPECT_EQ(responseTo("HTTP/1.1 200 OK\r\n\r\nhello").body, "hello");
}

TEST_P(FetcherConformance, SkipsInterimResponses) {
  const Response response =
      responseTo("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                 okResponse("hello"));
  EXPECT_EQ(response.status, 200) << response.reason;
  EXPECT_EQ(response.body, "hello");
}

TEST_P(FetcherConformance, SendsWhatItIsTold) {
  std::string received;
  {
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      received = peer.readRequest();
      peer.send(okResponse(""));
    });
    Order order{.url = server.url("/path?query=1"), .method = "POST", .body = "some\r\n\r\nbody"};
    order.fields.add("X-Mine", "one, two");
    EXPECT_EQ(responseOf(client_->fetch(std::move(order))).status, 200);
    const std::string host = server.url("").substr(7);
    EXPECT_NE(received.find("\r\nHost: " + host + "\r\n"), std::string::npos) << received;
  }
  EXPECT_TRUE(received.starts_with("POST /path?query=1 HTTP/1.1\r\n")) << received;
  EXPECT_NE(received.find("\r\nX-Mine: one, two\r\n"), std::string::npos) << received;
  EXPECT_NE(received.find("\r\nContent-Length: 12\r\n"), std::string::npos) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\nsome\r\n\r\nbody")) << received;
}

TEST_P(FetcherConformance, ExpectsNoBodyAfterHead) {
  const ScriptedServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  const Response response =
      responseOf(client_->fetch(Order{.url = server.url(), .method = "HEAD"}));
  EXPECT_EQ(response.status, 200) << response.reason;
  EXPECT_EQ(response.headers.find("content-length"), "1000");
  EXPECT_EQ(response.body, "");
}

TEST_P(FetcherConformance, GivesNoPartOfABody) {
  EXPECT_EQ(failureFrom("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").kind,
            ErrorKind::kTruncated);
  EXPECT_EQ(failureFrom("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").kind,
            ErrorKind::kTruncated);
  EXPECT_EQ(failureFrom("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello").kind,
            ErrorKind::kTruncated);
}

TEST_P(FetcherConformance, RefusesWhatIsNotHttp) {
  EXPECT_EQ(failureFrom("SSH-2.0-OpenSSH_9.2p1 Debian\r\n").kind, ErrorKind::kProtocol);
}

TEST_P(FetcherConformance, FailsWhereNobodyListens) {
  const BoundSocket silent;
  const std::string where = "127.0.0.1:" + std::to_string(silent.port());
  const Fetched fetched = client_->fetch("http://" + where + "/");
  EXPECT_EQ(fetched.requests, 0u);
  const Failure failure = failureOf(Fetched(fetched));
  EXPECT_EQ(failure.kind, ErrorKind::kConnect) << failure.message;
  EXPECT_NE(failure.message.find("127.0.0.1"), std::string::npos) << failure.message;
  EXPECT_EQ(failure.message.find('\n'), std::string::npos);
}

TEST_P(FetcherConformance, GivesUpOnASilentServer) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  const FetchLimits limits{.connect_timeout = Millis(5'000), .max_time = Millis(100)};
  const TimePoint begun = std::chrono::steady_clock::now();
  EXPECT_EQ(failureOf(client_->fetch(Order{.url = server.url(), .limits = limits})).kind,
            ErrorKind::kTimeout);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Millis(100));
}

TEST_P(FetcherConformance, GivesUpOnABodyThatDrips) {
  Gate done;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (!done.isOpen()) {
      peer.send("x");
      std::this_thread::sleep_for(Millis(2));  // it is what drips; nothing waits for it
    }
  });
  const FetchLimits limits{.max_time = Millis(150), .max_filesize = 2'000'000'000};
  const Failure failure = failureOf(client_->fetch(Order{.url = server.url(), .limits = limits}));
  done.open();
  EXPECT_EQ(failure.kind, ErrorKind::kTimeout) << failure.message;
}

TEST_P(FetcherConformance, RefusesABodyThatIsTooLarge) {
  const FetchLimits limits{.max_filesize = 1000};
  const std::string large(1001, 'x');
  EXPECT_EQ(failureFrom(okResponse(large), limits).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(failureFrom("HTTP/1.1 200 OK\r\n\r\n" + large, limits).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(failureFrom("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + large +
                            "\r\n0\r\n\r\n",
                        limits)
                .kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(failureFrom(okResponse(large.substr(1)), limits).kind, ErrorKind::kNone);
}

TEST_P(FetcherConformance, RefusesAHeaderThatIsTooLarge) {
  const FetchLimits limits{.max_header_bytes = 1000};
  const std::string field = "X-Long: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(failureFrom(okResponse("hello", field), limits).kind, ErrorKind::kTooLarge);
}

TEST_P(FetcherConformance, NamesEachFetchAndCountsItsRequests) {
  const ScriptedServer server(answering(okResponse("hello")));
  const FetchId first = client_->start(server.url());
  const FetchId second = client_->start(server.url());
  const Fetched fetched = client_->finish(second);
  EXPECT_EQ(fetched.id, second);
  EXPECT_EQ(fetched.requests, 1u);
  EXPECT_EQ(client_->finish(first).id, first);
}

TEST_P(FetcherConformance, HasManyInFlight) {
  constexpr std::size_t kMany = 50;
  std::atomic<std::size_t> arrived{0};
  Gate all;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const std::string request = peer.readRequest();
    if (++arrived == kMany) all.open();
    all.wait();
    peer.send(okResponse(request.substr(4, request.find(' ', 4) - 4)));
  });
  std::vector<FetchId> ids;
  for (std::size_t i = 0; i < kMany; ++i) {
    ids.push_back(client_->start(server.url("/" + std::to_string(i))));
  }
  for (std::size_t i = 0; i < kMany; ++i) {
    EXPECT_EQ(responseOf(client_->finish(ids[i])).body, "/" + std::to_string(i));
  }
  EXPECT_EQ(server.errors(), "");
}

TEST_P(FetcherConformance, WaitsNoLongerThanTold) {
  const TimePoint until = soon(Millis(30));
  while (std::chrono::steady_clock::now() < until) client_->wait(until);
  client_->wait(soon(Millis(-1)));
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  const FetchId id = client_->start(server.url());
  client_->wait(soon(Millis(20)));
  EXPECT_FALSE(client_->hasEnded(id));
}

TEST_P(FetcherConformance, KeepsAWakeThatComesBeforeTheWait) {
  client_->session().wake();
  client_->session().wake();
  const TimePoint begun = std::chrono::steady_clock::now();
  client_->wait(soon(FetchClient::kPatience));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, FetchClient::kPatience / 2);
}

TEST_P(FetcherConformance, IsWokenFromOtherThreads) {
  for (int i = 0; i < 20; ++i) {
    std::thread other([this] { client_->session().wake(); });
    const TimePoint begun = std::chrono::steady_clock::now();
    client_->wait(soon(FetchClient::kPatience));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, FetchClient::kPatience / 2);
    other.join();
  }
}

TEST_P(FetcherConformance, NeverReportsWhatWasCancelled) {
  Gate cancelled;
  Gate arrived;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (peer.readRequest().starts_with("GET /slow")) {
      arrived.open();
      cancelled.wait();
    }
    peer.send(okResponse("hello"));
  });
  const FetchId slow = client_->start(server.url("/slow"));
  while (!arrived.isOpen()) client_->wait(soon(Millis(1)));
  client_->cancel(slow);
  cancelled.open();
  EXPECT_EQ(responseOf(client_->fetch(server.url("/quick"))).body, "hello");
  client_->wait(soon(Millis(20)));
  EXPECT_FALSE(client_->hasEnded(slow));
}

// --- public_only --------------------------------------------------------------------------------

TEST_P(FetcherConformance, ConnectsToNoAddressThatIsNotPublicWhereOnlyThoseAreWanted) {
  const ScriptedServer server(answering(okResponse("secret")));
  const std::string port = std::to_string(server.port());
  const FetchLimits limits{.public_only = true};
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
    const std::string url = "http://" + host + ":" + port + "/";
    Fetched fetched = client_->fetch(Order{.url = url, .limits = limits});
    const std::uint32_t requests = fetched.requests;
    const Failure failure = failureOf(std::move(fetched));
    EXPECT_EQ(failure.kind, ErrorKind::kPolicy) << host << ": " << failure.message;
    EXPECT_EQ(requests, 0u);
  }
  EXPECT_EQ(server.connections(), 0u);
}

TEST_P(FetcherConformance, UsesNoConnectionThatIsOpenWhereItsAddressIsNotWanted) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(okResponse("mine"));
    peer.readRequest();
    peer.send(okResponse("secret"));
  });
  EXPECT_EQ(responseOf(client_->fetch(server.url())).body, "mine");
  Fetched fetched = client_->fetch(Order{.url = server.url(), .limits = {.public_only = true}});
  EXPECT_EQ(fetched.requests, 0u);
  EXPECT_EQ(failureOf(std::move(fetched)).kind, ErrorKind::kPolicy);
}

TEST_P(FetcherConformance, ClosesItsConnectionsWhenTheSessionEnds) {
  Gate ended;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    peer.waitForEnd();
    ended.open();
  });
  client_->start(server.url());
  while (server.connections() == 0) client_->wait(soon(Millis(1)));
  client_.reset();
  EXPECT_NO_THROW(ended.wait());
}

TEST_P(FetcherConformance, ServesSessionsOnManyThreads) {
  const ScriptedServer server(answering(okResponse("hello")));
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      FetchClient client(*fetcher_);
      for (int n = 0; n < 10; ++n) {
        good += responseOf(client.fetch(server.url())).body == "hello" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

}  // namespace forage::conformance

/// Runs the suite on a FetcherSubject, under the name given.
#define FORAGE_FETCHER_CONFORMANCE(Name, ...)                                                      \
  namespace forage::conformance {                                                                  \
  INSTANTIATE_TEST_SUITE_P(Name, FetcherConformance, testing::Values(FetcherSubject __VA_ARGS__)); \
  }                                                                                                \
  static_assert(true, "wants a semicolon")
