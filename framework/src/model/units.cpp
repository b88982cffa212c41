#include "forage/units.h"

#include <array>
#include <charconv>
#include <cstdint>

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

constexpr std::uint64_t kBillion = 1'000'000'000;

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A decimal number: a whole part, and a fraction in 10^-9.
struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t billionths = 0;
};

/// Takes a decimal number off the front of `text`; nothing where there is none. Digits beyond the
/// ninth of the fraction are dropped.
std::optional<Decimal> takeNumber(std::string_view& text) noexcept {
  if (text.empty() || !isDigit(text.front())) return std::nullopt;
  Decimal number;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number.whole);
  if (result.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  if (!text.starts_with('.')) return number;
  text.remove_prefix(1);
  if (text.empty() || !isDigit(text.front())) return std::nullopt;
  for (std::uint64_t place = kBillion / 10; !text.empty() && isDigit(text.front()); place /= 10) {
    number.billionths += static_cast<std::uint64_t>(text.front() - '0') * place;
    text.remove_prefix(1);
  }
  return number;
}

/// Adds `number` times `factor` to `total`, rounded to the nearest; false when that is too much.
/// Whole numbers, so that what was formatted is read back exactly.
bool addTimes(std::uint64_t& total, const Decimal& number, std::uint64_t factor) noexcept {
  std::uint64_t product = 0;
  // A factor of at most 2^30 keeps the fraction within 64 bits.
  const std::uint64_t fraction = (number.billionths * factor + kBillion / 2) / kBillion;
  return !__builtin_mul_overflow(number.whole, factor, &product) &&
         !__builtin_add_overflow(product, fraction, &product) &&
         !__builtin_add_overflow(total, product, &total);
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

std::optional<Millis> spanOf(std::string_view text) noexcept {
  if (text == "ms") return Millis(1);
  if (text == "s") return std::chrono::seconds(1);
  if (text == "m" || text == "min") return std::chrono::minutes(1);
  if (text == "h") return std::chrono::hours(1);
  if (text == "d") return std::chrono::hours(24);
  // "2/5min", beside parseDuration's own "5m".
  if (text.ends_with("min")) text.remove_suffix(2);
  // "10/5" does not say of what.
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) return std::nullopt;
  return parseDuration(text);
}

}  // namespace

std::optional<Millis> parseDuration(std::string_view text) noexcept {
  if (text == "never") return kForever;
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  for (bool first = true; !text.empty(); first = false) {
    const std::optional<Decimal> number = takeNumber(text);
    if (!number) return std::nullopt;
    const bool bare = first && text.empty();  // seconds
    const Unit* unit = findUnit(kTimeUnits, bare ? "s" : takeLetters(text));
    if (unit == nullptr || !addTimes(total, *number, unit->factor)) return std::nullopt;
  }
  if (total >= static_cast<std::uint64_t>(kForever.count())) return std::nullopt;
  return Millis(static_cast<std::int64_t>(total));
}

std::optional<std::size_t> parseSize(std::string_view text) noexcept {
  const std::optional<Decimal> number = takeNumber(text);
  if (!number) return std::nullopt;
  const Unit* unit = findUnit(kSizeUnits, text);
  std::uint64_t total = 0;
  if (unit == nullptr || !addTimes(total, *number, unit->factor)) return std::nullopt;
  return total;
}

std::string formatDuration(Millis span) {
  if (span == kForever) return "never";
  if (span <= Millis::zero()) return "0s";
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

std::optional<Rate> parseRate(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Rate rate;
  const char* const end = text.data() + slash;
  const auto [stop, error] = std::from_chars(text.data(), end, rate.requests);
  if (error != std::errc{} || stop != end) return std::nullopt;
  const std::optional<Millis> span = spanOf(text.substr(slash + 1));
  if (!span || *span <= Millis(0) || *span > kMaxRateSpan) return std::nullopt;
  if (rate.requests == 0 || rate.requests > kMaxRateRequests) return std::nullopt;
  rate.span = *span;
  return rate;
}

}  // namespace forage
