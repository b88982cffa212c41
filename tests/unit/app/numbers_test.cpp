#include "numbers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace forage::app {
namespace {

TEST(Numbers, AreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(Numbers, OfBytesHaveTheUnitThatFits) {
  EXPECT_EQ(bytesText(0), "0 B");
  EXPECT_EQ(bytesText(1023), "1023 B");
  EXPECT_EQ(bytesText(1024), "1.0 KiB");
  EXPECT_EQ(bytesText(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(bytesText(3u << 30), "3.0 GiB");
  EXPECT_EQ(bytesText(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(Numbers, OfSpansAreAsNarrowAsAColumn) {
  using std::chrono::hours;
  EXPECT_EQ(spanText(Millis(-1)), "0s");
  EXPECT_EQ(spanText(Millis(59'999)), "59s");
  EXPECT_EQ(spanText(Millis(725'000)), "12m05s");
  EXPECT_EQ(spanText(Millis(11'220'000)), "3h07m");
  EXPECT_EQ(spanText(hours(123)), "5d03h");
  EXPECT_EQ(spanText(hours(24 * 1234)), "1,234d");
  EXPECT_EQ(spanText(Millis::max()), "106,751,991,167d");
}

TEST(Numbers, OfSecondsHaveTheUnitThatFits) {
  EXPECT_EQ(secondsText(0), "0.00 s");
  EXPECT_EQ(secondsText(-1), "0.00 s");
  EXPECT_EQ(secondsText(1.124), "1.12 s");
  EXPECT_EQ(secondsText(9.999), "10.0 s");
  EXPECT_EQ(secondsText(59.99), "1 min 00 s");
  EXPECT_EQ(secondsText(185), "3 min 05 s");
  EXPECT_EQ(secondsText(7620), "2 h 07 min");
  EXPECT_EQ(secondsText(std::numeric_limits<double>::quiet_NaN()), "0.00 s");
  EXPECT_NE(secondsText(std::numeric_limits<double>::infinity()), "");
}

TEST(Numbers, OfRatesDropWhatDoesNotMatter) {
  EXPECT_EQ(rateText(0), "0.0/s");
  EXPECT_EQ(rateText(0.84), "0.8/s");
  EXPECT_EQ(rateText(12.6), "13/s");
  EXPECT_EQ(rateText(1234.4), "1,234/s");
}

}  // namespace
}  // namespace forage::app
