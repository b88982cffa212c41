#include "forage/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace forage {
namespace {

TEST(Units, ReadsDurations) {
  const std::pair<const char*, std::int64_t> cases[] = {{"250ms", 250},
                                                        {"30s", 30'000},
                                                        {"1h30m", 5'400'000},
                                                        {"7d", 604'800'000},
                                                        {"1.5s", 1'500},
                                                        {"0", 0},
                                                        {"30", 30'000},
                                                        {"0.25", 250},
                                                        {"2m0.5s", 120'500},
                                                        {"1d1h1m1s1ms", 90'061'001},
                                                        {"0.0004s", 0},
                                                        {"0.0006s", 1},
                                                        {"00010s", 10'000},
                                                        {"9223372036854775806ms", INT64_MAX - 1},
                                                        {"1.0000000000000s", 1'000}};
  for (const auto& [text, millis] : cases) EXPECT_EQ(parseDuration(text), Millis(millis)) << text;
  EXPECT_EQ(parseDuration("never"), kForever);
}

TEST(Units, RefusesWhatIsNoDuration) {
  for (const char* text : {"",
                           " ",
                           "s",
                           "-1s",
                           "+1s",
                           "1 s",
                           " 1s",
                           "1s ",
                           "1S",
                           "1h30",
                           "30 1h",
                           "1.s",
                           ".5s",
                           "1..5s",
                           "1.5.5s",
                           "1e5",
                           "1e5s",
                           "0x10",
                           "inf",
                           "nan",
                           "Never",
                           "never1s",
                           "1w",
                           "1µs",
                           "9223372036854775807ms",
                           "18446744073709551616ms",
                           "99999999999999999999s",
                           "9223372036854775807d",
                           "106751991168d",
                           "9223372036854775000ms1s"}) {
    EXPECT_EQ(parseDuration(text), std::nullopt) << text;
  }
  EXPECT_EQ(parseDuration(std::string_view("1s\0", 3)), std::nullopt);
}

TEST(Units, ReadsSizes) {
  const std::pair<const char*, std::size_t> cases[] = {{"0", 0},
                                                       {"1000", 1000},
                                                       {"64KiB", 65536},
                                                       {"256MiB", 268435456},
                                                       {"1GiB", 1073741824},
                                                       {"10kB", 10'000},
                                                       {"10KB", 10'000},
                                                       {"10MB", 10'000'000},
                                                       {"2GB", 2'000'000'000},
                                                       {"7B", 7},
                                                       {"1.5KiB", 1536},
                                                       {"9007199254740993", 9007199254740993},
                                                       {"18446744073709551615", SIZE_MAX}};
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parseSize(text), bytes) << text;
}

TEST(Units, RefusesWhatIsNoSize) {
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1 KiB", "KiB", "1kiB", "1TiB", "1.", ".5",
                           "1e3", "0x10", "18446744073709551616", "17179869184GiB", "never"}) {
    EXPECT_EQ(parseSize(text), std::nullopt) << text;
  }
}

TEST(Units, WritesTheShortestForm) {
  EXPECT_EQ(formatDuration(Millis(0)), "0s");
  EXPECT_EQ(formatDuration(Millis(250)), "250ms");
  EXPECT_EQ(formatDuration(Millis(30'000)), "30s");
  EXPECT_EQ(formatDuration(Millis(5'400'000)), "1h30m");
  EXPECT_EQ(formatDuration(kForever), "never");
  EXPECT_EQ(formatSize(0), "0");
  EXPECT_EQ(formatSize(1000), "1000");
  EXPECT_EQ(formatSize(1024), "1KiB");
  EXPECT_EQ(formatSize(256u << 20), "256MiB");
  EXPECT_EQ(formatSize(3ull << 30), "3GiB");
}

TEST(Units, ReadsBackWhatItWrote) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    const auto span = Millis(static_cast<std::int64_t>(value >> 1));
    EXPECT_EQ(parseDuration(formatDuration(span)), span);
    EXPECT_EQ(parseSize(formatSize(value)), value);
  }
  EXPECT_EQ(parseDuration(formatDuration(kForever - Millis(1))), kForever - Millis(1));
  EXPECT_EQ(parseDuration(formatDuration(kForever)), kForever);
  EXPECT_EQ(parseSize(formatSize(SIZE_MAX)), SIZE_MAX);
}

}  // namespace
}  // namespace forage
