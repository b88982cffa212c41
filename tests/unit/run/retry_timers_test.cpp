#include "run/retry_timers.h"

#include <gtest/gtest.h>

#include <array>

namespace forage::run {
namespace {

TEST(RetryTimers, GiveTripsInTheOrderOfTheirTimes) {
  std::array<visit::Trip, 3> trips;
  RetryTimers timers;
  EXPECT_EQ(timers.next(), kNever);
  for (const int i : {1, 2, 0}) {
    trips[static_cast<std::size_t>(i)].retry_at = TimePoint(Millis(10 * i));
    timers.add(trips[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(timers.next(), TimePoint(Millis(0)));
  EXPECT_EQ(timers.takeDue(TimePoint(Millis(10))), &trips[0]);
  EXPECT_EQ(timers.takeDue(TimePoint(Millis(10))), &trips[1]);
  EXPECT_EQ(timers.takeDue(TimePoint(Millis(10))), nullptr);
  EXPECT_EQ(timers.next(), TimePoint(Millis(20)));
}

}  // namespace
}  // namespace forage::run
