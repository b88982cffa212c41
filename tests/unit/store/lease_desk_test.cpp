#include "store/lease_desk.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/fake_clock.h"

namespace forage::store {
namespace {

/// A cache without entries whose leases are all ours. It holds acquire() or release() up on demand.
class LeaseBook final : public Cache, private Leases {
 public:
  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key>, std::span<EntryPtr>) override {}
  void store(std::span<const Keep>) override {}
  std::size_t erase(std::span<const Key>) override { return 0; }
  void scan(std::string_view, const Visitor&) override {}
  [[nodiscard]] CacheStats stats() const noexcept override { return {}; }
  Leases* leases() noexcept override { return this; }

  // Of tests.
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    gate_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  [[nodiscard]] bool isWaiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_ > 0;
  }

 private:
  void acquire(std::span<const Key> keys, std::span<State> states, LeaseHome&) override {
    call("acquire", keys);
    std::ranges::fill(states, State::kMine);
  }
  void release(std::span<const Key> keys) noexcept override { call("release", keys); }
  void forget(LeaseHome&) noexcept override {}

  void call(std::string name, std::span<const Key> keys) {
    for (const Key& key : keys) name += " " + key;
    std::unique_lock lock(mutex_);
    calls_.push_back(name);
    ++waiting_;
    gate_.wait(lock, [this] { return !held_; });
    --waiting_;
  }

  mutable std::mutex mutex_;
  std::condition_variable gate_;
  bool held_ = false;
  int waiting_ = 0;
  std::vector<std::string> calls_;
};

using Calls = std::vector<std::string>;

class LeaseDeskTest : public testing::Test {
 protected:
  LeaseState ask(const Key& key) {
    std::vector<LeaseDesk::Request> requests{{&key, nullptr, nullptr}};
    desk_.ask(requests);
    return requests.front().state;
  }
  void release(const Key& key, std::uint64_t hold) {
    const LeaseDesk::Dropped dropped{key, hold};
    desk_.release({&dropped, 1});
  }

  LeaseBook book_;
  test::FakeClock clock_;
  Metrics metrics_;
  GuardedCache guard_{
      book_, nullptr, clock_, metrics_, {}, [](std::string_view) {}, [](const CacheError&) {}};
  LeaseDesk desk_{guard_};
  const Key key_ = "url:a";
};

TEST_F(LeaseDeskTest, ReleasesWhatTheLastVisitHasDropped) {
  ASSERT_EQ(ask(key_), LeaseState::kMine);
  ASSERT_EQ(ask(key_), LeaseState::kMine);
  EXPECT_EQ(desk_.drop(key_), 0u);
  const std::uint64_t hold = desk_.drop(key_);
  EXPECT_NE(hold, 0u);
  release(key_, hold);
  EXPECT_EQ(book_.calls(), (Calls{"acquire url:a", "acquire url:a", "release url:a"}));
  release(key_, hold);
  EXPECT_EQ(book_.calls().size(), 3u) << "once";
  EXPECT_EQ(desk_.drop(key_), 0u);
}

TEST_F(LeaseDeskTest, AReleaseThatComesLateLeavesTheLeaseToWhoGotItMeanwhile) {
  (void)ask(key_);
  const std::uint64_t first = desk_.drop(key_);
  (void)ask(key_);
  release(key_, first);
  EXPECT_EQ(book_.calls(), (Calls{"acquire url:a", "acquire url:a"}));
  const std::uint64_t second = desk_.drop(key_);
  EXPECT_NE(second, first);
  release(key_, first);  // its store may be between the two
  EXPECT_EQ(book_.calls().size(), 2u);
  release(key_, second);
  EXPECT_EQ(book_.calls().back(), "release url:a");
}

TEST_F(LeaseDeskTest, AReleaseWaitsForWhoIsJustGettingTheLease) {
  (void)ask(key_);
  const std::uint64_t first = desk_.drop(key_);
  book_.hold();
  auto asking = std::async(std::launch::async, [this] { return ask(key_); });
  ASSERT_TRUE(test::eventually([this] { return book_.isWaiting(); }));
  auto releasing = std::async(std::launch::async, [&] { release(key_, first); });
  book_.open();
  EXPECT_EQ(asking.get(), LeaseState::kMine);
  releasing.get();
  EXPECT_EQ(book_.calls(), (Calls{"acquire url:a", "acquire url:a"}));
}

TEST_F(LeaseDeskTest, NobodyGetsALeaseThatIsJustBeingReleased) {
  (void)ask(key_);
  const std::uint64_t first = desk_.drop(key_);
  book_.hold();
  auto releasing = std::async(std::launch::async, [&] { release(key_, first); });
  ASSERT_TRUE(test::eventually([this] { return book_.isWaiting(); }));
  auto asking = std::async(std::launch::async, [this] { return ask(key_); });
  auto other = std::async(std::launch::async, [this] { return ask("url:b"); });
  ASSERT_TRUE(test::eventually([this] { return book_.calls().size() >= 3; }));
  EXPECT_EQ(book_.calls(), (Calls{"acquire url:a", "release url:a", "acquire url:b"}));
  book_.open();
  releasing.get();
  EXPECT_EQ(asking.get(), LeaseState::kMine);
  EXPECT_EQ(other.get(), LeaseState::kMine);
  EXPECT_NE(desk_.drop(key_), 0u);
}

}  // namespace
}  // namespace forage::store
