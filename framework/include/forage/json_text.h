// JSON strings without a document model: escaping, UTF-8 checking and Base64, appended to a buffer
// that the caller reuses; for sinks and applications. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "forage/export.h"

namespace forage {

/// Length of the longest prefix of `text` that is well-formed UTF-8 (Unicode 15, table 3-7: no
/// surrogates, no overlong forms).
[[nodiscard]] FORAGE_API std::size_t utf8Prefix(std::string_view text) noexcept;

[[nodiscard]] inline bool isUtf8(std::string_view text) noexcept {
  return utf8Prefix(text) == text.size();
}

/// Appends `text` escaped as the inside of a JSON string. REQUIRES: well-formed UTF-8.
FORAGE_API void appendEscaped(std::string& out, std::string_view text);

/// Appends `text` as a JSON string with its quotes; each byte that is no UTF-8 becomes U+FFFD.
FORAGE_API void appendJsonString(std::string& out, std::string_view text);

/// Appends `bytes` in Base64 with padding (RFC 4648, section 4).
FORAGE_API void appendBase64(std::string& out, std::string_view bytes);

/// Reads Base64 with or without padding; nothing for what appendBase64() would not write but for
/// that.
[[nodiscard]] FORAGE_API std::optional<std::string> decodeBase64(std::string_view text);

}  // namespace forage
