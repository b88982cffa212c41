#include "backoff.h"

#include <gtest/gtest.h>

namespace forage::redis {
namespace {

constexpr Millis kPeriod{100};
const TimePoint kStart{std::chrono::hours(1)};

/// How long a failure at kStart holds back.
Millis held(Backoff& backoff, std::uint64_t chance) {
  backoff.failed(kStart, chance);
  Millis span{0};
  while (backoff.holdsBack(kStart + span)) ++span;
  return span;
}

TEST(Backoff, HoldsNothingBackAtFirst) { EXPECT_FALSE(Backoff(kPeriod).holdsBack(kStart)); }

TEST(Backoff, DoublesUpToEightPeriods) {
  Backoff backoff(kPeriod);
  EXPECT_EQ(held(backoff, 0), Millis(100));
  EXPECT_EQ(held(backoff, 0), Millis(200));
  EXPECT_EQ(held(backoff, 0), Millis(400));
  EXPECT_EQ(held(backoff, 0), Millis(640));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(held(backoff, 0), Millis(640));
}

TEST(Backoff, IsLengthenedByChanceByAtMostAQuarter) {
  for (std::uint64_t chance : {0ULL, 512ULL, 1023ULL, ~0ULL}) {
    Backoff backoff(kPeriod);
    const Millis first = held(backoff, chance);
    EXPECT_GE(first, Millis(100));
    EXPECT_LE(first, Millis(125));
    for (int i = 0; i < 10; ++i) EXPECT_LE(held(backoff, chance), Millis(800));
  }
  Backoff early(kPeriod);
  Backoff late(kPeriod);
  EXPECT_LT(held(early, 0), held(late, 1023));
}

TEST(Backoff, BeginsAnewAfterSuccess) {
  Backoff backoff(kPeriod);
  for (int i = 0; i < 5; ++i) backoff.failed(kStart, 0);
  backoff.succeeded();
  EXPECT_FALSE(backoff.holdsBack(kStart));
  EXPECT_EQ(held(backoff, 0), Millis(100));
}

}  // namespace
}  // namespace forage::redis
