#include "run/lookups.h"

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "support/eventually.h"
#include "support/fake_cache.h"

namespace forage::run {
namespace {

class LookupsTest : public ::testing::Test, public store::LookupHome {
 protected:
  void lookedUp(std::unique_ptr<store::LookupBatch> batch) noexcept override {
    const std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
  }
  void leaseEnded(void*, std::uint64_t) noexcept override {}

  void add(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      visit::Trip& trip = *trips_.emplace_back(std::make_unique<visit::Trip>());
      trip.key = "url:" + std::to_string(trips_.size());
      lookups_.add(trip);
    }
  }
  std::size_t batches() {
    const std::lock_guard lock(mutex_);
    return batches_.size();
  }

  test::FakeCache cache_;
  SystemClock clock_;
  Metrics metrics_;
  store::GuardedCache guard_{
      cache_, nullptr, clock_, metrics_, {}, [](std::string_view) {}, [](const CacheError&) {}};
  store::LeaseDesk desk_{guard_};
  visit::SingleFlight flights_;
  std::mutex mutex_;  // guards batches_
  std::vector<std::unique_ptr<store::LookupBatch>> batches_;
  std::vector<std::unique_ptr<visit::Trip>> trips_;
  store::LookAhead look_ahead_{guard_, desk_};
  Lookups lookups_{&look_ahead_, flights_, *this};
};

TEST_F(LookupsTest, SendsTheKeysOfTripsTogether) {
  add(2);
  lookups_.send();
  ASSERT_TRUE(test::eventually([&] { return batches() == 1; }));
  EXPECT_EQ(batches_[0]->keys, (std::vector<Key>{"url:1", "url:2"}));
  EXPECT_EQ(batches_[0]->owners, (std::vector<void*>{trips_[0].get(), trips_[1].get()}));
  EXPECT_EQ(batches_[0]->wishes.size(), 2u);
  EXPECT_EQ(batches_[0]->issued, flights_.now());
  EXPECT_EQ(cache_.find_calls, 1);
}

TEST_F(LookupsTest, AFullBatchIsSentAtOnceAndTheRestWhenItIsAskedFor) {
  add(store::LookAhead::kMaxKeys);
  ASSERT_TRUE(test::eventually([&] { return batches() == 1; }));
  add(1);
  lookups_.send();
  ASSERT_TRUE(test::eventually([&] { return batches() == 2; }));
  EXPECT_EQ(batches_[0]->keys.size(), store::LookAhead::kMaxKeys);
  EXPECT_EQ(batches_[1]->keys.size(), 1u);
}

TEST_F(LookupsTest, SendsNothingWhereThereIsNothing) {
  lookups_.send();
  add(1);
  lookups_.send();
  lookups_.send();
  ASSERT_TRUE(test::eventually([&] { return batches() == 1; }));
  EXPECT_EQ(cache_.find_calls, 1);
}

}  // namespace
}  // namespace forage::run
