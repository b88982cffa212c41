#include "store/debts.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::store {
namespace {

using Keys = std::vector<Key>;

constexpr std::size_t kRoomForTwo = 2 * (Debts::kPerKey + 1);

Keep keepOf(const Key& key, bool only_if_absent = false) {
  return {key, nullptr, kForever, only_if_absent};
}

TEST(Debts, HandsOutTheOldestFirst) {
  Counter lost;
  Debts debts(lost);
  EXPECT_FALSE(debts.hasStores());
  for (const char* key : {"a", "b", "c"}) debts.oweStore(key);
  EXPECT_EQ(debts.takeStores(2), (Keys{"a", "b"}));
  EXPECT_TRUE(debts.hasStores());
  EXPECT_EQ(debts.takeStores(2), Keys{"c"});
  EXPECT_FALSE(debts.hasStores());
}

TEST(Debts, ForgetsTheOldestForWantOfRoomAndCountsThem) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  for (const char* key : {"a", "b", "c"}) debts.oweStore(key);
  EXPECT_EQ(lost.value(), 1u);
  EXPECT_EQ(debts.takeStores(9), (Keys{"b", "c"}));
  for (const char* key : {"d", "e"}) debts.oweStore(key);
  EXPECT_EQ(lost.value(), 1u) << "what has been taken makes room";
}

TEST(Debts, OwesTheNewestEntryOfAKeyOnce) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  for (const char* key : {"a", "b", "a", "a", "c"}) debts.oweStore(key);
  EXPECT_EQ(lost.value(), 1u) << "b alone: the older entry of a has been replaced";
  EXPECT_EQ(debts.takeStores(9), (Keys{"a", "c"}));
  EXPECT_FALSE(debts.hasStores());
  debts.oweStore("a");
  EXPECT_EQ(debts.takeStores(9), Keys{"a"});
}

TEST(Debts, WhatIsErasedIsNotOwedAndNotLost) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  for (const char* key : {"a", "b"}) debts.oweStore(key);
  debts.cancelStores(Keys{"a", "never"});
  debts.oweStore("c");
  EXPECT_EQ(lost.value(), 0u) << "it made room";
  EXPECT_EQ(debts.takeStores(9), (Keys{"b", "c"}));
}

TEST(Debts, ErasuresHaveRoomBeforeEntries) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  for (const char* key : {"a", "b"}) debts.oweStore(key);
  EXPECT_EQ(debts.oweErasures(Keys{"x"}), 0u);
  EXPECT_EQ(lost.value(), 1u);
  EXPECT_EQ(debts.takeStores(9), Keys{"b"});
  EXPECT_EQ(debts.erasures(), Keys{"x"});
}

TEST(Debts, ErasuresStayOwedUntilTheyArePaid) {
  Counter lost;
  Debts debts(lost);
  debts.oweErasures(Keys{"a", "b"});
  const Keys first = debts.erasures();
  EXPECT_EQ(first, (Keys{"a", "b"}));
  debts.oweErasures(Keys{"c"});
  EXPECT_TRUE(debts.hasErasures());
  debts.paidErasures(first);
  EXPECT_EQ(debts.erasures(), Keys{"c"}) << "what came meanwhile";
  debts.paidErasures(debts.erasures());
  EXPECT_FALSE(debts.hasErasures());
}

TEST(Debts, ErasuresTakeRoomAndGiveItBack) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  EXPECT_EQ(debts.oweErasures(Keys{"a", "b", "c", "d"}), 2u);
  EXPECT_EQ(debts.erasures(), (Keys{"a", "b"}));
  debts.oweStore("x");
  EXPECT_EQ(lost.value(), 1u);
  debts.paidErasures(debts.erasures());
  debts.oweStore("y");
  EXPECT_EQ(lost.value(), 1u);
  EXPECT_EQ(debts.takeStores(9), Keys{"y"});
}

TEST(Debts, WhatWasDeclinedIsOwedWhenItIsToBeOfferedAgain) {
  Counter lost;
  Debts debts(lost);
  const std::vector<Keep> items{keepOf("a"), keepOf("b", true), keepOf("c")};
  EXPECT_TRUE(debts.remember(items));
  EXPECT_FALSE(debts.remember(items)) << "it is news once";
  EXPECT_FALSE(debts.hasStores());
  debts.oweDeclined();
  EXPECT_EQ(debts.takeStores(9), (Keys{"a", "c"}));
  debts.oweDeclined();
  EXPECT_FALSE(debts.hasStores());
}

TEST(Debts, WhatWasDeclinedAndIsErasedIsNotOfferedAgain) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  const std::vector<Keep> items{keepOf("a"), keepOf("a"), keepOf("b"), keepOf("c")};
  EXPECT_TRUE(debts.remember(std::span(items).first(3)));
  debts.cancelStores(Keys{"a"});
  EXPECT_FALSE(debts.remember(std::span(items).last(1))) << "there is room for it now";
  debts.oweDeclined();
  EXPECT_EQ(debts.takeStores(9), (Keys{"b", "c"}));
  EXPECT_EQ(lost.value(), 0u);
}

TEST(Debts, RemembersNoMoreOfWhatWasDeclinedThanFits) {
  Counter lost;
  Debts debts(lost, kRoomForTwo);
  const std::vector<Keep> items{keepOf("a"), keepOf("b"), keepOf("c")};
  EXPECT_TRUE(debts.remember(items));
  debts.oweDeclined();
  EXPECT_EQ(debts.takeStores(9), (Keys{"a", "b"}));
  EXPECT_TRUE(debts.remember(std::span(items).subspan(2)));
  debts.oweDeclined();
  EXPECT_EQ(debts.takeStores(9), Keys{"c"});
}

TEST(Debts, WhereWhatIsThereIsAsGoodNothingHasBeenDeclined) {
  Counter lost;
  Debts debts(lost);
  const Keep item = keepOf("a", true);
  EXPECT_FALSE(debts.remember(std::span(&item, 1)));
  debts.oweDeclined();
  EXPECT_FALSE(debts.hasStores());
}

}  // namespace
}  // namespace forage::store
