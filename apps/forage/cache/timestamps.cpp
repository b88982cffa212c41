#include "cache/timestamps.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace forage::app {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";  // a 0 is any digit

constexpr WallTime startOf(int year) {
  using namespace std::chrono;
  return WallTime(sys_days(std::chrono::year(year) / January / 1));
}

/// The number that `count` digits of `text` say. REQUIRES: they are digits.
int numberAt(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int number = 0;
  for (const char c : text.substr(at, count)) number = number * 10 + (c - '0');
  return number;
}

bool hasForm(std::string_view text) noexcept {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  }
  return true;
}

}  // namespace

std::string timestamp(WallTime time) {
  time = std::clamp(time, startOf(0), startOf(10'000) - Millis(1));
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<WallTime> parseTimestamp(std::string_view text) noexcept {
  if (!hasForm(text)) return std::nullopt;
  const auto two = [&](std::size_t at) { return numberAt(text, at, 2); };
  const year_month_day date(std::chrono::year(numberAt(text, 0, 4)),
                            std::chrono::month(static_cast<unsigned>(two(5))),
                            std::chrono::day(static_cast<unsigned>(two(8))));
  if (!date.ok() || two(11) > 23 || two(14) > 59 || two(17) > 59) return std::nullopt;
  return WallTime(sys_days(date)) + std::chrono::hours(two(11)) + std::chrono::minutes(two(14)) +
         std::chrono::seconds(two(17)) + Millis(numberAt(text, 20, 3));
}

}  // namespace forage::app
