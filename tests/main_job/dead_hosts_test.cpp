// Groups whose hosts never answer delay the others by nothing.
#include <chrono>
#include <string>
#include <vector>

#include "job_run.h"
#include "origin/origin_server.h"
#include "silent_host.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

class DeadHosts : public ::testing::Test {
 protected:
  static constexpr int kLive = 100;  // groups, each of
  static constexpr int kUrls = 4;    // URLs of a tenth of a second

  DeadHosts() { origin_.start(); }

  std::string groups(const std::vector<std::unique_ptr<SilentHost>>& silent) {
    std::string job =
        "[cache]\nplugin = \"memory\"\n[fetch]\nmax_time = \"4s\"\nparallel_max = 1\n"
        "parallel_max_host = 1000\n";
    for (std::size_t n = 0; n < silent.size(); ++n) {
      job += "[[group]]\nname = \"dead" + std::to_string(n) + "\"\nurls = [\"" + silent[n]->url() +
             "\"]\n";
    }
    for (int g = 0; g < kLive; ++g) {
      job += "[[group]]\nname = \"live" + std::to_string(g) + "\"\nurls = [";
      for (int n = 0; n < kUrls; ++n) {
        job += "\"" + origin_.url() + "/delay/0.1?" + std::to_string(run_) + "." +
               std::to_string(g) + "." + std::to_string(n) + "\",";
      }
      job += "]\n";
    }
    ++run_;
    return job;
  }

  /// Seconds until all that is alive has been asked for.
  double runUntilServed(const std::string& job, JobResult& result) {
    folder_.write("job.toml", job);
    const std::uint64_t before = origin_.requests();
    const auto begin = std::chrono::steady_clock::now();
    const auto process = folder_.start({"-q"});
    EXPECT_TRUE(eventually([&] { return origin_.requests() == before + kLive * kUrls; }));
    const auto end = std::chrono::steady_clock::now();
    result = folder_.finish(*process);
    return std::chrono::duration<double>(end - begin).count();
  }

  OriginServer origin_;
  JobFolder folder_;
  int run_ = 0;
};

TEST_F(DeadHosts, AHundredGroupsOfThemDelayTheOthersByNothing) {
  JobResult alone;
  const double without = runUntilServed(groups({}), alone);
  EXPECT_EQ(alone.process.exit_code, 0);

  std::vector<std::unique_ptr<SilentHost>> silent;
  for (int n = 1; n <= 100; ++n) silent.push_back(std::make_unique<SilentHost>(n));
  JobResult result;
  const double with = runUntilServed(groups(silent), result);
  EXPECT_LT(with, without * 1.3 + 0.3);
  EXPECT_EQ(result.process.exit_code, 4);
  EXPECT_EQ(result.total("failed"), 100u);
  EXPECT_EQ(result.total("fetched"), static_cast<std::uint64_t>(kLive * kUrls));
  for (const auto& error : result.report.at("errors")) EXPECT_EQ(error.at("kind"), "timeout");
}

}  // namespace
}  // namespace forage::test
