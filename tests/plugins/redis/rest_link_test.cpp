#include "rest_link.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"
#include "support/fake_clock.h"

namespace forage::redis {
namespace {

using conformance::ScriptedServer;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n+OK\r\n";
constexpr std::string_view kLater = "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n";

/// Answers the probe, and then what `answer` says to the nth request of them all; "" closes.
class Site {
 public:
  explicit Site(std::function<std::string(std::size_t nth)> answer)
      : server_([this, answer = std::move(answer)](conformance::Peer& peer, std::size_t) {
          for (;;) {
            const std::string request = peer.readRequest();
            if (request.empty()) return;
            const bool probe = request.ends_with("[\"PING\"]");
            const std::string text =
                probe ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n+PONG\r\n" : answer(asked_++);
            if (text.empty()) return;
            peer.send(text);
          }
        }) {}

  Options options() const {
    Options options;
    options.rest = RestSite{.host = "127.0.0.1",
                            .port = server_.port(),
                            .tls = false,
                            .authority = "127.0.0.1",
                            .base = {},
                            .token = "t"};
    options.connect_timeout = options.command_timeout = Millis(20'000);
    options.retry_period = Millis(1);
    return options;
  }
  std::size_t asked() const noexcept { return asked_; }
  std::size_t connections() const noexcept { return server_.connections(); }

 private:
  std::atomic<std::size_t> asked_{0};
  ScriptedServer server_;
};

RestRequest request(bool idempotent) {
  RestRequest made;
  made.target = "/";
  made.json = R"(["SET","a","b"])";
  made.idempotent = idempotent;
  made.max_reply = 1000;
  return made;
}

bool isAnswered(const RestLink::Result& result) { return std::holds_alternative<Response>(result); }

struct RestLinkTest : testing::Test {
  test::FakeClock clock;
};

TEST_F(RestLinkTest, SendsSeveralRequestsAtOnce) {
  constexpr std::size_t kAtOnce = 4;
  std::latch all_there(kAtOnce);
  Site site([&](std::size_t nth) {
    if (nth < kAtOnce) all_there.arrive_and_wait();  // none is answered before the last has come
    return std::string(kOk);
  });
  RestLink link(site.options(), clock);
  const std::vector<RestRequest> requests(20, request(true));
  for (const RestLink::Result& result : link.send(requests)) EXPECT_TRUE(isAnswered(result));
  EXPECT_EQ(site.asked(), 20U);
  EXPECT_EQ(site.connections(), kAtOnce);
  EXPECT_EQ(link.stats().connections, kAtOnce);
}

TEST_F(RestLinkTest, SendsAgainOnlyWhatMayBeSentTwice) {
  for (const std::string& fault : {std::string(kLater), std::string()}) {
    Site site([&](std::size_t nth) { return nth == 0 ? fault : std::string(kOk); });
    RestLink link(site.options(), clock);
    const std::vector<RestRequest> once{request(false)};
    EXPECT_FALSE(isAnswered(link.send(once).front()));
    EXPECT_EQ(site.asked(), 1U);

    Site other([&](std::size_t nth) { return nth == 0 ? fault : std::string(kOk); });
    RestLink repeating(other.options(), clock);
    const std::vector<RestRequest> twice{request(true)};
    EXPECT_TRUE(isAnswered(repeating.send(twice).front()));
    EXPECT_EQ(other.asked(), 2U);
  }
}

TEST_F(RestLinkTest, LeavesTheOthersAloneWhenOneIsSentAgain) {
  Site site([&](std::size_t nth) { return std::string(nth == 3 ? kLater : kOk); });
  RestLink link(site.options(), clock);
  const std::vector<RestRequest> requests(10, request(true));
  for (const RestLink::Result& result : link.send(requests)) EXPECT_TRUE(isAnswered(result));
  EXPECT_EQ(site.asked(), 11U);
  EXPECT_EQ(link.retries(), 1U);
}

TEST_F(RestLinkTest, ConnectsAgainWhereTheServerEndsEachConnection) {
  Site site([&](std::size_t) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n+OK\r\n";
  });
  RestLink link(site.options(), clock);
  const std::vector<RestRequest> requests(10, request(true));
  for (const RestLink::Result& result : link.send(requests)) EXPECT_TRUE(isAnswered(result));
  EXPECT_EQ(site.asked(), 10U);
}

TEST_F(RestLinkTest, FailsAllAtOnceWhereThereIsNoServer) {
  Options options;
  {
    Site site([](std::size_t) { return std::string(); });
    options = site.options();
  }
  RestLink link(options, clock);
  EXPECT_THROW((void)link.format(), ConnectionError);
  const std::vector<RestRequest> requests(10, request(true));
  for (const RestLink::Result& result : link.send(requests)) EXPECT_FALSE(isAnswered(result));
  EXPECT_EQ(link.stats().failures, 1U);
}

}  // namespace
}  // namespace forage::redis
