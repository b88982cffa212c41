#include "warc/warc_date.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace forage::warc {

namespace {

using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr WallTime kFirst = sys_days(year(0) / 1 / 1);
constexpr WallTime kLast = sys_days(year(9999) / 12 / 31) + Millis(86'399'999);

/// Reads a date from left to right.
class Digits {
 public:
  explicit Digits(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] bool isAtEnd() const noexcept { return text_.empty(); }
  bool skip(char c) noexcept {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Just `count` digits, at most `max`.
  bool number(std::size_t count, int max, int& value) noexcept {
    if (text_.size() < count) return false;
    value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value <= max;
  }
  /// Any number of digits of a fraction, of which three count.
  bool milliseconds(int& value) noexcept {
    std::size_t count = 0;
    value = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++count) {
      if (count < 3) value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    for (std::size_t missing = count; missing < 3; ++missing) value *= 10;
    return count > 0;
  }

 private:
  std::string_view text_;
};

/// "12:34", "12:34:56" or "12:34:56.789", and "Z".
std::optional<Millis> readTime(Digits& text) noexcept {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milliseconds = 0;
  if (!text.number(2, 23, hour) || !text.skip(':') || !text.number(2, 59, minute)) {
    return std::nullopt;
  }
  if (text.skip(':')) {
    if (!text.number(2, 60, second)) return std::nullopt;  // a leap second
    if (text.skip('.') && !text.milliseconds(milliseconds)) return std::nullopt;
  }
  if (!text.skip('Z')) return std::nullopt;
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         Millis(milliseconds);
}

}  // namespace

std::string formatDate(WallTime time) {
  time = std::clamp(time, kFirst, kLast);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss<Millis> clock(time - day);
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
      unsigned(date.month()), unsigned(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<WallTime> parseDate(std::string_view text) noexcept {
  Digits digits(text);
  int y = 0;
  int m = 1;
  int d = 1;
  if (!digits.number(4, 9999, y)) return std::nullopt;
  if (digits.skip('-') && !digits.number(2, 12, m)) return std::nullopt;
  if (digits.skip('-') && !digits.number(2, 31, d)) return std::nullopt;
  Millis time{0};
  if (digits.skip('T')) {
    const std::optional<Millis> read = readTime(digits);
    if (!read) return std::nullopt;
    time = *read;
  }
  const year_month_day date = year(y) / m / d;
  if (!digits.isAtEnd() || !date.ok()) return std::nullopt;
  return WallTime(sys_days(date)) + time;
}

}  // namespace forage::warc
