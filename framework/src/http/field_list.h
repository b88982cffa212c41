// Lists in header fields (RFC 9110, section 5.6.1), and the quoted strings in them. Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/message.h"

namespace forage::http {

/// Takes a list apart at its commas, but for those in quoted strings: elements without white space
/// around, empty ones left out. A quote that nothing ends is a character like any other, so that
/// what follows it is not lost. Reads each character once or twice, whatever they are.
class ListReader {
 public:
  explicit ListReader(std::string_view list) noexcept : rest_(list) {}

  /// The next element in `element`; false at the end.
  [[nodiscard]] bool next(std::string_view& element) noexcept;

 private:
  [[nodiscard]] std::size_t elementEnd() noexcept;

  std::string_view rest_;
  bool quotes_ = true;
};

/// What follows the line of `headers` that `value` is in.
[[nodiscard]] HeadersView behind(HeadersView headers, std::string_view value) noexcept;

/// Calls `take(value)` for each field called `name`. Others are not taken apart.
template <typename Take>
void eachValue(HeadersView headers, std::string_view name, Take&& take) {
  while (const std::optional<std::string_view> value = headers.find(name)) {
    take(*value);
    headers = behind(headers, *value);
  }
}

/// Calls `take(element)` for each element of a list of fields called `name`, over all its lines.
template <typename Take>
void eachListElement(HeadersView headers, std::string_view name, Take&& take) {
  eachValue(headers, name, [&](std::string_view value) {
    ListReader list(value);
    for (std::string_view element; list.next(element);) take(element);
  });
}

/// ASCII letters in lower case, all else as it is.
[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `text` is a token (RFC 9110, section 5.6.2).
[[nodiscard]] bool isToken(std::string_view text) noexcept;

/// Whether `text` is one whole quoted string.
[[nodiscard]] bool isQuoted(std::string_view text) noexcept;

/// The content of a quoted string without its escapes; `text` itself where it is none.
[[nodiscard]] std::string unquoted(std::string_view text);

}  // namespace forage::http
