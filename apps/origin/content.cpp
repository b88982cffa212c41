#include "origin/content.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace forage::origin {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): any word of the sequence without those before it.
std::uint64_t wordOf(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

std::string bytesOf(std::uint64_t seed, std::uint64_t from, std::size_t size) {
  std::string out(size, '\0');
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t at = from + i;
    if (i == 0 || at % 8 == 0) word = wordOf(seed, at / 8);
    out[i] = static_cast<char>(word >> (8 * (at % 8)));
  }
  return out;
}

std::string pageOf(std::uint64_t number) {
  constexpr std::string_view kFiller =
      "The quick brown fox jumps over the lazy dog, and forages for what it has not seen before. ";
  constexpr std::string_view kEnd = "</p></body></html>\n";
  const std::string n = std::to_string(number);
  std::string page = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Page " + n +
                     "</title></head><body><h1>Page " + n + "</h1><ul>";
  for (std::uint64_t next = 1; next <= 3; ++next) {
    const std::string m = std::to_string(number + next);
    page += "<li><a href=\"/page/" + m + "\">Page " + m + "</a></li>";
  }
  page += "</ul><p>";
  page.reserve(kPageBytes);
  while (page.size() < kPageBytes - kEnd.size()) {
    page += kFiller.substr(0, kPageBytes - kEnd.size() - page.size());
  }
  return page += kEnd;
}

std::string lineOf(std::uint64_t index) {
  return "{\"id\": " + std::to_string(index) + ", \"text\": \"line " + std::to_string(index) +
         "\"}\n";
}

std::string httpDate(std::time_t when) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  gmtime_r(&when, &t);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                                 kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900,
                                 t.tm_hour, t.tm_min, t.tm_sec);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

}  // namespace forage::origin
