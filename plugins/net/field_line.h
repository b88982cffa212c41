// One field line of a head or of trailers (RFC 9112, section 5). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/text_scan.h"

namespace forage::net {

struct FieldLine {
  std::string_view name;
  std::string_view value;  ///< without blanks at both ends
};

/// The field of `line`, which comes without its end. Nothing if it is none: no white space may come
/// before the colon (RFC 9112, section 5.1), and no control but a tab stand in a value.
inline std::optional<FieldLine> parseFieldLine(std::string_view line) noexcept {
  const char* const end = line.data() + line.size();
  const char* const colon = skipToken(line.data(), end);
  if (colon == line.data() || colon == end || *colon != ':') return std::nullopt;
  const std::string_view name(line.data(), static_cast<std::size_t>(colon - line.data()));
  const std::string_view value = line.substr(name.size() + 1);
  if (!isText(value)) return std::nullopt;
  return FieldLine{name, trimmed(value)};
}

/// A line "name: value" CRLF in just this form: the value may be empty, and begins and ends with no
/// blank.
struct PlainFieldLine {
  const char* begin = nullptr;  ///< null: there is none
  const char* colon = nullptr;
  const char* cr = nullptr;

  [[nodiscard]] std::string_view name() const noexcept {
    return {begin, static_cast<std::size_t>(colon - begin)};
  }
  [[nodiscard]] std::string_view value() const noexcept {
    return {colon + 2, static_cast<std::size_t>(cr - colon - 2)};
  }
  [[nodiscard]] const char* end() const noexcept { return cr + 2; }
};

/// The plain field line that begins at `p`, if one does and ends before `end`.
inline PlainFieldLine scanPlainFieldLine(const char* p, const char* end) noexcept {
  constexpr std::ptrdiff_t kRest = 4;  // ": " and CRLF
  const char* colon = skipPlainName(p, end);
  if (colon == end || *colon != ':') colon = skipToken(colon, end);
  if (colon == p || end - colon < kRest || colon[0] != ':' || colon[1] != ' ') return {};
  const char* cr = skipPlainText(colon + 2, end);
  if (cr == end || *cr != '\r') cr = skipText(cr, end);
  if (end - cr < 2 || cr[0] != '\r' || cr[1] != '\n') return {};
  if (cr != colon + 2 && (isBlank(colon[2]) || isBlank(cr[-1]))) return {};
  return {p, colon, cr};
}

}  // namespace forage::net
