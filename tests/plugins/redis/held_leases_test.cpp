#include "held_leases.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forage::redis {
namespace {

using Standing = HeldLeases::Standing;
using Standings = std::vector<Standing>;
using Turn = HeldLeases::Turn;

constexpr Millis kSoon{1};

std::vector<std::string_view> keysOf(const Turn& turn) {
  std::vector<std::string_view> keys;
  for (const HeldLeases::Ended& lease : turn.leases()) keys.push_back(lease.key);
  return keys;
}

struct HeldLeasesTest : testing::Test {
  /// Holds `keys` from now on.
  void hold(const std::vector<Key>& keys) {
    Turn turn(held);
    held.begin(keys, turn);
    for (const std::string_view key : keysOf(turn)) held.hold(Key(key), until);
  }
  Standings standingsOf(const std::vector<Key>& keys) {
    Turn turn(held);
    return held.begin(keys, turn);
  }

  const TimePoint until{std::chrono::hours(1)};
  HeldLeases held{4};
};

TEST_F(HeldLeasesTest, AreKnownAsHeld) {
  hold({"a"});
  EXPECT_EQ(standingsOf({"a", "b"}), (Standings{Standing::kHeld, Standing::kTurn}));
  EXPECT_EQ(standingsOf({"b"}), Standings{Standing::kTurn});  // its turn is over
}

TEST_F(HeldLeasesTest, TellEqualKeysApart) {
  Turn turn(held);
  EXPECT_EQ(held.begin(std::vector<Key>{"a", "b", "a"}, turn),
            (Standings{Standing::kTurn, Standing::kTurn, Standing::kTwin}));
  EXPECT_EQ(keysOf(turn).size(), 2u);
}

TEST_F(HeldLeasesTest, AreNoMoreThanMayBe) {
  hold({"a", "b", "c"});
  EXPECT_EQ(standingsOf({"d", "e", "a"}),
            (Standings{Standing::kTurn, Standing::kNoRoom, Standing::kHeld}));
}

TEST_F(HeldLeasesTest, EndWhenTheyAreHeld) {
  hold({"a", "b"});
  {
    Turn turn(held);
    held.end(std::vector<Key>{"a", "never", "a"}, turn);
    ASSERT_EQ(keysOf(turn).size(), 1u);
    EXPECT_EQ(keysOf(turn).front(), "a");
  }
  EXPECT_EQ(standingsOf({"a", "b"}), (Standings{Standing::kTurn, Standing::kHeld}));
}

TEST_F(HeldLeasesTest, AreDealtWithByOneThreadAtATime) {
  std::optional<Turn> turn(std::in_place, held);
  held.begin(std::vector<Key>{"a", "b"}, *turn);
  std::atomic<bool> over{false};
  auto other = std::async(std::launch::async, [&] {
    Turn second(held);
    const Standings standings = held.begin(std::vector<Key>{"c", "b"}, second);
    EXPECT_TRUE(over);
    return standings;
  });
  EXPECT_EQ(standingsOf({"c"}), Standings{Standing::kTurn});  // who waits keeps nothing back
  held.hold("b", until);
  over = true;
  turn.reset();
  EXPECT_EQ(other.get(), (Standings{Standing::kTurn, Standing::kHeld}));
}

TEST_F(HeldLeasesTest, AreAllToBeRenewed) {
  hold({"a", "b"});
  std::vector<HeldLeases::Held> all = held.awaitRenewal(kSoon);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[0].key, all[1].key);
}

TEST_F(HeldLeasesTest, AreWaitedForByTheirKeeper) {
  auto keeper = std::async(std::launch::async, [&] { return held.awaitRenewal(kSoon).size(); });
  hold({"a"});
  EXPECT_EQ(keeper.get(), 1u);
  auto last = std::async(std::launch::async,
                         [&] { return held.awaitRenewal(std::chrono::hours(1)).size(); });
  held.stop();
  EXPECT_EQ(last.get(), 0u);
}

TEST_F(HeldLeasesTest, AreLostUnlessAcquiredAgain) {
  hold({"a", "b"});
  const std::vector<HeldLeases::Held> all = held.awaitRenewal(kSoon);
  {
    Turn turn(held);
    held.end(std::vector<Key>{"a"}, turn);
  }
  hold({"a"});
  EXPECT_EQ(held.renewed(all, std::vector<std::size_t>{0, 1}, until), 1u);
  EXPECT_EQ(standingsOf({"a", "b"}), (Standings{Standing::kHeld, Standing::kTurn}));
}

TEST_F(HeldLeasesTest, AreKnownByHowLongTheyLastForSure) {
  hold({"a", "b"});
  const std::vector<HeldLeases::Held> all = held.awaitRenewal(kSoon);
  const std::size_t a = all[0].key == "a" ? 0 : 1;
  EXPECT_EQ(held.renewed({&all[a], 1}, {}, until + Millis(1)), 0u);
  Turn turn(held);
  held.end(std::vector<Key>{"a", "b"}, turn);
  ASSERT_EQ(turn.leases().size(), 2u);
  for (const HeldLeases::Ended& lease : turn.leases()) {
    EXPECT_EQ(lease.until, lease.key == "a" ? until + Millis(1) : until);
  }
}

}  // namespace
}  // namespace forage::redis
