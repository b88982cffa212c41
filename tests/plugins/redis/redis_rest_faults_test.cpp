// How the Redis cache over REST fails and comes back: a server that is away, puts off, refuses,
// hangs, or says what it should not.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"
#include "redis_plugin.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

using Kind = RestFront::Fault::Kind;
using SteadyClock = std::chrono::steady_clock;

const Key kKey = "url:http://example.com/";

struct RestFaults : testing::Test {
  std::unique_ptr<Cache> make(const RestFront& front, Options options = {}) const {
    options["token"] = front.token();
    return makeRedis(front.url(), clock, options);
  }
  std::unique_ptr<Cache> make(const std::string& url, Options options = {}) const {
    options["token"] = std::string("secret-token");
    return makeRedis(url, clock, options);
  }

  FakeClock clock;
  RedisServer server;
};

TEST_F(RestFaults, SayInOneLineWhereAndWhy) {
  std::string url;
  {
    RestFront front(server);
    url = front.url();
  }
  EXPECT_EQ(errorOfFind(*make(url)), "redis at " + url.substr(7) + ": Connection refused");
}

TEST_F(RestFaults, NameTheTokenAndDoNotShowIt) {
  RestFront front(server);
  const auto cache = make(front.url());
  const std::string error = errorOfFind(*cache);
  EXPECT_NE(error.find("it does not take the token (401): check [cache.redis] token"),
            std::string::npos)
      << error;
  EXPECT_EQ(error.find("secret"), std::string::npos);
  // One request per back-off, whatever the number of look-ups.
  for (int i = 0; i < 10; ++i) EXPECT_EQ(errorOfFind(*cache), error);
  EXPECT_EQ(front.seen().size(), 1U);
}

TEST_F(RestFaults, AreWaitedOutWhereTheServerPutsOff) {
  RestFront front(server);
  const auto cache = make(front, {{"retry_period", std::string("1ms")}});
  keep(*cache, kKey, "kept");
  front.failNext({{.status = 429}, {.status = 503}, {.status = 500, .retry_after = "0"}});
  EXPECT_EQ(lookUp(*cache, kKey), "kept");
  front.failNext({{.status = 502}, {.status = 504}});
  keep(*cache, kKey, "\xff kept");
  EXPECT_EQ(lookUp(*cache, kKey), "\xff kept");
  EXPECT_EQ(counter(*cache, "retries"), 5U);
  EXPECT_EQ(cache->stats().stores, 2U);
}

TEST_F(RestFaults, EndWithinTheTimeOfACommand) {
  RestFront front(server);
  const auto cache = make(
      front, {{"retry_period", std::string("1ms")}, {"command_timeout", std::string("300ms")}});
  keep(*cache, kKey, "kept");
  front.failNext({1000, {.status = 503}});
  const auto begun = SteadyClock::now();
  EXPECT_NE(errorOfFind(*cache), "");  // the last answer, or that none came in time
  EXPECT_LT(SteadyClock::now() - begun, std::chrono::seconds(10));
  EXPECT_GT(counter(*cache, "retries"), 1U);
}

TEST_F(RestFaults, AreNotWaitedOutLongerThanThere) {
  RestFront front(server);
  const auto cache = make(front);
  keep(*cache, kKey, "kept");
  front.failNext({{.status = 429, .retry_after = "3600"}});
  EXPECT_NE(errorOfFind(*cache).find("(429)"), std::string::npos);
  EXPECT_EQ(counter(*cache, "retries"), 0U);
  EXPECT_EQ(lookUp(*cache, kKey), "kept");
}

TEST_F(RestFaults, AreNoneWhenAnIdleConnectionTurnsOutToBeClosed) {
  RestFront front(server);
  const auto cache = make(front);
  keep(*cache, kKey, "kept");
  front.failNext({{.kind = Kind::kClose}});
  EXPECT_EQ(lookUp(*cache, kKey), "kept");
  EXPECT_EQ(counter(*cache, "reconnects"), 1U);
  EXPECT_EQ(counter(*cache, "retries"), 0U);  // at once
}

TEST_F(RestFaults, AreNoneWhenAConnectionIsLostOnce) {
  RestFront front(server);
  const auto cache = make(front, {{"retry_period", std::string("1ms")}});
  keep(*cache, kKey, "kept");
  front.failNext({{.kind = Kind::kCut}});
  EXPECT_EQ(lookUp(*cache, kKey), "kept");
  EXPECT_EQ(counter(*cache, "retries"), 1U);
  front.failNext({{.kind = Kind::kPassAndClose}, {.kind = Kind::kPassAndClose}});
  keep(*cache, kKey, "stored twice");
  EXPECT_EQ(lookUp(*cache, kKey), "stored twice");
}

TEST_F(RestFaults, AreATimeoutWhereTheServerIsSilent) {
  RestFront front(server);
  const auto cache = make(front, {{"command_timeout", std::string("100ms")}});
  keep(*cache, kKey, "kept");
  front.failNext({{.kind = Kind::kSilent}});
  EXPECT_NE(errorOfFind(*cache).find("no answer within 100ms"), std::string::npos);
  EXPECT_EQ(counter(*cache, "timeouts"), 1U);
  EXPECT_EQ(lookUp(*cache, kKey), "kept");
}

TEST_F(RestFaults, OfRedisBehindTheApiAreToldAsTheyAre) {
  RestFront front(server);
  const auto cache = make(front);
  keep(*cache, kKey, "kept");
  server.command({"DEL", kKey});
  server.command({"RPUSH", kKey, "a"});
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
  EXPECT_EQ(cache->stats().damaged, 1U);
  server.command({"CONFIG", "SET", "maxmemory", "1"});
  keep(*cache, "url:http://example.com/other", "text");
  keep(*cache, "url:http://example.com/other", "\xff");
  EXPECT_EQ(cache->stats().declined, 2U);
}

std::string httpOf(std::string_view body, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

/// Answers the probe, and then each request with `answer`.
class Scripted {
 public:
  explicit Scripted(const std::string& answer)
      : server_([answer](conformance::Peer& peer, std::size_t) {
          for (std::string request = peer.readRequest(); !request.empty();
               request = peer.readRequest()) {
            const bool probe = request.ends_with("[\"PING\"]");
            peer.send(probe ? httpOf("+PONG\r\n") : answer);
          }
        }) {}
  std::string url() const { return server_.url(""); }

 private:
  conformance::ScriptedServer server_;
};

const Options kImpatient{{"command_timeout", std::string("200ms")},
                         {"retry_period", std::string("1m")}};

// What announces more than can be taken is a value that is too large, and none of its bytes is
// waited for.
TEST_F(RestFaults, AreAMissWhereTheAnswerIsBeyondItsLimit) {
  const Scripted scripted("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n");
  const auto cache = make(scripted.url(), kImpatient);
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
  EXPECT_EQ(cache->stats().damaged, 1U);
  EXPECT_EQ(counter(*cache, "timeouts"), 0U);
}

// Each comes as the answer to a GET.
TEST_F(RestFaults, AreHarmlessWhereTheAnswerIsHostile) {
  const std::vector<std::string> answers{
      "no HTTP at all\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n$-1\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
      httpOf(""),
      httpOf("<html>a proxy</html>"),
      httpOf("<html>a proxy</html>", "502 Bad Gateway"),
      httpOf("moved", "301 Moved Permanently"),
      httpOf("$99999999999\r\n"),
      httpOf("*1000000000\r\n"),
      httpOf("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n$-1\r\n"),
      httpOf(":1\r\n"),
      httpOf("$-1\r\n$-1\r\n"),
      httpOf(R"({"result":"dGV4dA=="})"),
      httpOf("{\"error\":\"" + std::string(100'000, '\x41') + "\"}"),
      httpOf(R"({"error":"ERR no rights for secret-token"})"),
      httpOf(std::string(200'000, '[')),
      httpOf("\xff\xfe"),
  };
  for (const std::string& answer : answers) {
    const Scripted scripted(answer);
    const auto cache = make(scripted.url(), kImpatient);
    const std::string error = errorOfFind(*cache);
    EXPECT_NE(error, "") << answer.substr(0, 100);
    EXPECT_LT(error.size(), 400U) << answer.substr(0, 100);
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_EQ(error.find("secret-token"), std::string::npos);
  }
}

}  // namespace
}  // namespace forage::test
