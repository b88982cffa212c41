#include "visit/rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace forage::visit {
namespace {

using namespace std::chrono_literals;

struct Text {
  const char* name;
  std::string text;
  std::optional<Rate> rate;
};

std::ostream& operator<<(std::ostream& out, const Text& one) { return out << one.text; }

class RateText : public testing::TestWithParam<Text> {};

TEST_P(RateText, IsRead) { EXPECT_EQ(parseRate(GetParam().text), GetParam().rate); }

std::string textName(const testing::TestParamInfo<Text>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Forms, RateText,
    testing::Values(
        Text{"Span", "5/15s", Rate{5, 15s}}, Text{"Second", "10/s", Rate{10, 1s}},
        Text{"Minute", "2/min", Rate{2, 60s}}, Text{"ShortMinute", "2/m", Rate{2, 60s}},
        Text{"Hour", "100/h", Rate{100, 1h}}, Text{"Day", "1/d", Rate{1, 24h}},
        Text{"Millisecond", "1/ms", Rate{1, 1ms}}, Text{"Minutes", "3/5min", Rate{3, 5min}},
        Text{"Composed", "100/1h30m", Rate{100, 90min}}, Text{"Fraction", "1/0.5s", Rate{1, 500ms}},
        Text{"Most", "10000/24h", Rate{10'000, 24h}}, Text{"Zero", "0/s", {}},
        Text{"TooMany", "10001/s", {}}, Text{"TooLong", "1/25h", {}}, Text{"NoSpan", "5", {}},
        Text{"NoUnit", "5/15", {}}, Text{"NoNumber", "/s", {}}, Text{"NoTime", "5/0s", {}},
        Text{"Never", "5/never", {}}, Text{"Negative", "-5/s", {}}, Text{"Signed", "+5/s", {}},
        Text{"PartOfARequest", "1.5/s", {}}, Text{"Blanks", "5 / s", {}},
        Text{"TwoSlashes", "5/s/s", {}}, Text{"OtherUnit", "5/week", {}},
        Text{"Overflow", "99999999999999999999/s", {}},
        Text{"SpanOverflow", "1/99999999999999999999h", {}}, Text{"Empty", "", {}},
        Text{"Min", "5/min5", {}}),
    textName);

/// The most starts in any span of `span`, both ends included.
std::size_t mostIn(const std::vector<TimePoint>& starts, Millis span) {
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < starts.size(); ++last) {
    while (starts[last] - starts[first] > span) ++first;
    most = std::max(most, last + 1 - first);
  }
  return most;
}

std::vector<TimePoint> startsOf(Pacer& pacer, TimePoint begin, int count) {
  std::vector<TimePoint> starts;
  for (TimePoint now = begin; count > 0; --count) {
    now = pacer.next(now);
    pacer.started(now);
    starts.push_back(now);
  }
  return starts;
}

constexpr TimePoint kStart = TimePoint(1h);

TEST(Pacer, WithoutARateLetsAllStart) {
  Pacer pacer({});
  EXPECT_EQ(startsOf(pacer, kStart, 1'000).back(), kStart);
}

TEST(Pacer, KeepsTheDelayBetweenStarts) {
  Pacer pacer({}, 250ms);
  EXPECT_EQ(startsOf(pacer, kStart, 5).back(), kStart + 1s);
  EXPECT_EQ(pacer.next(kStart + 1h), kStart + 1h);
  pacer.setDelay(2s);
  EXPECT_EQ(pacer.next(kStart + 1s), kStart + 3s);
}

TEST(Pacer, LetsTheWholeNumberStartAtOnceAndThenTheNextAfterTheSpan) {
  Pacer pacer(Rate{5, 15s});
  const auto starts = startsOf(pacer, kStart, 11);
  EXPECT_EQ(starts[4], kStart);
  EXPECT_EQ(starts[5], kStart + 15'001ms);
  EXPECT_EQ(starts[10], kStart + 30'002ms);
}

// A bucket, or spans one after the other, would let nine start between 14 and 16 s.
TEST(Pacer, HoldsTheRateInAnySpan) {
  Pacer pacer(Rate{5, 15s});
  std::vector<TimePoint> starts = startsOf(pacer, kStart, 1);
  const auto more = startsOf(pacer, kStart + 14s, 20);
  starts.insert(starts.end(), more.begin(), more.end());
  EXPECT_EQ(mostIn(starts, 15s), 5u);
  EXPECT_EQ(starts[4], kStart + 14s);
  EXPECT_EQ(starts[5], kStart + 15'001ms);
  EXPECT_EQ(starts[6], kStart + 29'001ms);
}

TEST(Pacer, HoldsTheRateHoweverRequestsCome) {
  std::mt19937 random(1);
  for (const std::size_t requests : {1u, 2u, 7u, 100u}) {
    Pacer pacer(Rate{requests, 1s}, 3ms);
    std::vector<TimePoint> starts;
    for (TimePoint now = kStart; starts.size() < 3'000; now += Millis(random() % 400)) {
      for (int burst = static_cast<int>(random() % 50); burst > 0; --burst) {
        now = pacer.next(now);
        pacer.started(now);
        starts.push_back(now);
      }
    }
    EXPECT_EQ(mostIn(starts, 1s), requests);
    for (std::size_t i = 1; i < starts.size(); ++i) ASSERT_GE(starts[i] - starts[i - 1], 3ms);
  }
}

}  // namespace
}  // namespace forage::visit
