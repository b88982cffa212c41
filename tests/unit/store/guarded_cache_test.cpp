#include "store/guarded_cache.h"

#include <gtest/gtest.h>

#include <mutex>

#include "support/eventually.h"
#include "support/fake_cache.h"

namespace forage::store {
namespace {

using test::eventually;
using test::FakeCache;
using test::makeEntry;

class GuardedCacheTest : public ::testing::Test {
 protected:
  void make(bool with_fallback, Millis retry_period = Millis(5)) {
    guard_ = std::make_unique<GuardedCache>(
        primary_, with_fallback ? &fallback_ : nullptr, clock_, metrics_,
        GuardedCache::Options{retry_period, "redis"},
        [this](std::string_view text) {
          const std::lock_guard lock(mutex_);
          notices_.emplace_back(text);
        },
        [this](const CacheError& error) { fatal_ = error.message(); });
  }
  EntryPtr find(const Key& key) {
    EntryPtr found;
    guard_->find(std::span(&key, 1), std::span(&found, 1));
    return found;
  }
  void store(const Key& key, const std::string& body, WallTime received = WallTime{}) {
    const Keep keep{key, makeEntry(key, body, received), kForever, false};
    guard_->store(std::span(&keep, 1));
  }
  void erase(const Key& key) { guard_->erase(std::span(&key, 1)); }
  std::size_t notices() {
    const std::lock_guard lock(mutex_);
    return notices_.size();
  }
  /// Takes the cache back and pays what is owed.
  void comeBack() {
    primary_.setDown(false);
    ASSERT_TRUE(eventually([&] { return !guard_->degraded(); }));
    while (guard_->writeBack()) {
    }
  }

  FakeCache primary_;
  FakeCache fallback_{true};
  SystemClock clock_;
  Metrics metrics_;
  std::mutex mutex_;
  std::vector<std::string> notices_;
  std::string fatal_;
  std::unique_ptr<GuardedCache> guard_;
};

TEST_F(GuardedCacheTest, ErasesInTheCacheAndInTheFallback) {
  make(true);
  store("url:a", "A");
  store("url:b", "B");
  erase("url:a");
  EXPECT_EQ(find("url:a"), nullptr);
  EXPECT_NE(find("url:b"), nullptr);
  EXPECT_EQ(primary_.size(), 1u);
  EXPECT_EQ(fallback_.size(), 1u);
}

TEST_F(GuardedCacheTest, ErasesWhatACacheThatWasAwayHoldsBeforeAnybodyLooksThere) {
  make(true);
  store("url:a", "old");
  primary_.setDown(true);
  erase("url:a");
  EXPECT_TRUE(guard_->degraded()) << "the erasure itself may be what finds it away";
  EXPECT_EQ(find("url:a"), nullptr);
  store("url:a", "new");
  primary_.holdErase();
  primary_.setDown(false);
  ASSERT_TRUE(eventually([&] { return primary_.erase_calls >= 2; }));
  EXPECT_TRUE(guard_->degraded());
  EXPECT_EQ(find("url:a")->body(), "new");
  primary_.open();
  ASSERT_TRUE(eventually([&] { return !guard_->degraded(); }));
  EXPECT_EQ(primary_.at("url:a"), nullptr);
  while (guard_->writeBack()) {
  }
  EXPECT_EQ(primary_.at("url:a")->body(), "new") << "what was stored after that is written back";
}

TEST_F(GuardedCacheTest, TriesAgainToEraseWhatItCouldNot) {
  make(true);
  store("url:a", "old");
  primary_.setDown(true);
  erase("url:a");
  primary_.failErase(true);
  primary_.setDown(false);
  ASSERT_TRUE(eventually([&] { return primary_.erase_calls >= 5; }));
  EXPECT_TRUE(guard_->degraded());
  primary_.failErase(false);
  ASSERT_TRUE(eventually([&] { return !guard_->degraded(); }));
  EXPECT_EQ(primary_.at("url:a"), nullptr);
  EXPECT_EQ(notices(), 2u);
}

TEST_F(GuardedCacheTest, AnErasureThatFailsWithoutAFallbackEndsTheRun) {
  make(false);
  primary_.setDown(true);
  erase("url:a");
  EXPECT_EQ(fatal_, "connection refused");
}

TEST_F(GuardedCacheTest, CountsHitsAndMisses) {
  make(true);
  EXPECT_EQ(find("url:a"), nullptr);
  store("url:a", "A");
  ASSERT_NE(find("url:a"), nullptr);
  EXPECT_EQ(metrics_.lookups_hit.value(), 1u);
  EXPECT_EQ(metrics_.lookups_miss.value(), 1u);
  EXPECT_EQ(metrics_.stores.value(), 1u);
}

TEST_F(GuardedCacheTest, KeepsEntriesInTheFallbackWhileTheCacheIsAwayAndSaysSoOnce) {
  make(true, Millis(60'000));
  primary_.setDown(true);
  EXPECT_EQ(find("url:a"), nullptr);
  store("url:a", "A");
  store("url:b", "B");
  ASSERT_NE(find("url:a"), nullptr);
  EXPECT_EQ(find("url:a")->body(), "A");
  EXPECT_TRUE(guard_->degraded());
  EXPECT_EQ(notices(), 1u);
  EXPECT_NE(notices_[0].find("redis is away (connection refused)"), std::string::npos);
  EXPECT_EQ(metrics_.stores_fallback.value(), 2u);
}

TEST_F(GuardedCacheTest, DoesNotAskACacheThatIsAwayForEveryKey) {
  make(true, Millis(60'000));
  primary_.setDown(true);
  (void)find("url:a");
  const auto errors = metrics_.cache_errors.value();
  for (int i = 0; i < 100; ++i) (void)find("url:a");
  EXPECT_EQ(metrics_.cache_errors.value(), errors);
}

TEST_F(GuardedCacheTest, WritesBackWhatWasStoredMeanwhile) {
  make(true);
  primary_.setDown(true);
  store("url:a", "A");
  comeBack();
  ASSERT_NE(primary_.at("url:a"), nullptr);
  EXPECT_EQ(primary_.at("url:a")->body(), "A");
  EXPECT_EQ(metrics_.written_back.value(), 1u);
  EXPECT_TRUE(eventually([&] { return notices() == 2u; }));  // said after it is so
  EXPECT_FALSE(guard_->owes());
}

TEST_F(GuardedCacheTest, WritesBackNothingOverANewerEntry) {
  make(true);
  const WallTime early{Millis(1'000)};
  const WallTime late{Millis(2'000)};
  primary_.setDown(true);
  store("url:a", "ours", early);
  store("url:b", "ours", late);
  primary_.setDown(false);
  const std::vector<Keep> others{{"url:a", makeEntry("url:a", "newer", late), kForever, false},
                                 {"url:b", makeEntry("url:b", "older", early), kForever, false}};
  primary_.store(others);
  comeBack();
  EXPECT_EQ(primary_.at("url:a")->body(), "newer");
  EXPECT_EQ(primary_.at("url:b")->body(), "ours");
}

TEST_F(GuardedCacheTest, LosingTheCacheLosesNothingThatThisRunHasStored) {
  make(true, Millis(60'000));
  store("url:a", "A");
  primary_.setDown(true);
  ASSERT_NE(find("url:a"), nullptr);
}

TEST_F(GuardedCacheTest, WhatIsOnlyFoundIsNotKeptASecondTime) {
  make(true, Millis(60'000));
  const Keep keep{"url:a", makeEntry("url:a", "A"), kForever, false};
  primary_.store(std::span(&keep, 1));
  ASSERT_NE(find("url:a"), nullptr);
  primary_.setDown(true);
  EXPECT_EQ(find("url:a"), nullptr);
}

TEST_F(GuardedCacheTest, ACacheThatCameBackEmptyGetsWhatIsAskedForAgain) {
  make(true);
  store("url:a", "A");
  primary_.setDown(true);
  (void)find("url:x");
  primary_.clear();
  comeBack();
  ASSERT_NE(find("url:a"), nullptr);
  while (guard_->writeBack()) {
  }
  EXPECT_NE(primary_.at("url:a"), nullptr);
}

TEST_F(GuardedCacheTest, EndsTheRunWhereThereIsNoFallback) {
  make(false);
  primary_.setDown(true);
  EXPECT_EQ(find("url:a"), nullptr);
  EXPECT_EQ(fatal_, "connection refused");
  EXPECT_FALSE(guard_->degraded());
}

TEST_F(GuardedCacheTest, ACacheThatReadsButTakesNothingIsNotBack) {
  make(true);
  primary_.setReadOnly(true);
  store("url:a", "A");
  ASSERT_TRUE(eventually([&] { return primary_.find_calls >= 3; }));  // probed again and again
  EXPECT_TRUE(guard_->degraded());
  EXPECT_EQ(notices(), 1u);
  primary_.setReadOnly(false);
  comeBack();
  EXPECT_EQ(primary_.size(), 1u);  // the entry, and no trace of the probes
}

TEST_F(GuardedCacheTest, CountsWhatTheFallbackCouldNotKeepAsLost) {
  make(true);
  primary_.setDown(true);
  store("url:a", "A");
  store("url:b", "B");
  const Key dropped = "url:a";
  fallback_.erase(std::span(&dropped, 1));
  comeBack();
  EXPECT_EQ(metrics_.stores_lost.value(), 1u);
  EXPECT_EQ(metrics_.written_back.value(), 1u);
}

TEST_F(GuardedCacheTest, WritesNothingBackThatHasExpiredHoweverLongAgo) {
  make(true);
  primary_.setDown(true);
  for (const WallTime expires : {WallTime::min(), WallTime{}, WallTime::max() - Millis(1)}) {
    const Key key = "url:" + std::to_string(expires.time_since_epoch().count());
    const Keep keep{key, std::make_shared<const Entry>(key, Response{200, "OK", {}, "A"},
                                                       WallTime{}, WallTime{}, expires)};
    guard_->store({&keep, 1});
  }
  comeBack();
  EXPECT_EQ(metrics_.written_back.value(), 1u);
  EXPECT_EQ(primary_.size(), 1u);
}

TEST_F(GuardedCacheTest, WhatWasReplacedOrErasedMeanwhileIsNotLost) {
  make(true);
  primary_.setDown(true);
  for (const char* key : {"url:a", "url:a", "url:b", "url:c", "url:c"}) store(key, "body");
  erase("url:b");
  const Key dropped = "url:c";
  fallback_.erase(std::span(&dropped, 1));
  comeBack();
  EXPECT_EQ(metrics_.stores_fallback.value(), 5u);
  EXPECT_EQ(metrics_.written_back.value(), 1u);
  EXPECT_EQ(metrics_.stores_lost.value(), 1u);
}

TEST_F(GuardedCacheTest, CountsAsLostWhatTheFallbackCannotHandBack) {
  make(true);
  primary_.setDown(true);
  for (const char* key : {"url:a", "url:b"}) store(key, "body");
  fallback_.setDown(true);
  comeBack();
  EXPECT_EQ(metrics_.stores_lost.value(), 2u);
  EXPECT_EQ(metrics_.written_back.value(), 0u);
}

TEST_F(GuardedCacheTest, CountsAndTellsOnceOfErasuresThatFoundNoRoom) {
  make(true, Millis(60'000));
  primary_.setDown(true);
  store("url:a", "A");
  const std::size_t before = notices();
  const std::vector<Key> large(9, Key(8u << 20, 'k'));
  for (int i = 0; i < 2; ++i) guard_->erase(large);
  EXPECT_EQ(metrics_.erasures_lost.value(), 11u);
  EXPECT_EQ(metrics_.stores_lost.value(), 1u) << "an entry makes room for an erasure";
  EXPECT_EQ(notices(), before + 1);
}

TEST_F(GuardedCacheTest, CountsTheSecondsItWasAway) {
  make(true);
  EXPECT_EQ(guard_->degradedSeconds(), 0);
  primary_.setDown(true);
  (void)find("url:a");
  EXPECT_TRUE(eventually([&] { return guard_->degradedSeconds() > 0.01; }));
  comeBack();
  const double seconds = guard_->degradedSeconds();
  EXPECT_GT(seconds, 0.01);
  EXPECT_EQ(guard_->degradedSeconds(), seconds);
}

TEST_F(GuardedCacheTest, AProbeAtTheEndTakesTheCacheBackBeforeItsPeriodIsOver) {
  make(true, Millis(60'000));
  primary_.setDown(true);
  store("url:a", "A");
  primary_.setDown(false);
  guard_->probe();
  EXPECT_FALSE(guard_->degraded());
  while (guard_->writeBack()) {
  }
  EXPECT_NE(primary_.at("url:a"), nullptr);
}

TEST_F(GuardedCacheTest, TakesWhateverACacheThrowsForAFailure) {
  const std::vector<std::function<void()>> failures{[] { throw std::runtime_error(""); },
                                                    [] { throw 42; }};
  for (const auto& fail : failures) {
    make(true, Millis(60'000));
    primary_.failWith(fail);
    primary_.setDown(true);
    EXPECT_EQ(find("url:a"), nullptr);
    EXPECT_TRUE(guard_->degraded());
  }
}

TEST_F(GuardedCacheTest, FindingAnOlderEntryLosesNoNewerOneThatIsOwed) {
  make(true);
  const WallTime early{Millis(1'000)};
  const WallTime late{Millis(2'000)};
  const Keep old{"url:a", makeEntry("url:a", "older", early), kForever, false};
  primary_.store(std::span(&old, 1));
  primary_.setDown(true);
  store("url:a", "newer", late);
  primary_.setDown(false);
  ASSERT_TRUE(eventually([&] { return !guard_->degraded(); }));
  ASSERT_NE(find("url:a"), nullptr);
  EXPECT_EQ(find("url:a")->body(), "newer");
  while (guard_->writeBack()) {
  }
  EXPECT_EQ(primary_.at("url:a")->body(), "newer");
}

TEST_F(GuardedCacheTest, FlushesTheCacheAndItsFallback) {
  make(true);
  guard_->flush();
  EXPECT_EQ(primary_.flush_calls, 1);
  EXPECT_EQ(fallback_.flush_calls, 1);
  EXPECT_EQ(notices(), 0u);
}

TEST_F(GuardedCacheTest, DoesNotFlushACacheThatIsAway) {
  make(true, Millis(60'000));
  primary_.setDown(true);
  EXPECT_EQ(find("k"), nullptr);
  ASSERT_EQ(notices(), 1u);
  guard_->flush();
  EXPECT_EQ(notices(), 1u);
  EXPECT_EQ(metrics_.cache_errors.value(), 1u);
}

TEST_F(GuardedCacheTest, TellsAndCountsAFlushThatFails) {
  make(true);
  primary_.setDown(true);
  guard_->flush();
  EXPECT_EQ(notices_, std::vector<std::string>{"cache redis: connection refused"});
  EXPECT_EQ(metrics_.cache_errors.value(), 1u);
  EXPECT_FALSE(guard_->degraded());
  EXPECT_EQ(fallback_.flush_calls, 1);
}

}  // namespace
}  // namespace forage::store
