// Redis is lost, stopped, emptied or full in the middle of a run of 20,000 URLs: each is delivered,
// none is fetched twice, nobody waits longer than the job allows, and what was stored since is in
// Redis at the end.
#include <algorithm>
#include <fstream>
#include <string>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

constexpr int kUrls = 20'000;
constexpr int kEach = 12'000;  // of a group: those in the middle are wanted by both
constexpr std::uint64_t kFirstThird = kUrls / 3;
constexpr std::uint64_t kSecondThird = 2 * kUrls / 3;
constexpr double kBoundMs = 300;        // connect_timeout and command_timeout of the job
constexpr double kElsewhereMs = 2'000;  // the fetch, its turn, and a machine with other work

/// The second group begins with the URLs that the first one ends with: those that are fetched
/// before the outage are wanted again after it.
class LargeOutage : public ::testing::Test {
 protected:
  LargeOutage() {
    origin_.start();
    writeUrls("first.txt", 0);
    writeUrls("second.txt", kUrls - kEach);
    folder_.write("job.toml", "[cache]\nplugin = \"redis\"\nurl = \"" + redis_.url() +
                                  "\"\n[cache.redis]\nconnect_timeout = \"300ms\"\n"
                                  "command_timeout = \"300ms\"\nretry_period = \"100ms\"\n"
                                  "[fetch]\nparallel_max = 64\nparallel_max_host = 128\n"
                                  "[[group]]\nname = \"first\"\nurls_file = \"first.txt\"\n"
                                  "[[group]]\nname = \"second\"\nurls_file = \"second.txt\"\n");
    process_ = folder_.start({"-q", "-o", "visits.jsonl"});
  }

  void writeUrls(const std::string& name, int begin) const {
    std::string urls;
    for (int n = begin; n < begin + kEach; ++n) urls += origin_.url() + target(n) + "\n";
    folder_.write(name, urls);
  }
  static std::string target(int n) { return "/delay/0.02?n=" + std::to_string(n); }

  void waitForRequests(std::uint64_t count) const {
    ASSERT_TRUE(eventually([&] { return origin_.requests() >= count; }));
    ASSERT_LT(origin_.requests(), std::uint64_t{kUrls}) << "the run is over already";
  }

  [[nodiscard]] JobResult finish() { return folder_.finish(*process_); }

  void expectWholeRun(const JobResult& result) const {
    EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
    EXPECT_EQ(result.total("urls"), 2U * kEach);
    EXPECT_EQ(result.total("failed"), 0U);
    EXPECT_EQ(origin_.requests(), std::uint64_t{kUrls});
    int others = 0;
    for (int n = 0; n < kUrls; ++n) others += origin_.requests(target(n)) == 1 ? 0 : 1;
    EXPECT_EQ(others, 0) << "URLs not requested once";
    expectVisits();
  }

  /// Each URL of each group once, and in time.
  void expectVisits() const {
    std::ifstream lines(folder_.path() / "visits.jsonl");
    int visits = 0;
    double longest = 0;
    for (std::string line; std::getline(lines, line); ++visits) {
      longest = std::max<double>(longest, nlohmann::json::parse(line).at("elapsed_ms"));
    }
    EXPECT_EQ(visits, 2 * kEach);
    EXPECT_LT(longest, 2 * kBoundMs + kElsewhereMs);
  }

  static void expectDegraded(const JobResult& result) {
    EXPECT_EQ(countOf(result.process.err, "is away"), 1U) << result.process.err;
    EXPECT_EQ(countOf(result.process.err, "is back"), 1U) << result.process.err;
    EXPECT_GT(result.report.at("cache").at("degraded_seconds"), 0.0);
  }

  [[nodiscard]] long long entries() {
    return static_cast<long long>(redis_.command({"KEYS", "url:*"}).items.size());
  }

  OriginServer origin_;
  RedisServer redis_;
  JobFolder folder_;
  std::unique_ptr<Process> process_;
};

TEST_F(LargeOutage, ARedisThatIsKilledAndReturnsEmptyHoldsWhatWasStoredSince) {
  waitForRequests(kFirstThird);
  redis_.kill();
  const std::uint64_t before = origin_.requests();
  waitForRequests(kSecondThird);
  redis_.restart();
  const JobResult result = finish();
  expectWholeRun(result);
  expectDegraded(result);
  EXPECT_GE(entries(), static_cast<long long>(kUrls - before));
}

TEST_F(LargeOutage, ARedisThatIsRestartedEmptyHoldsWhatWasStoredSince) {
  waitForRequests(kUrls / 2);
  redis_.kill();
  const std::uint64_t before = origin_.requests();
  redis_.restart();
  const JobResult result = finish();
  expectWholeRun(result);
  EXPECT_GE(entries(), static_cast<long long>(kUrls - before));
}

TEST_F(LargeOutage, ARedisThatIsStoppedForAWhileHoldsEverything) {
  waitForRequests(kFirstThird);
  redis_.pause();
  waitForRequests(kSecondThird);
  redis_.resume();
  const JobResult result = finish();
  expectWholeRun(result);
  expectDegraded(result);
  EXPECT_EQ(entries(), kUrls);
}

TEST_F(LargeOutage, ARedisThatIsFullForAWhileHoldsEverything) {
  waitForRequests(kFirstThird);
  redis_.command({"CONFIG", "SET", "maxmemory", "1"});
  waitForRequests(kSecondThird);
  redis_.command({"CONFIG", "SET", "maxmemory", "0"});
  const JobResult result = finish();
  expectWholeRun(result);
  EXPECT_EQ(countOf(result.process.err, "declines entries"), 1U) << result.process.err;
  EXPECT_EQ(entries(), kUrls);
}

}  // namespace
}  // namespace forage::test
