// How the origin server keeps connections: order, limits, ends.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "origin/client.h"
#include "origin/origin_server.h"

namespace forage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::Answer;
using test::Client;

class OriginConnection : public testing::Test {
 protected:
  OriginConnection() : server_({.delay_unit = milliseconds(100), .max_body = 1'000'000}) {
    server_.start();
  }

  /// Waits until what the server tells of itself is as `holds` says; false if it never is.
  template <typename Condition>
  bool eventually(Condition holds) {
    const auto limit = steady_clock::now() + seconds(20);
    while (!holds(server_.stats())) {
      if (steady_clock::now() > limit) return false;
      std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
  }

  OriginServer server_;
};

std::string post(const std::string& fields, const std::string& body) {
  return "POST /get HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

TEST_F(OriginConnection, ServesManyRequestsOnOneConnection) {
  Client client(server_.port());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.get("/page/1").status, 200);
  EXPECT_EQ(server_.stats().connections, 1u);
  EXPECT_EQ(server_.stats().max_concurrent, 1u);
}

TEST_F(OriginConnection, AnswersPipelinedRequestsInOrder) {
  Client client(server_.port());
  std::string requests;
  for (const std::string target :
       {"/delay/1", "/bytes/200000", "/status/404", "/stream/2", "/page/3"}) {
    requests += "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  client.send(requests);
  EXPECT_NE(client.read().body.find("/delay/1"), std::string::npos);
  EXPECT_EQ(client.read().body.size(), 200'000u);
  EXPECT_EQ(client.read().status, 404);
  EXPECT_EQ(client.read().body.size(), 56u);
  EXPECT_EQ(client.read().body.size(), 2048u);
}

TEST_F(OriginConnection, TakesThousandsOfPipelinedRequests) {
  Client client(server_.port());
  std::string requests;
  for (int i = 0; i < 5000; ++i) {
    requests += "GET /status/" + std::to_string(200 + i % 4) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(client.read().status, 200 + i % 4) << i;
  sender.join();
}

TEST_F(OriginConnection, ReadsARequestByteByByte) {
  Client client(server_.port());
  for (const char c : std::string("\r\nGET /page/1 HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.read().body.size(), 2048u);
}

TEST_F(OriginConnection, AnswersAClientThatHasEndedItsOutput) {
  for (const std::string target : {"/page/1", "/delay/1", "/bytes/300000", "/drip?duration=1"}) {
    Client client(server_.port());
    client.request(target);
    client.endOutput();
    EXPECT_EQ(client.read().status, 200) << target;
    EXPECT_EQ(client.readToEnd(), "");
  }
}

TEST_F(OriginConnection, AnswersAllPipelinedRequestsAfterTheEndOfOutput) {
  Client client(server_.port());
  client.request("/delay/0.5");
  client.request("/page/1");
  client.request("/page/2");
  client.endOutput();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().body.size(), 2048u);
  EXPECT_EQ(client.read().body.size(), 2048u);
  EXPECT_EQ(client.readToEnd(), "");
}

TEST_F(OriginConnection, ClosesWhenAsked) {
  Client client(server_.port());
  const Answer answer = client.get("/page/1", "Connection: close\r\n");
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(client.readToEnd(), "");
}

TEST_F(OriginConnection, SpeaksHttp10) {
  Client client(server_.port());
  client.send("GET /stream/2 HTTP/1.0\r\n\r\n");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Transfer-Encoding"), "");
  EXPECT_EQ(answer.body.size(), 56u);

  Client kept(server_.port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /page/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(kept.read().has("Connection: keep-alive"));
  }
}

TEST_F(OriginConnection, ReadsBodiesOver) {
  Client client(server_.port());
  client.send(post("Content-Length: 500000\r\n", std::string(500'000, 'x')));
  EXPECT_NE(client.read().body.find("\"body_bytes\": 500000"), std::string::npos);
  client.send(
      post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n3\r\nyou\r\n0\r\nT: t\r\n\r\n"));
  EXPECT_NE(client.read().body.find("\"body_bytes\": 8"), std::string::npos);
  EXPECT_EQ(client.get("/page/1").status, 200);
}

TEST_F(OriginConnection, BidsAWaitingClientToContinue) {
  Client client(server_.port());
  client.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n", ""));
  EXPECT_EQ(client.readHead(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_NE(client.read().body.find("\"body_bytes\": 5"), std::string::npos);
}

TEST_F(OriginConnection, RefusesHeadsThatAreTooLarge) {
  const std::string large(70'000, 'x');
  for (const std::string& request : {"GET / HTTP/1.1\r\nHost: h\r\nX: " + large + "\r\n\r\n",
                                     "GET /" + large + " HTTP/1.1\r\nHost: h\r\n\r\n",
                                     "GET / HTTP/1.1\r\nHost: h\r\n" + large + ": x\r\n\r\n"}) {
    Client client(server_.port());
    client.send(request);
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 431);
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_EQ(client.readToEnd(), "") << "an end, not a reset";
  }
  EXPECT_EQ(server_.requests("(refused)"), 3u);
}

TEST_F(OriginConnection, RefusesTrailersThatAreTooLarge) {
  Client client(server_.port());
  client.send(post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(70'000, 'x')));
  EXPECT_EQ(client.read().status, 431);
}

TEST_F(OriginConnection, RefusesBodiesThatAreTooLarge) {
  Client declared(server_.port());
  declared.send(post("Content-Length: 1000001\r\n", ""));
  EXPECT_EQ(declared.read().status, 413);

  Client chunked(server_.port());
  chunked.send(post("Transfer-Encoding: chunked\r\n", "f4241\r\n" + std::string(1'000'001, 'x')));
  EXPECT_EQ(chunked.read().status, 413);
}

TEST_F(OriginConnection, RefusesWhatIsNoRequest) {
  for (const std::string bytes :
       {"hello\r\n\r\n", "\x16\x03\x01\x02", "GET /\r\n\r\n", "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHo st: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET nothing HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
    Client client(server_.port());
    client.send(bytes);
    EXPECT_EQ(client.read().status, 400) << bytes;
  }
}

TEST_F(OriginConnection, TakesNoRequestForTheOneBefore) {
  Client client(server_.port());
  client.request("/page/1", {}, "HEAD");
  client.read(true);
  client.send("\x01\x02");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body, "") << "the answer to HEAD has no body, this one has";
}

TEST_F(OriginConnection, DeclinesToUpgrade) {
  Client client(server_.port());
  EXPECT_EQ(client.get("/page/1", "Connection: Upgrade\r\nUpgrade: h2c\r\n").status, 200);
  EXPECT_EQ(client.get("/page/1").status, 200);
}

TEST_F(OriginConnection, NoticesThatTheClientOfAHangingRequestLeft) {
  {
    Client client(server_.port());
    client.request("/hang");
    EXPECT_TRUE(eventually([](const OriginStats& s) { return s.in_progress == 1; }));
  }
  EXPECT_TRUE(eventually([](const OriginStats& s) { return s.open == 0 && s.in_progress == 0; }));
}

TEST_F(OriginConnection, SurvivesClientsThatResetTheirConnection) {
  for (const std::string target :
       {"/endless", "/delay/5", "/bytes/100000000", "/hang", "/page/1"}) {
    Client client(server_.port());
    client.request(target);
    EXPECT_TRUE(eventually([&](const OriginStats& s) { return s.by_target.contains(target); }));
    client.reset();
  }
  EXPECT_TRUE(eventually([](const OriginStats& s) { return s.open == 0 && s.in_progress == 0; }));
}

TEST_F(OriginConnection, WaitsForASlowReaderWithoutHeapingUp) {
  Client client(server_.port());
  client.request("/bytes/30000000");
  EXPECT_TRUE(eventually([](const OriginStats& s) { return s.in_progress == 1; }));
  EXPECT_EQ(Client(server_.port()).get("/page/1").status, 200);
  EXPECT_EQ(server_.stats().in_progress, 1u) << "the large body is not in memory as a whole";
  EXPECT_EQ(client.read().body.size(), 30'000'000u);
}

TEST_F(OriginConnection, AnswersTwoThousandDelayedRequestsAtOnce) {
  constexpr std::size_t kClients = 2000;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<Client>(server_.port()));
  }
  for (const auto& client : clients) client->request("/delay/20");
  for (const auto& client : clients) ASSERT_EQ(client->read().status, 200);
  EXPECT_EQ(server_.stats().max_concurrent, kClients);
  EXPECT_EQ(server_.stats().in_progress, 0u);
  EXPECT_EQ(server_.requests("/delay/20"), kClients);
}

TEST_F(OriginConnection, StopsWithConnectionsOpen) {
  std::vector<std::unique_ptr<Client>> clients;
  for (const std::string target :
       {"/hang", "/delay/600", "/endless", "/drip?duration=600", "/page/1"}) {
    clients.push_back(std::make_unique<Client>(server_.port()));
    clients.back()->request(target);
    EXPECT_TRUE(eventually([&](const OriginStats& s) { return s.by_target.contains(target); }));
  }
  server_.stop();
  EXPECT_EQ(server_.stats().open, 0u);
  EXPECT_EQ(server_.stats().in_progress, 0u);
  EXPECT_EQ(server_.requests(), 5u) << "the counters outlive the loop";
  server_.stop();
}

TEST(OriginServer, MayNeverBeStarted) {
  const OriginServer server;
  EXPECT_NE(server.port(), 0);
}

TEST(OriginServer, ServesOnTheCallersThread) {
  OriginServer server;
  std::thread stopper([&] {
    EXPECT_EQ(Client(server.port()).get("/page/1").status, 200);
    server.stop();
  });
  server.run();
  stopper.join();
  EXPECT_EQ(server.requests(), 1u);
}

TEST(OriginServer, RefusesAnAddressItCannotHave) {
  const OriginServer first;
  EXPECT_THROW(OriginServer({.port = first.port()}), std::system_error);
  EXPECT_THROW(OriginServer({.host = "localhost"}), std::system_error);
}

TEST(OriginServer, ListensOnIpv6) {
  try {
    const OriginServer server({.host = "::1"});
    EXPECT_EQ(server.url(), "http://[::1]:" + std::to_string(server.port()));
  } catch (const std::system_error& error) {
    EXPECT_TRUE(error.code() == std::errc::address_not_available ||
                error.code() == std::errc::address_family_not_supported);
  }
}

}  // namespace
}  // namespace forage
