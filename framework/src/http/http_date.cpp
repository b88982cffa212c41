#include "http/http_date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "forage/message.h"

namespace forage::http {

namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kShort = 3;  // letters of a short name of a day

/// Reads a date from left to right; every step may fail, and then all later ones do.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  void skip(std::string_view expected) noexcept {
    if (!ok_ || !equalsIgnoreCase(rest_.substr(0, expected.size()), expected)) return fail();
    rest_.remove_prefix(expected.size());
  }
  /// A number of exactly `digits` digits.
  int number(std::size_t digits) noexcept {
    int value = 0;
    if (rest_.size() < digits) fail();
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') fail();
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(digits);
    return ok_ ? value : 0;
  }
  /// The day of asctime(): two digits, or a space and one.
  int paddedDay() noexcept {
    if (ok_ && !rest_.empty() && rest_.front() == ' ') {
      rest_.remove_prefix(1);
      return number(1);
    }
    return number(2);
  }
  unsigned monthName() noexcept {
    for (std::size_t i = 0; ok_ && i < kMonths.size(); ++i) {
      if (!equalsIgnoreCase(rest_.substr(0, kMonths[i].size()), kMonths[i])) continue;
      rest_.remove_prefix(kMonths[i].size());
      return static_cast<unsigned>(i + 1);
    }
    fail();
    return 0;
  }
  [[nodiscard]] bool isDone() const noexcept { return ok_ && rest_.empty(); }

 private:
  void fail() noexcept { ok_ = false; }

  std::string_view rest_;
  bool ok_ = true;
};

struct Parts {
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

void readTime(Scanner& in, Parts& parts) noexcept {
  parts.hour = in.number(2);
  in.skip(":");
  parts.minute = in.number(2);
  in.skip(":");
  parts.second = in.number(2);
}

std::optional<WallTime> timeOf(const Parts& parts) noexcept {
  const year_month_day date(year(parts.year), month(parts.month),
                            day(static_cast<unsigned>(parts.day)));
  if (parts.year < 0 || parts.year > 9999) return std::nullopt;  // no form can tell it
  // A leap second is the last of its minute.
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  return WallTime(sys_days(date).time_since_epoch() + std::chrono::hours(parts.hour) +
                  std::chrono::minutes(parts.minute) +
                  std::chrono::seconds(std::min(parts.second, 59)));
}

/// The name of a day that `text` begins with, in full or short; "" when there is none.
std::string_view dayName(std::string_view text, bool full) noexcept {
  for (const std::string_view name : kDays) {
    const std::string_view wanted = full ? name : name.substr(0, kShort);
    if (equalsIgnoreCase(text.substr(0, wanted.size()), wanted)) return wanted;
  }
  return {};
}

std::optional<WallTime> parseFixed(std::string_view rest) noexcept {
  Scanner in(rest);
  Parts parts;
  in.skip(", ");
  parts.day = in.number(2);
  in.skip(" ");
  parts.month = in.monthName();
  in.skip(" ");
  parts.year = in.number(4);
  in.skip(" ");
  readTime(in, parts);
  in.skip(" GMT");
  return in.isDone() ? timeOf(parts) : std::nullopt;
}

/// RFC 9110, section 5.6.7: what would be more than 50 years ahead is of the past.
std::optional<WallTime> timeNear(WallTime now, Parts parts, int short_year) noexcept {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const year_month_day in_50_years = year_month_day(today) + std::chrono::years(50);
  const int latest = static_cast<int>(in_50_years.year());
  parts.year = latest - ((latest - short_year) % 100 + 100) % 100;
  const std::optional<WallTime> time = timeOf(parts);
  if (time && *time <= WallTime(sys_days(in_50_years)) + (now - today)) return time;
  parts.year -= 100;
  return timeOf(parts);
}

std::optional<WallTime> parseRfc850(std::string_view rest, WallTime now) noexcept {
  Scanner in(rest);
  Parts parts;
  in.skip(", ");
  parts.day = in.number(2);
  in.skip("-");
  parts.month = in.monthName();
  in.skip("-");
  const int short_year = in.number(2);
  in.skip(" ");
  readTime(in, parts);
  in.skip(" GMT");
  return in.isDone() ? timeNear(now, parts, short_year) : std::nullopt;
}

std::optional<WallTime> parseAsctime(std::string_view rest) noexcept {
  Scanner in(rest);
  Parts parts;
  in.skip(" ");
  parts.month = in.monthName();
  in.skip(" ");
  parts.day = in.paddedDay();
  in.skip(" ");
  readTime(in, parts);
  in.skip(" ");
  parts.year = in.number(4);
  return in.isDone() ? timeOf(parts) : std::nullopt;
}

void appendPadded(std::string& text, int value, std::size_t digits) {
  const std::string number = std::to_string(value);
  if (number.size() < digits) text.append(digits - number.size(), '0');
  text += number;
}

}  // namespace

std::optional<WallTime> parseHttpDate(std::string_view text, WallTime now) noexcept {
  const std::string_view full = dayName(text, true);
  if (!full.empty() && text.substr(full.size()).starts_with(',')) {
    return parseRfc850(text.substr(full.size()), now);
  }
  const std::string_view name = dayName(text, false);
  if (name.empty()) return std::nullopt;
  const std::string_view rest = text.substr(name.size());
  return rest.starts_with(',') ? parseFixed(rest) : parseAsctime(rest);
}

std::string formatHttpDate(WallTime time) {
  constexpr WallTime kFirst = sys_days(year(0) / 1 / 1);
  constexpr WallTime kLast = sys_days(year(10'000) / 1 / 1) - Millis(1);
  time = std::clamp(time, kFirst, kLast);
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  const std::chrono::weekday weekday(days);
  std::string text;
  text.reserve(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size());
  text += kDays[weekday.c_encoding()].substr(0, kShort);
  text += ", ";
  appendPadded(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  appendPadded(text, static_cast<int>(date.year()), 4);
  text += ' ';
  appendPadded(text, static_cast<int>(clock.hours().count()), 2);
  text += ':';
  appendPadded(text, static_cast<int>(clock.minutes().count()), 2);
  text += ':';
  appendPadded(text, static_cast<int>(clock.seconds().count()), 2);
  return text += " GMT";
}

}  // namespace forage::http
