#include "store/write_behind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/fake_cache.h"

namespace forage::store {
namespace {

using test::eventually;
using test::FakeCache;
using test::makeEntry;

class Listener final : public RoomListener {
 public:
  void hasRoom() noexcept override { ++told; }
  std::atomic<int> told{0};
};

/// Has leases, and remembers in which order it was called, by the writing thread alone.
class LeasedCache final : public Cache, private Leases {
 public:
  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key>, std::span<EntryPtr>) override {}
  void store(std::span<const Keep> items) override {
    std::string call = "store";
    for (const Keep& item : items) call += " " + item.key;
    calls.push_back(call);
  }
  std::size_t erase(std::span<const Key>) override { return 0; }
  void scan(std::string_view, const Visitor&) override {}
  [[nodiscard]] CacheStats stats() const noexcept override { return {}; }
  Leases* leases() noexcept override { return this; }

  /// The place of the call of that name for `key`, or beyond all.
  [[nodiscard]] std::size_t callWith(const std::string& name, const std::string& key) const {
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const std::string& call) {
      return call.starts_with(name) && call.find(key) != std::string::npos;
    });
    return static_cast<std::size_t>(at - calls.begin());
  }
  std::vector<std::string> calls;

 private:
  void acquire(std::span<const Key>, std::span<State> states, LeaseHome&) override {
    std::ranges::fill(states, State::kMine);
  }
  void release(std::span<const Key> keys) noexcept override {
    std::string call = "release";
    for (const Key& key : keys) call += " " + key;
    calls.push_back(call);
  }
  void forget(LeaseHome&) noexcept override {}
};

class WriteBehindTest : public ::testing::Test {
 protected:
  WriteBehindTest()
      : guard_(
            primary_, &fallback_, clock_, metrics_, {Millis(60'000), "redis"},
            [](std::string_view) {}, [](const CacheError&) {}) {}

  static Keep item(int i, std::size_t bytes = 100) {
    const Key key = "url:" + std::to_string(i);
    return {key, makeEntry(key, std::string(bytes, 'x')), kForever, false};
  }

  FakeCache primary_;
  FakeCache fallback_{true};
  SystemClock clock_;
  Metrics metrics_;
  GuardedCache guard_;
  LeaseDesk desk_{guard_};
  std::atomic<std::size_t> acknowledged_{0};
};

TEST_F(WriteBehindTest, WritesWhatWasPushedInBatches) {
  primary_.hold();
  WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) { acknowledged_ += batch.size(); });
  for (int i = 0; i < 200; ++i) writes.push(item(i));
  primary_.open();
  writes.flush();
  EXPECT_EQ(primary_.size(), 200u);
  EXPECT_EQ(acknowledged_, 200u);
  EXPECT_LE(primary_.store_calls, 6);
}

TEST_F(WriteBehindTest, StoresAndErasesInTheOrderInWhichTheyWerePushed) {
  primary_.hold();
  std::vector<Key> keys;
  WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) {
    for (const WriteBehind::Write& write : batch) {
      keys.push_back(write.keep.key + (write.kind == WriteBehind::Kind::kErase ? " erased" : ""));
    }
  });
  for (const int i : {1, 2}) writes.push(item(i));
  for (const int i : {1, 2}) writes.pushErase(item(i).key);
  writes.push(item(2));
  primary_.open();
  writes.flush();
  EXPECT_EQ(primary_.at("url:1"), nullptr);
  EXPECT_NE(primary_.at("url:2"), nullptr);
  EXPECT_EQ(keys, (std::vector<Key>{"url:1", "url:2", "url:1 erased", "url:2 erased", "url:2"}));
  EXPECT_LE(primary_.erase_calls, 2) << "neighbours go together";
}

TEST_F(WriteBehindTest, ReleasesTheLeasesOfABatchTogetherAfterWhatItStores) {
  LeasedCache cache;
  GuardedCache guard(
      cache, nullptr, clock_, metrics_, {Millis(60'000), "redis"}, [](std::string_view) {},
      [](const CacheError&) {});
  LeaseDesk desk(guard);
  const std::vector<Key> keys{"url:1", "url:2"};
  std::vector<LeaseDesk::Request> requests{{&keys[0], nullptr, nullptr},
                                           {&keys[1], nullptr, nullptr}};
  desk.ask(requests);
  WriteBehind writes(guard, desk, 1u << 20, [](auto) {});
  for (const int i : {1, 2}) {
    writes.push(item(i));
    writes.pushRelease({item(i).key, desk.drop(item(i).key)});
  }
  writes.flush();
  // One batch, or two where the thread was quicker: in either a key is stored before its lease
  // ends.
  ASSERT_FALSE(cache.calls.empty());
  EXPECT_LE(cache.calls.size(), 4u);
  for (const std::string key : {"url:1", "url:2"}) {
    EXPECT_LT(cache.callWith("store", key), cache.callWith("release", key)) << key;
  }
}

TEST_F(WriteBehindTest, OneItemAloneIsWrittenSoonWithoutAFlush) {
  WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) { acknowledged_ += batch.size(); });
  writes.push(item(0));
  EXPECT_TRUE(eventually([&] { return acknowledged_ == 1; }));
  for (int i = 1; i < 65; ++i) writes.push(item(i));  // a whole batch need not wait
  EXPECT_TRUE(eventually([&] { return acknowledged_ == 65; }));
}

TEST_F(WriteBehindTest, ItsEndWritesWhatIsStillGathered) {
  {
    WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) { acknowledged_ += batch.size(); });
    for (int i = 0; i < 3; ++i) writes.push(item(i));
  }
  EXPECT_EQ(acknowledged_, 3u);
}

TEST_F(WriteBehindTest, NeverBlocksWhoPushesWhileTheStoreIsStuck) {
  primary_.hold();
  WriteBehind writes(guard_, desk_, 10'000, [&](auto batch) { acknowledged_ += batch.size(); });
  for (int i = 0; i < 1'000; ++i) writes.push(item(i));
  EXPECT_TRUE(writes.full());
  EXPECT_EQ(acknowledged_, 0u);
  primary_.open();
  writes.flush();
  EXPECT_FALSE(writes.full());
}

TEST_F(WriteBehindTest, TellsWhoListensOnceThereIsRoom) {
  Listener listener;
  primary_.hold();
  WriteBehind writes(guard_, desk_, 1'000, [](auto) {});
  EXPECT_FALSE(writes.listenIfFull(listener));
  for (int i = 0; i < 100; ++i) writes.push(item(i));
  EXPECT_TRUE(writes.listenIfFull(listener));
  EXPECT_EQ(listener.told, 0);
  primary_.open();
  EXPECT_TRUE(eventually([&] { return listener.told == 1; }));
  writes.flush();
  EXPECT_EQ(listener.told, 1);
}

TEST_F(WriteBehindTest, UnacknowledgedEntriesGoToTheFallbackWhenTheCacheIsLost) {
  primary_.setDown(true);
  WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) { acknowledged_ += batch.size(); });
  for (int i = 0; i < 100; ++i) writes.push(item(i));
  EXPECT_TRUE(eventually([&] { return acknowledged_ == 100u; }));
  EXPECT_EQ(fallback_.size(), 100u);
  EXPECT_EQ(primary_.size(), 0u);
}

TEST_F(WriteBehindTest, AFlushTakesBackACacheThatReturnedAndPaysWhatIsOwed) {
  primary_.setDown(true);
  WriteBehind writes(guard_, desk_, 1u << 20, [&](auto batch) { acknowledged_ += batch.size(); });
  for (int i = 0; i < 200; ++i) writes.push(item(i));
  EXPECT_TRUE(eventually([&] { return acknowledged_ == 200u; }));
  primary_.setDown(false);
  writes.flush();
  EXPECT_EQ(primary_.size(), 200u);
  EXPECT_EQ(metrics_.written_back.value(), 200u);
}

}  // namespace
}  // namespace forage::store
