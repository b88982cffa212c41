#include "forage/clock.h"

#include <gtest/gtest.h>

namespace forage {
namespace {

TEST(SaturatingAdd, AddsWithinTheRange) {
  EXPECT_EQ(saturatingAdd(WallTime(Millis(1000)), Millis(24)), WallTime(Millis(1024)));
  EXPECT_EQ(saturatingAdd(WallTime(Millis(1000)), Millis(-2000)), WallTime(Millis(-1000)));
  EXPECT_EQ(saturatingAdd(WallTime(Millis(-1)), kForever), WallTime(kForever - Millis(1)));
}

TEST(SaturatingAdd, StopsAtBothEnds) {
  EXPECT_EQ(saturatingAdd(WallTime(Millis(1)), kForever), WallTime::max());
  EXPECT_EQ(saturatingAdd(WallTime::max(), Millis(1)), WallTime::max());
  EXPECT_EQ(saturatingAdd(WallTime::max(), kForever), WallTime::max());
  EXPECT_EQ(saturatingAdd(WallTime(Millis(-2)), Millis::min()), WallTime::min());
  EXPECT_EQ(saturatingAdd(WallTime::min(), Millis(-1)), WallTime::min());
}

TEST(SaturatingAdd, LeavesTheEndsWithNothingToAdd) {
  EXPECT_EQ(saturatingAdd(WallTime::max(), Millis(0)), WallTime::max());
  EXPECT_EQ(saturatingAdd(WallTime::min(), Millis(0)), WallTime::min());
}

TEST(SaturatingSpan, IsTheDifferenceAndStopsAtBothEnds) {
  EXPECT_EQ(saturatingSpan(WallTime(Millis(1)), WallTime(Millis(3))), Millis(2));
  EXPECT_EQ(saturatingSpan(WallTime(Millis(3)), WallTime(Millis(1))), Millis(-2));
  EXPECT_EQ(saturatingSpan(WallTime(Millis(1)), WallTime::min()), Millis::min());
  EXPECT_EQ(saturatingSpan(WallTime(Millis(-1)), WallTime::max()), Millis::max());
  EXPECT_EQ(saturatingSpan(WallTime::min(), WallTime::max()), Millis::max());
  EXPECT_EQ(saturatingSpan(WallTime::max(), WallTime::min()), Millis::min());
  EXPECT_EQ(saturatingSpan(WallTime::min(), WallTime::min()), Millis(0));
}

TEST(LifetimeUntil, IsWithoutEndForWhatNeverExpiresAndNoneForWhatHas) {
  for (const WallTime now : {WallTime::min(), WallTime(Millis(5)), WallTime::max()}) {
    EXPECT_EQ(lifetimeUntil(WallTime::max(), now), kForever);
    EXPECT_LE(lifetimeUntil(WallTime::min(), now), Millis(0));
  }
  EXPECT_EQ(lifetimeUntil(WallTime(Millis(7)), WallTime(Millis(5))), Millis(2));
  EXPECT_EQ(lifetimeUntil(WallTime::max() - Millis(1), WallTime(Millis(-5))), kForever);
}

TEST(SystemClock, NeverGoesBack) {
  const SystemClock clock;
  const TimePoint first = clock.now();
  EXPECT_GE(clock.now(), first);
  EXPECT_GT(clock.wallNow(), WallTime(std::chrono::years(50)));
}

}  // namespace
}  // namespace forage
