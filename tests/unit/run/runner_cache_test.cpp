// Runs whose cache is slow, stuck or away: the group threads never wait for it.
#include "run_fixture.h"

namespace forage::run {
namespace {

using test::eventually;

class RunnerCacheTest : public RunFixture {
 protected:
  void addPages(int count, const std::string& group = "g") {
    std::vector<std::string> urls;
    for (int n = 0; n < count; ++n) urls.push_back(urlOf(n));
    addGroup(group, urls);
  }
};

TEST_F(RunnerCacheTest, AStuckLookUpHoldsUpNoFetchInFlight) {
  job_.fetch.parallel_max = 4;
  addPages(4);
  addGroup("late", {urlOf(1'000)});
  job_.run.max_threads = 1;
  make(samePage);
  fetcher_->hold(urlOf(0));
  fetcher_->hold(urlOf(1'000));
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->count(urlOf(0)) == 1; }));
  cache_->hold();
  fetcher_->release(urlOf(0));
  EXPECT_TRUE(eventually([&] { return recorder_.count() >= 1; }));
  cache_->open();
  fetcher_->release(urlOf(1'000));
}

TEST_F(RunnerCacheTest, AStuckStoreStopsNewFetchesAndNotTheLoop) {
  job_.fetch.parallel_max = 2;
  job_.cache.queue_max = 1;  // one entry fills it
  addPages(50);
  make(samePage);
  fetcher_->hold();
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  cache_->hold();
  fetcher_->release();
  // What was in flight is delivered although the store is stuck; nothing new is started.
  EXPECT_TRUE(eventually([&] { return recorder_.count() >= 2; }));
  EXPECT_LE(fetcher_->total(), 4);
  cache_->open();
  running.join();
  EXPECT_EQ(recorder_.count(), 50u);
  EXPECT_EQ(cache_->size(), 50u);
}

TEST_F(RunnerCacheTest, AStuckStoreStopsAlsoWhatWaitsForAHost) {
  const std::string other = urlOf(0, "other.test");
  job_.run.max_threads = 1;
  job_.fetch.parallel_max_host = 1;
  job_.cache.queue_max = 1;  // one entry fills it
  addPages(2);
  addGroup("other", {other});
  make(samePage);
  fetcher_->hold(urlOf(0));
  fetcher_->hold(other);
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2 && runner_->metrics().parked == 1; }));
  cache_->hold();
  fetcher_->release(urlOf(0));  // its slot is handed on, to a URL that may not be fetched now
  EXPECT_TRUE(eventually([&] { return recorder_.count() >= 1; }));
  fetcher_->release(other);
  EXPECT_TRUE(eventually([&] { return recorder_.count() >= 2; }));
  EXPECT_EQ(fetcher_->total(), 2);
  cache_->open();
  running.join();
  EXPECT_EQ(recorder_.count(), 3u);
}

TEST_F(RunnerCacheTest, ARunWithoutItsCacheFetchesEverythingOnce) {
  for (int g = 0; g < 4; ++g) addPages(100, "g" + std::to_string(g));
  make(samePage);
  cache_->setDown(true);
  const Report report = run();
  expectLaw(report, 400);
  EXPECT_EQ(report.exit_code, ExitCode::kSuccess);
  EXPECT_EQ(fetcher_->total(), 100);
  EXPECT_GT(report.cache.degraded_seconds, 0);
  EXPECT_EQ(recorder_.notices().size(), 1u);
}

TEST_F(RunnerCacheTest, ACacheLostMidwayMakesNobodyFetchTwice) {
  job_.fetch.parallel_max = 2;
  addPages(100, "a");
  addPages(100, "b");
  make(samePage);
  fetcher_->hold(urlOf(50));
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return recorder_.count() > 60; }));
  cache_->setDown(true);
  cache_->clear();
  fetcher_->release(urlOf(50));
  running.join();
  EXPECT_EQ(fetcher_->total(), 100);
  EXPECT_EQ(recorder_.count(), 200u);
}

TEST_F(RunnerCacheTest, ACacheThatReturnsWithinTheRunHoldsEverythingAtItsEnd) {
  addPages(200);
  make(samePage);
  cache_->setDown(true);
  fetcher_->hold(urlOf(150));
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return recorder_.count() == 199; }));
  cache_->setDown(false);
  ASSERT_TRUE(eventually([&] { return !runner_->metrics().degraded; }));
  fetcher_->release(urlOf(150));
  running.join();
  EXPECT_EQ(cache_->size(), 200u);
  EXPECT_EQ(recorder_.notices().size(), 2u);
}

TEST_F(RunnerCacheTest, WithoutAFallbackALostCacheEndsTheRun) {
  addPages(10);
  make(samePage, false, false);
  cache_->setDown(true);
  EXPECT_THROW((void)run(), CacheError);
}

TEST_F(RunnerCacheTest, ALookUpThatPredatesTheStoreFetchesNothingTwice) {
  // Group b's look-ups are answered "miss" before group a has stored, and used long after.
  job_.fetch.parallel_max = 1;
  addPages(40, "a");
  addGroup("b", {urlOf(9'000)});
  for (int n = 0; n < 15; ++n) job_.groups[1].urls.push_back(urlOf(n));
  make(samePage);
  fetcher_->hold();
  fetcher_->hold(urlOf(9'000));
  std::jthread running([this] { (void)run(); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));  // both have looked ahead
  fetcher_->release();
  ASSERT_TRUE(eventually([&] { return cache_->size() == 40; }));
  fetcher_->release(urlOf(9'000));
  running.join();
  EXPECT_EQ(fetcher_->total(), 41);
  EXPECT_GT(runner_->metrics().lookups_again.value(), 0u);
}

TEST_F(RunnerCacheTest, FlushesTheCacheOnceWhenAllIsStored) {
  addPages(20);
  make(samePage);
  (void)run();
  EXPECT_EQ(cache_->flush_calls, 1);
  EXPECT_EQ(cache_->flushed_size, 20u);
}

}  // namespace
}  // namespace forage::run
