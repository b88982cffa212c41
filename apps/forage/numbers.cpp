#include "numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace forage::app {

namespace {

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string twoDigits(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string bytesText(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be shown as 1024.0 of the smaller unit.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fixed(value, 1) + " " + kUnits[unit];
}

std::string secondsText(double seconds) {
  if (!(seconds > 0)) seconds = 0;
  if (seconds < 9.995) return fixed(seconds, 2) + " s";
  if (seconds < 59.95) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<std::uint64_t>(std::llround(std::min(seconds, 1e15)));
  if (whole < 3600) return std::to_string(whole / 60) + " min " + twoDigits(whole % 60) + " s";
  const std::uint64_t minutes = whole / 60;
  return grouped(minutes / 60) + " h " + twoDigits(minutes % 60) + " min";
}

std::string spanText(Millis span) {
  const auto seconds = static_cast<std::uint64_t>(std::max<Millis::rep>(span.count(), 0)) / 1000;
  const std::uint64_t minutes = seconds / 60;
  const std::uint64_t hours = minutes / 60;
  const std::uint64_t days = hours / 24;
  if (minutes == 0) return std::to_string(seconds) + "s";
  if (hours == 0) return std::to_string(minutes) + "m" + twoDigits(seconds % 60) + "s";
  if (days == 0) return std::to_string(hours) + "h" + twoDigits(minutes % 60) + "m";
  if (days < 100) return std::to_string(days) + "d" + twoDigits(hours % 24) + "h";
  return grouped(days) + "d";
}

std::string rateText(double per_second) {
  if (!(per_second > 0)) per_second = 0;
  if (per_second < 9.95) return fixed(per_second, 1) + "/s";
  return grouped(static_cast<std::uint64_t>(std::llround(std::min(per_second, 1e15)))) + "/s";
}

}  // namespace forage::app
