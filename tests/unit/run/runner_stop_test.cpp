// Ending a run early: by the user, or by a sink that fails.
#include "run_fixture.h"

namespace forage::run {
namespace {

using test::eventually;

class RunnerStopTest : public RunFixture {
 protected:
  void addPages(int groups, int count) {
    for (int g = 0; g < groups; ++g) {
      std::vector<std::string> urls;
      for (int n = 0; n < count; ++n)
        urls.push_back(urlOf(n, "h" + std::to_string(g % 7) + ".test"));
      addGroup("g" + std::to_string(g), urls);
    }
  }
};

TEST_F(RunnerStopTest, FetchesInFlightAreFinishedWithinTheGracePeriod) {
  job_.run.grace_period = Millis(60'000);
  addPages(1, 100);
  make(samePage);
  fetcher_->hold();
  Report report;
  std::jthread running([&] { report = run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 8; }));
  stop_.request_stop();
  fetcher_->release();
  running.join();
  EXPECT_EQ(report.totals.fetched, 8u);
  expectLaw(report, 8);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.exit_code, ExitCode::kInterrupted);
  EXPECT_EQ(cache_->size(), 8u);
}

TEST_F(RunnerStopTest, FetchesThatTakeLongerAreCancelled) {
  job_.run.grace_period = Millis(10);
  addPages(1, 100);
  make(samePage);
  fetcher_->hold();
  Report report;
  std::jthread running([&] { report = run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 8; }));
  stop_.request_stop();
  running.join();
  EXPECT_EQ(report.totals.failed, 8u);
  EXPECT_EQ(report.errors[0].kind, ErrorKind::kCancelled);
  EXPECT_EQ(report.exit_code, ExitCode::kInterrupted);
}

TEST_F(RunnerStopTest, ManyGroupsWithParkedUrlsStopToo) {
  job_.run.grace_period = Millis(10);
  job_.run.max_threads = 4;
  job_.fetch.parallel_max_host = 2;
  addPages(50, 50);
  make(samePage);
  fetcher_->hold();
  std::jthread running([&] { (void)run(); });
  ASSERT_TRUE(
      eventually([&] { return fetcher_->total() >= 14 && runner_->metrics().parked > 50; }));
  stop_.request_stop();
  running.join();
  EXPECT_EQ(runner_->metrics().parked, 0);
  EXPECT_EQ(runner_->metrics().in_flight, 0);
}

TEST_F(RunnerStopTest, AStopBeforeTheStartFetchesNothing) {
  addPages(3, 10);
  make(samePage);
  stop_.request_stop();
  EXPECT_EQ(run().totals.urls, 0u);
  EXPECT_EQ(fetcher_->total(), 0);
}

TEST_F(RunnerStopTest, AStopWhileTheStoreIsStuckEndsWhenItAnswers) {
  job_.run.grace_period = Millis(10);
  job_.cache.queue_max = 1;
  addPages(4, 50);
  make(samePage);
  fetcher_->hold();
  std::jthread running([&] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() > 0; }));
  cache_->hold();
  fetcher_->release();
  ASSERT_TRUE(eventually([&] { return recorder_.count() > 0; }));
  stop_.request_stop();
  cache_->open();
  running.join();
  EXPECT_GT(recorder_.count(), 0u);
}

class FailingSink final : public Sink {
 public:
  void accept(const Visit&) override { throw SinkError("out.jsonl: No space left on device"); }
  void close() override {}
};

TEST_F(RunnerStopTest, AFailingSinkStopsTheRunWithItsError) {
  addPages(4, 1'000);
  sinks_.push_back(std::make_unique<FailingSink>());
  make(samePage);
  try {
    (void)run();
    FAIL() << "the run ended as if nothing had happened";
  } catch (const SinkError& error) {
    EXPECT_NE(error.message().find("No space left"), std::string::npos);
  }
  EXPECT_LT(recorder_.count(), 4'000u);
}

}  // namespace
}  // namespace forage::run
