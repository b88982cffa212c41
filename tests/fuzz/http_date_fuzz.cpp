// Fuzz target: whatever is read as a date is written in a form that is read as the same date, in
// whatever case; and so is any time.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>

#include "fuzz/fuzz.h"
#include "http/http_date.h"

namespace {

using forage::Millis;
using forage::WallTime;
using forage::fuzz::expect;
using forage::http::formatHttpDate;
using forage::http::parseHttpDate;
using std::chrono::seconds;

constexpr WallTime kFirst(Millis(-62'167'219'200'000));  // of the year 0
constexpr WallTime kLast(Millis(253'402'300'799'999));   // of the year 9999

void checkText(std::string_view text, WallTime now) {
  const std::optional<WallTime> time = parseHttpDate(text, now);
  expect(parseHttpDate(forage::fuzz::upperCase(text), now) == time, "case means nothing");
  if (!time) return;
  expect(*time >= kFirst && *time <= kLast, "years have four digits");
  const std::string written = formatHttpDate(*time);
  expect(written.size() == 29, "the fixed form is fixed");
  expect(parseHttpDate(written, now) == time, "what is written is read as the same");
}

void checkTime(WallTime time) {
  const std::string written = formatHttpDate(time);
  const WallTime nearest = std::chrono::floor<seconds>(std::clamp(time, kFirst, kLast));
  expect(parseHttpDate(written, time) == nearest, "what is written is read as the nearest second");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = forage::fuzz::textOf(data, size);
  for (const WallTime now : {WallTime{}, WallTime(seconds(1'781'524'800)), kFirst, kLast,
                             WallTime::min(), WallTime::max()}) {
    checkText(text, now);
  }
  std::int64_t millis = 0;
  std::memcpy(&millis, data, std::min(size, sizeof millis));
  checkTime(WallTime(Millis(millis)));
  checkTime(WallTime(Millis(millis % kLast.time_since_epoch().count())));
  return 0;
}
