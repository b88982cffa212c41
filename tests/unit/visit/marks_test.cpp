#include "visit/marks.h"

#include <gtest/gtest.h>

namespace forage::visit {
namespace {

// Hashes with the same place.
constexpr std::uint64_t kA = 0xa;
constexpr std::uint64_t kB = 0xb;
constexpr std::uint64_t kElsewhere = std::uint64_t{1} << 32;

TEST(Marks, TellOfWhatCameAfterALookUp) {
  Marks marks;
  EXPECT_FALSE(marks.isNewer(kA, 0));
  marks.leave(kA, 5);
  EXPECT_TRUE(marks.isNewer(kA, 4));
  EXPECT_FALSE(marks.isNewer(kA, 5));
  EXPECT_FALSE(marks.isNewer(kElsewhere, 0));
}

TEST(Marks, NeverMissOneThatGaveWayToAnother) {
  Marks marks;
  marks.leave(kA, 5);
  marks.leave(kB, 9);
  EXPECT_TRUE(marks.isNewer(kA, 4));  // its mark is gone, but not its number
  EXPECT_TRUE(marks.isNewer(kB, 8));
  EXPECT_FALSE(marks.isNewer(kA, 5));  // what came since is of another key
}

TEST(Marks, OfTheSameKeyForgetNothing) {
  Marks marks;
  marks.leave(kA, 5);
  marks.leave(kA, 9);
  EXPECT_TRUE(marks.isNewer(kA, 8));
  EXPECT_FALSE(marks.isNewer(kA, 9));
  EXPECT_FALSE(marks.isNewer(kB, 4));
}

}  // namespace
}  // namespace forage::visit
