#include "held_leases.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace forage::redis {
namespace {

using Standing = HeldLeases::Standing;
using Standings = std::vector<Standing>;
using Turn = HeldLeases::Turn;

constexpr Millis kSoon{1};

struct HeldLeasesTest : testing::Test {
  /// Holds `keys` from now on.
  void hold(const std::vector<Key>& keys) {
    Turn turn(held);
    held.begin(keys, turn);
    for (const Key& key : turn.keys()) held.hold(key);
  }
  Standings standingsOf(const std::vector<Key>& keys) {
    Turn turn(held);
    return held.begin(keys, turn);
  }

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
  EXPECT_EQ(turn.keys().size(), 2u);
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
    ASSERT_EQ(turn.keys().size(), 1u);
    EXPECT_EQ(turn.keys().front(), "a");
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
  held.hold("b");
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
  for (const HeldLeases::Held& one : all) EXPECT_EQ(held.lose(one), one.key == "b");
  EXPECT_EQ(standingsOf({"a", "b"}), (Standings{Standing::kHeld, Standing::kTurn}));
}

}  // namespace
}  // namespace forage::redis
