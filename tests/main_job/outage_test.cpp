// Redis is absent, killed, stopped or restarted under a run of some seconds: the run goes on, says
// so once, and fetches nothing twice.
#include <atomic>
#include <set>
#include <string>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

constexpr int kUrls = 120;
constexpr double kExpectedSeconds = 3.0;  // 120 URLs, 4 at a time, 0.1 s each

/// Two groups that want the same slow URLs, one after the other: the second finds what the first
/// has stored, before and after the outage.
class Outage : public ::testing::Test {
 protected:
  Outage() { origin_.start(); }

  void writeJob(const std::string& redis_url) const {
    std::string urls;
    for (int n = 0; n < kUrls; ++n) urls += origin_.url() + target(n) + "\n";
    folder_.write("urls.txt", urls);
    folder_.write("job.toml", "[cache]\nplugin = \"redis\"\nurl = \"" + redis_url +
                                  "\"\nretry_period = \"200ms\"\n[fetch]\nparallel_max = 2\n"
                                  "[[group]]\nname = \"first\"\nurls_file = \"urls.txt\"\n"
                                  "[[group]]\nname = \"second\"\nurls_file = \"urls.txt\"\n");
  }
  static std::string target(int n) { return "/delay/0.1?n=" + std::to_string(n); }

  void waitForRequests(std::uint64_t count) const {
    ASSERT_TRUE(eventually([&] { return origin_.requests() >= count; }));
  }

  void expectWholeRun(const JobResult& result) const {
    EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
    EXPECT_EQ(result.total("urls"), 2u * kUrls);
    EXPECT_EQ(result.total("failed"), 0u);
    for (int n = 0; n < kUrls; ++n) EXPECT_EQ(origin_.requests(target(n)), 1u) << target(n);
    EXPECT_LT(result.seconds, kExpectedSeconds * 1.5 + 1.0);
  }
  static void expectDegraded(const JobResult& result) {
    EXPECT_EQ(countOf(result.process.err, "is away"), 1u) << result.process.err;
    EXPECT_GT(result.report.at("cache").at("degraded_seconds"), 0.0);
  }

  OriginServer origin_;
  JobFolder folder_;
};

TEST_F(Outage, ARunWithRedisIsNotDegraded) {
  RedisServer redis;
  writeJob(redis.url());
  const JobResult result = folder_.run();
  expectWholeRun(result);
  EXPECT_EQ(result.report.at("cache").at("degraded_seconds"), 0.0);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, kUrls);
}

TEST_F(Outage, ARedisThatIsNotThereCostsNothing) {
  writeJob("redis://127.0.0.1:1");
  const JobResult result = folder_.run();
  expectWholeRun(result);
  expectDegraded(result);
}

TEST_F(Outage, ARedisThatIsKilledHalfWayCostsNothing) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 2);
  redis.kill();
  const JobResult result = folder_.finish(*process);
  expectWholeRun(result);
  expectDegraded(result);
}

TEST_F(Outage, ARedisThatIsStoppedHalfWayCostsNothing) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 2);
  redis.pause();
  const JobResult result = folder_.finish(*process);
  redis.resume();
  expectWholeRun(result);
  expectDegraded(result);
}

TEST_F(Outage, ARedisThatReturnsHoldsWhatWasStoredMeanwhile) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 3);
  redis.kill();
  const std::uint64_t before = origin_.requests();
  waitForRequests(2 * kUrls / 3);
  redis.restart();
  const JobResult result = folder_.finish(*process);
  expectWholeRun(result);
  expectDegraded(result);
  EXPECT_EQ(countOf(result.process.err, "is back"), 1u) << result.process.err;
  EXPECT_GT(result.report.at("cache").at("written_back"), 0u);
  // It came back empty: at least what was fetched since it was killed is there again.
  EXPECT_GE(redis.command({"DBSIZE"}).integer, static_cast<long long>(kUrls - before));
  const JobResult again = folder_.run();
  EXPECT_EQ(again.process.exit_code, 0);
  EXPECT_LE(again.total("requests"), before);
}

TEST_F(Outage, ARedisThatIsFullFromHalfWayOnCostsNothing) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 3);
  redis.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  redis.command({"CONFIG", "SET", "maxmemory", "1"});
  const JobResult result = folder_.finish(*process);
  expectWholeRun(result);
  EXPECT_EQ(countOf(result.process.err, "declines entries"), 1u) << result.process.err;
  EXPECT_GT(result.report.at("cache").at("stats").at("declined"), 0u);
}

TEST_F(Outage, WhatAFullRedisDeclinedIsThereOnceItHasRoomAgain) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 3);
  redis.command({"CONFIG", "SET", "maxmemory", "1"});
  waitForRequests(2 * kUrls / 3);
  redis.command({"CONFIG", "SET", "maxmemory", "0"});
  expectWholeRun(folder_.finish(*process));
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, kUrls);
}

TEST_F(Outage, ARedisThatIsEmptiedHalfWayCostsNoRequestOfThisRun) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 2);
  redis.command({"FLUSHALL"});
  expectWholeRun(folder_.finish(*process));
}

TEST_F(Outage, ARedisThatTakesNoWritesCostsNothing) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 3);
  redis.command({"REPLICAOF", "127.0.0.1", "1"});
  waitForRequests(2 * kUrls / 3);
  redis.command({"REPLICAOF", "NO", "ONE"});
  const JobResult result = folder_.finish(*process);
  expectWholeRun(result);
  expectDegraded(result);
}

TEST_F(Outage, ARedisThatGoesOnAfterAStopIsUsedAgain) {
  RedisServer redis;
  writeJob(redis.url());
  const auto process = folder_.start();
  waitForRequests(kUrls / 3);
  redis.pause();
  waitForRequests(2 * kUrls / 3);
  redis.resume();
  const JobResult result = folder_.finish(*process);
  expectWholeRun(result);
  expectDegraded(result);
  // Beside them are leases that were let go during the stop, which end by themselves.
  EXPECT_EQ(redis.command({"KEYS", "url:*"}).items.size(), std::size_t{kUrls});
}

}  // namespace
}  // namespace forage::test
