#include "cache/timestamps.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::app {
namespace {

TEST(Timestamps, AreThoseOfRfc3339) {
  EXPECT_EQ(timestamp(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp(WallTime(Millis(1'709'251'199'007))), "2024-02-29T23:59:59.007Z");
  EXPECT_EQ(timestamp(WallTime(Millis(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(Timestamps, StayWithinFourDigitsOfYear) {
  EXPECT_EQ(timestamp(WallTime::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(timestamp(WallTime::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Timestamps, AreReadBack) {
  for (const Millis::rep count :
       {-62'167'219'200'000LL, -1LL, 0LL, 1'709'251'199'007LL, 253'402'300'799'999LL}) {
    const WallTime time{Millis(count)};
    EXPECT_EQ(parseTimestamp(timestamp(time)), time) << count;
  }
}

TEST(Timestamps, OfAnotherFormAreNone) {
  for (const std::string text :
       {"", "2024-02-29T23:59:59Z", "2024-02-29 23:59:59.000Z", "2023-02-29T00:00:00.000Z",
        "2024-13-01T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01T00:60:00.000Z",
        "2024-01-01T00:00:60.000Z", "2024-01-01T00:00:00.000+", "-024-01-01T00:00:00.000Z",
        "2024-01-01T00:00:00.000Z "}) {
    EXPECT_EQ(parseTimestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace forage::app
