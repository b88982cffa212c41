// Ending a run early: by the user, or by a sink that fails.
#include <algorithm>
#include <stdexcept>

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

TEST_F(RunnerStopTest, ARedirectThatIsNotFollowedAnyMoreIsCounted) {
  job_.run.grace_period = Millis(60'000);
  addGroup("g", {urlOf(1)});
  make([](const std::string&) { return test::redirect(urlOf(2)); });
  fetcher_->hold();
  Report report;
  std::jthread running([&] { report = run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 1; }));
  stop_.request_stop();
  fetcher_->release();
  running.join();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.requests, 1u);
  EXPECT_EQ(report.errors.at(0).kind, ErrorKind::kCancelled);
  EXPECT_EQ(cache_->size(), 0u);
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

/// Breaks the contract of FetchSession: once a fetch has been asked for, it throws.
class FaultyFetcher final : public Fetcher {
 public:
  explicit FaultyFetcher(bool at_start) : at_start_(at_start) {}
  std::unique_ptr<FetchSession> open() override { return std::make_unique<Session>(at_start_); }

 private:
  class Session final : public FetchSession {
   public:
    explicit Session(bool at_start) : at_start_(at_start) {}
    void start(FetchId, const Request&, const FetchLimits&) override {
      if (at_start_) throw std::runtime_error("broken");
      started_ = true;
    }
    void cancel(FetchId) override { throw std::runtime_error("broken"); }
    void wait(TimePoint until, std::vector<Fetched>&) override {
      if (started_) throw std::runtime_error("broken");
      std::unique_lock lock(mutex_);
      woken_up_.wait_until(lock, std::min(until, std::chrono::steady_clock::now() + Millis(100)),
                           [this] { return woken_; });
      woken_ = false;
    }
    void wake() noexcept override {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      woken_up_.notify_all();
    }

   private:
    const bool at_start_;
    bool started_ = false;
    std::mutex mutex_;
    std::condition_variable woken_up_;
    bool woken_ = false;
  };
  const bool at_start_;
};

TEST_F(RunnerStopTest, AFetcherThatThrowsEndsTheRunForThoseWhoWaitForItToo) {
  job_.run.grace_period = Millis(60'000);  // what it had in flight is not waited for
  addPages(30, 20);
  for (const bool at_start : {true, false}) {
    RunParts parts;
    parts.cache = std::make_unique<test::FakeCache>();
    parts.fetcher = std::make_unique<FaultyFetcher>(at_start);
    Runner runner(job_, std::move(parts), clock_, &recorder_);
    EXPECT_THROW((void)runner.run({}), std::runtime_error);
    EXPECT_EQ(runner.metrics().in_flight, 0);
    EXPECT_EQ(runner.metrics().parked, 0);
  }
}

}  // namespace
}  // namespace forage::run
