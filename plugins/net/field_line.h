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

/// A line "name: value" CRLF in just this form: the value is not empty, and begins and ends with no
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

/// What has to follow the last place where a plain field line may go on: a block, which may hold
/// the byte before the colon or the CR, and what comes after these.
inline constexpr std::ptrdiff_t kFieldLineMargin = 2 * kScanBlock;

/// The plain field line that begins at `p`, if one does. Not every one is found: a name or a value
/// that goes on beyond `last` is not. REQUIRES: kFieldLineMargin bytes at `last`.
inline PlainFieldLine scanPlainFieldLine(const char* p, const char* last) noexcept {
  const char* colon = skipPlainName(p, last);
  if (*colon != ':') {
    while (colon <= last && isIn(kTokenBytes, *colon)) ++colon;
  }
  if (colon == p || colon[0] != ':' || colon[1] != ' ' || colon[2] <= ' ') return {};
  const char* cr = skipPlainText(colon + 2, last);
  if (*cr != '\r') {
    while (cr <= last && isIn(kTextBytes, *cr)) ++cr;
  }
  if (cr[0] != '\r' || cr[1] != '\n' || cr[-1] <= ' ') return {};
  return {p, colon, cr};
}

}  // namespace forage::net
