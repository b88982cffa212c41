// Redis is lost, stopped, emptied or full in the middle of a run of 20,000 URLs: each is delivered,
// none is fetched twice, nobody waits longer than the job allows, and what was stored since is in
// Redis at the end.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

constexpr int kUrls = 20'000;
constexpr int kEach = 12'000;               // of a group
constexpr int kShared = 2 * kEach - kUrls;  // wanted by both: kUrls - kEach and those that follow
constexpr std::uint64_t kThird = kUrls / 3;
constexpr std::uint64_t kHalf = kUrls / 2;
constexpr double kBoundMs = 300;        // connect_timeout, and command_timeout, of the job
constexpr double kElsewhereMs = 1'000;  // the fetch, its turn, and a machine with other work
constexpr double kLongestMs = 2 * kBoundMs + kElsewhereMs;

/// The longest time in which a server that is being used counted no request. Watches on a thread of
/// its own, from the first request on.
class StallWatch {
 public:
  explicit StallWatch(const OriginServer& origin)
      : thread_([this, &origin](const std::stop_token& stop) { watch(origin, stop); }) {}

  /// Ends the watching.
  [[nodiscard]] double longestMs() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return longest_ms_;
  }

 private:
  void watch(const OriginServer& origin, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    std::uint64_t seen = 0;
    Clock::time_point since;
    while (!stop.stop_requested() && seen < kUrls) {
      const std::uint64_t count = origin.requests();
      const Clock::time_point now = Clock::now();
      if (seen > 0) {
        const std::chrono::duration<double, std::milli> stall = now - since;
        longest_ms_ = std::max(longest_ms_, stall.count());
      }
      if (count != seen) since = now;
      seen = count;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  double longest_ms_ = 0;  // of the thread, until it has ended
  std::jthread thread_;    // last: it uses the others
};

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
    for (int n = begin; n < begin + kEach; ++n) urls += url(n) + "\n";
    folder_.write(name, urls);
  }
  static std::string target(int n) { return "/delay/0.02?n=" + std::to_string(n); }
  [[nodiscard]] std::string url(int n) const { return origin_.url() + target(n); }

  void waitForRequests(std::uint64_t count) const {
    ASSERT_TRUE(eventually([&] { return origin_.requests() >= count; }));
    ASSERT_LT(origin_.requests(), std::uint64_t{kUrls}) << "the run is over already";
  }

  /// Those that the server has been asked for, by number.
  [[nodiscard]] std::vector<bool> requested() const {
    const auto by_target = origin_.stats().by_target;
    std::vector<bool> is(kUrls);
    for (int n = 0; n < kUrls; ++n) is[n] = by_target.contains(target(n));
    return is;
  }

  [[nodiscard]] JobResult finish() { return folder_.finish(*process_); }

  void expectWholeRun(const JobResult& result) {
    EXPECT_LT(stalls_.longestMs(), kLongestMs);
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
    std::map<std::string, int> visits;
    double longest = 0;
    for (std::string line; std::getline(lines, line);) {
      const auto visit = nlohmann::json::parse(line);
      ++visits[visit.at("group").get<std::string>() + " " + visit.at("url").get<std::string>()];
      longest = std::max<double>(longest, visit.at("elapsed_ms"));
    }
    EXPECT_EQ(visits.size(), std::size_t{2 * kEach});
    int others = 0;
    for (int n = 0; n < kEach; ++n) {
      others += visits["first " + url(n)] == 1 ? 0 : 1;
      others += visits["second " + url(kUrls - kEach + n)] == 1 ? 0 : 1;
    }
    EXPECT_EQ(others, 0) << "URLs of a group not delivered once";
    EXPECT_LT(longest, kLongestMs);
  }

  static void expectDegraded(const JobResult& result) {
    EXPECT_EQ(countOf(result.process.err, "is away"), 1U) << result.process.err;
    EXPECT_EQ(countOf(result.process.err, "is back"), 1U) << result.process.err;
    EXPECT_GT(result.report.at("cache").at("degraded_seconds"), 0.0);
  }

  /// Those that Redis holds, by number.
  [[nodiscard]] std::vector<bool> held() const {
    std::map<std::string, bool> keys;
    for (const auto& key : redis_.command({"KEYS", "url:*"}).items) keys[key.text] = true;
    std::vector<bool> is(kUrls);
    for (int n = 0; n < kUrls; ++n) is[n] = keys.contains("url:" + url(n));
    return is;
  }
  [[nodiscard]] static long long count(const std::vector<bool>& numbers) {
    return std::count(numbers.begin(), numbers.end(), true);
  }

  /// `held` has what was not in `before`: the outage's own entries, and those after it.
  static void expectHeldSince(const std::vector<bool>& before, const std::vector<bool>& held) {
    int missing = 0;
    for (int n = 0; n < kUrls; ++n) missing += before[n] || held[n] ? 0 : 1;
    EXPECT_EQ(missing, 0) << "URLs requested since Redis was lost that it does not hold";
  }

  OriginServer origin_;
  StallWatch stalls_{origin_};
  RedisServer redis_;
  JobFolder folder_;
  std::unique_ptr<Process> process_;
};

// What the lost Redis alone held, and the run has no more use for, stays lost: the next run fetches
// that, and nothing else. What a group asks for after the return is put back.
TEST_F(LargeOutage, ARedisThatIsKilledAndReturnsEmptyHoldsWhatWasStoredSinceOrIsWantedAgain) {
  waitForRequests(kThird);
  redis_.kill();
  const std::vector<bool> before = requested();
  waitForRequests(kHalf);
  redis_.restart();
  ASSERT_FALSE(requested()[kUrls - kEach - 1'000]) << "the first group is at what both want";
  const JobResult result = finish();
  expectWholeRun(result);
  expectDegraded(result);
  const std::vector<bool> there = held();
  expectHeldSince(before, there);
  EXPECT_EQ(std::count(there.begin() + kUrls - kEach, there.begin() + kEach, true), kShared);
  EXPECT_FALSE(there[0]);
  const JobResult again = folder_.run();
  EXPECT_EQ(again.process.exit_code, 0) << again.process.err;
  EXPECT_EQ(again.total("requests"), static_cast<std::uint64_t>(kUrls - count(there)));
}

TEST_F(LargeOutage, ARedisThatIsRestartedEmptyAtOnceHoldsWhatWasStoredSince) {
  waitForRequests(kHalf);
  redis_.kill();
  const std::vector<bool> before = requested();
  redis_.restart();
  expectWholeRun(finish());
  expectHeldSince(before, held());
}

TEST_F(LargeOutage, ARedisThatIsStoppedForAWhileHoldsEverything) {
  waitForRequests(kThird);
  redis_.pause();
  waitForRequests(2 * kThird);
  redis_.resume();
  const JobResult result = finish();
  expectWholeRun(result);
  expectDegraded(result);
  EXPECT_EQ(count(held()), kUrls);
}

TEST_F(LargeOutage, ARedisThatFillsUpAndGetsMoreRoomHoldsEverything) {
  waitForRequests(kThird);
  const long long room = redis_.info("used_memory") + (256 << 10);
  redis_.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  redis_.command({"CONFIG", "SET", "maxmemory", std::to_string(room)});
  ASSERT_TRUE(eventually([&] {
    return redis_.command({"SET", "probe", ""}).type == RedisServer::Answer::Type::kError;
  })) << "it never fills up";
  waitForRequests(2 * kThird);
  redis_.command({"CONFIG", "SET", "maxmemory", "0"});
  const JobResult result = finish();
  expectWholeRun(result);
  EXPECT_EQ(countOf(result.process.err, "declines entries"), 1U) << result.process.err;
  EXPECT_GT(result.report.at("cache").at("stats").at("declined"), 0U);
  EXPECT_EQ(count(held()), kUrls);
}

}  // namespace
}  // namespace forage::test
