#include "run/lease_timers.h"

#include <gtest/gtest.h>

#include <array>

namespace forage::run {
namespace {

TimePoint at(int millis) { return TimePoint(Millis(millis)); }

void beginWait(visit::Trip& trip, std::uint64_t ticket, int until) {
  trip.waits = true;
  trip.ticket = ticket;
  trip.lease_wait_end = at(until);
}

TEST(LeaseTimers, GiveTripsInTheOrderOfTheirTimes) {
  std::array<visit::Trip, 3> trips;
  LeaseTimers timers;
  EXPECT_EQ(timers.next(), kNever);
  for (const int i : {1, 2, 0}) {
    beginWait(trips[i], 1 + i, 10 * i);
    timers.add(trips[i]);
  }
  EXPECT_EQ(timers.next(), at(0));
  EXPECT_EQ(timers.takeDue(at(10)), &trips[0]);
  EXPECT_EQ(timers.takeDue(at(10)), &trips[1]);
  EXPECT_EQ(timers.takeDue(at(10)), nullptr);
  EXPECT_EQ(timers.next(), at(20));
}

TEST(LeaseTimers, LeaveOutWhatWaitsNoMoreOrForAnother) {
  std::array<visit::Trip, 3> trips;
  LeaseTimers timers;
  for (const int i : {0, 1, 2}) {
    beginWait(trips[i], 1 + i, 10);
    timers.add(trips[i]);
  }
  trips[0].waits = false;
  trips[1].ticket = 9;  // of a wait that has not been added
  EXPECT_EQ(timers.takeDue(at(10)), &trips[2]);
  EXPECT_EQ(timers.takeDue(at(10)), nullptr);
}

TEST(LeaseTimers, DoNotGrowWithTheWaitsThatHaveEnded) {
  visit::Trip trip;
  LeaseTimers timers;
  std::uint64_t ticket = 0;
  for (; ticket < 10'000; ++ticket) {
    beginWait(trip, ticket + 1, 1'000);
    timers.add(trip);
  }
  EXPECT_LE(timers.size(), 64u);
  EXPECT_EQ(timers.takeDue(at(1'000)), &trip) << "the last one";
}

}  // namespace
}  // namespace forage::run
