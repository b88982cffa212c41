#include "http/ranges.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "http/field_list.h"

namespace forage::http {

namespace {

/// A number of digits alone; one that is too large for us is larger than any body.
std::optional<std::size_t> number(std::string_view text) noexcept {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc{} ? value : std::numeric_limits<std::size_t>::max();
}

/// "2-4", "2-" or "-3".
std::optional<RangeSpec> readSpec(std::string_view text) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const RangeSpec spec{number(text.substr(0, dash)), number(text.substr(dash + 1))};
  const bool has_first = dash > 0;
  const bool has_last = dash + 1 < text.size();
  if (has_first != spec.first.has_value() || has_last != spec.last.has_value()) return std::nullopt;
  if (!has_first && !has_last) return std::nullopt;
  if (has_first && has_last && *spec.last < *spec.first) return std::nullopt;
  return spec;
}

}  // namespace

std::optional<RangeSpec> readRange(HeadersView request) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  const std::optional<std::string_view> field = request.find("Range");
  if (!field || request.count("Range") > 1) return std::nullopt;
  if (!equalsIgnoreCase(field->substr(0, kUnit.size()), kUnit)) return std::nullopt;
  ListReader list(field->substr(kUnit.size()));
  std::string_view spec;
  std::string_view other;
  if (!list.next(spec) || list.next(other)) return std::nullopt;
  return readSpec(spec);
}

std::optional<ByteRange> rangeWithin(const RangeSpec& spec, std::size_t size) noexcept {
  const std::size_t end = size - 1;
  if (!spec.first) {
    if (*spec.last == 0) return std::nullopt;
    return ByteRange{size - std::min(*spec.last, size), end};
  }
  if (*spec.first > end) return std::nullopt;
  return ByteRange{*spec.first, std::min(spec.last.value_or(end), end)};
}

}  // namespace forage::http
