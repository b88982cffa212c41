#include "run/store_threads.h"

#include <gtest/gtest.h>

#include <memory>

#include "support/fake_cache.h"

namespace forage::run {
namespace {

class StoreThreadsTest : public ::testing::Test {
 protected:
  void make(bool in_place) {
    cache_ = std::make_unique<test::FakeCache>(in_place);
    guard_ = std::make_unique<store::GuardedCache>(
        *cache_, nullptr, clock_, metrics_, store::GuardedCache::Options{}, [](std::string_view) {},
        [](const CacheError&) {});
    leases_ = std::make_unique<store::LeaseDesk>(*guard_);
    threads_ = std::make_unique<StoreThreads>(*guard_, *leases_, flights_, 1u << 20);
  }

  SystemClock clock_;
  Metrics metrics_;
  visit::SingleFlight flights_;
  std::unique_ptr<test::FakeCache> cache_;
  std::unique_ptr<store::GuardedCache> guard_;
  std::unique_ptr<store::LeaseDesk> leases_;
  std::unique_ptr<StoreThreads> threads_;
};

TEST_F(StoreThreadsTest, ThereAreNoneWhereTheCacheAnswersInPlace) {
  make(true);
  EXPECT_EQ(threads_->lookAhead(), nullptr);
  EXPECT_EQ(threads_->writes(), nullptr);
  threads_->flush();
  EXPECT_EQ(cache_->flush_calls, 0);
}

TEST_F(StoreThreadsTest, LookUpsEndBeforeTheWritesDo) {
  make(false);
  ASSERT_NE(threads_->lookAhead(), nullptr);
  ASSERT_NE(threads_->writes(), nullptr);
  threads_->endLookups();
  EXPECT_EQ(threads_->lookAhead(), nullptr);
  threads_->writes()->push({"url:a", test::makeEntry("url:a", "A"), kForever, false});
  threads_->flush();
  EXPECT_NE(cache_->at("url:a"), nullptr);
}

TEST_F(StoreThreadsTest, AFlightEndsWhenItsEntryIsWritten) {
  make(false);
  const Key key = "url:a";
  const EntryPtr entry = test::makeEntry(key, "A");
  const std::uint64_t issued = flights_.now();
  ASSERT_EQ(flights_.join(key, issued, nullptr, nullptr).role, visit::SingleFlight::Role::kLeads);
  flights_.complete(key, entry, visit::SingleFlight::Then::kHeld);
  EXPECT_EQ(flights_.join(key, issued, nullptr, nullptr).entry, entry);
  threads_->writes()->push({key, entry, kForever, false});
  threads_->flush();
  const visit::SingleFlight::Joined after = flights_.join(key, issued, nullptr, nullptr);
  EXPECT_EQ(after.role, visit::SingleFlight::Role::kLeads);
  EXPECT_TRUE(after.look_again) << "the cache has it now";
}

}  // namespace
}  // namespace forage::run
