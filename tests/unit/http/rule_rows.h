// What the tables of HTTP rules share: rows with a name and the section that says so, header fields
// as lines, entries as they are stored, and one moment that all of them know.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <concepts>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/message.h"

namespace forage::http::test {

/// A row of a table test.
struct Row {
  const char* name;     ///< in letters and digits: part of the test's name
  const char* section;  ///< of the RFC that says so
};

template <std::derived_from<Row> R>
std::ostream& operator<<(std::ostream& out, const R& row) {
  return out << row.name << " (" << row.section << ")";
}

template <std::derived_from<Row> R>
std::string rowName(const testing::TestParamInfo<R>& info) {
  return info.param.name;
}

[[nodiscard]] constexpr WallTime utc(int year, unsigned month, unsigned day, int hour = 0,
                                     int minute = 0, int second = 0) {
  using namespace std::chrono;
  return WallTime(
      sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
      hours(hour) + minutes(minute) + seconds(second));
}

/// "Mon, 15 Jun 2026 12:00:00 GMT"
inline constexpr WallTime kNoon = utc(2026, 6, 15, 12);

using Lines = std::vector<std::string>;

[[nodiscard]] inline Headers fields(const Lines& lines) {
  std::string block;
  for (const std::string& line : lines) block.append(line).append("\r\n");
  return Headers(std::move(block));
}

[[nodiscard]] inline Lines linesOf(HeadersView headers) {
  Lines lines;
  for (const HeaderField& field : headers) {
    lines.push_back(std::string(field.name) + ": " + std::string(field.value));
  }
  return lines;
}

/// As received at kNoon, in no time.
[[nodiscard]] inline EntryPtr stored(const Lines& lines, int status = 200,
                                     std::string_view body = {}, WallTime requested = kNoon,
                                     WallTime received = kNoon) {
  Response response;
  response.status = status;
  response.reason = "As It Was";
  response.headers = fields(lines);
  response.body = body;
  return std::make_shared<const Entry>("url:http://example.com/", std::move(response), requested,
                                       received, WallTime::max());
}

}  // namespace forage::http::test
