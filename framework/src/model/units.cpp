#include "forage/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace forage {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kTimeUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

constexpr std::array<Unit, 9> kSizeUnits{{{"GiB", 1ull << 30},
                                          {"MiB", 1ull << 20},
                                          {"KiB", 1ull << 10},
                                          {"GB", 1'000'000'000},
                                          {"MB", 1'000'000},
                                          {"kB", 1'000},
                                          {"KB", 1'000},
                                          {"B", 1},
                                          {"", 1}}};

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes a decimal number off the front of `text`; nothing where there is none.
std::optional<double> takeNumber(std::string_view& text) noexcept {
  if (text.empty() || !isDigit(text.front())) return std::nullopt;
  double value = 0;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (result.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return value;
}

template <std::size_t N>
const Unit* findUnit(const std::array<Unit, N>& units, std::string_view name) noexcept {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

/// Takes letters off the front of `text`.
std::string_view takeLetters(std::string_view& text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && !isDigit(text[n])) ++n;
  const std::string_view letters = text.substr(0, n);
  text.remove_prefix(n);
  return letters;
}

}  // namespace

std::optional<Millis> parseDuration(std::string_view text) noexcept {
  if (text == "never") return kForever;
  if (text.empty()) return std::nullopt;
  double total = 0;
  bool first = true;
  while (!text.empty()) {
    const std::optional<double> number = takeNumber(text);
    if (!number) return std::nullopt;
    const std::string_view letters = takeLetters(text);
    const Unit* unit = letters.empty() && first && text.empty() ? findUnit(kTimeUnits, "s")
                                                                : findUnit(kTimeUnits, letters);
    if (unit == nullptr) return std::nullopt;
    total += *number * static_cast<double>(unit->factor);
    first = false;
  }
  if (!(total < static_cast<double>(std::numeric_limits<std::int64_t>::max()))) return std::nullopt;
  return Millis(static_cast<std::int64_t>(std::llround(total)));
}

std::optional<std::size_t> parseSize(std::string_view text) noexcept {
  const std::optional<double> number = takeNumber(text);
  if (!number) return std::nullopt;
  const Unit* unit = findUnit(kSizeUnits, text);
  if (unit == nullptr) return std::nullopt;
  const double total = *number * static_cast<double>(unit->factor);
  if (!(total < static_cast<double>(std::numeric_limits<std::int64_t>::max()))) return std::nullopt;
  return static_cast<std::size_t>(total);
}

std::string formatDuration(Millis span) {
  if (span == kForever) return "never";
  if (span == Millis::zero()) return "0s";
  std::string text;
  auto rest = static_cast<std::uint64_t>(span.count());
  for (const Unit& unit : kTimeUnits) {
    const std::uint64_t count = rest / unit.factor;
    if (count == 0) continue;
    rest -= count * unit.factor;
    text += std::to_string(count);
    text += unit.name;
  }
  return text;
}

std::string formatSize(std::size_t bytes) {
  for (const Unit& unit : kSizeUnits) {
    if (unit.name.size() == 3 && bytes != 0 && bytes % unit.factor == 0) {
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace forage
