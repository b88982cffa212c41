// Cache-Control of requests and responses (RFC 9111, section 5.2; RFC 5861). Pure; thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/message.h"

namespace forage::http {

using Seconds = std::chrono::seconds;

/// A number of seconds too large for us, or for anybody (RFC 9111, section 1.2.2).
inline constexpr Seconds kManySeconds{std::int64_t{1} << 31};

/// What Cache-Control says. Of a directive that is given twice the more restrictive value counts; a
/// lifetime that is no number counts as 0, so that the response is stale (section 4.2.1). Unknown
/// directives are ignored.
struct CacheControl {
  bool no_store = false;
  bool no_cache = false;  ///< without field names
  bool must_revalidate = false;
  bool must_understand = false;
  bool is_public = false;
  bool is_private = false;
  bool only_if_cached = false;
  std::vector<std::string> no_cache_fields;  ///< of no-cache="a, b"
  std::optional<Seconds> max_age;
  std::optional<Seconds> min_fresh;
  std::optional<Seconds> max_stale;  ///< kManySeconds without a value: any
  std::optional<Seconds> stale_while_revalidate;
  std::optional<Seconds> stale_if_error;
};

/// All Cache-Control fields of a message as one. Pragma: no-cache counts where there is none and
/// `is_request` (section 5.4).
[[nodiscard]] CacheControl readCacheControl(HeadersView headers, bool is_request);

/// A number of seconds as in max-age and Age: digits alone; too many saturate.
[[nodiscard]] std::optional<Seconds> parseDeltaSeconds(std::string_view text) noexcept;

/// Calls `take(element)` for each element of a list of fields called `name`, over all its lines:
/// split at commas outside of quotes, without white space around, empty ones left out.
template <typename Take>
void eachListElement(HeadersView headers, std::string_view name, Take&& take) {
  for (const HeaderField& field : headers) {
    if (!equalsIgnoreCase(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::size_t end = 0;
      for (bool quoted = false; end < rest.size() && (quoted || rest[end] != ','); ++end) {
        if (quoted && rest[end] == '\\' && end + 1 < rest.size()) {
          ++end;
        } else if (rest[end] == '"') {
          quoted = !quoted;
        }
      }
      std::string_view element = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) {
        element.remove_prefix(1);
      }
      while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) {
        element.remove_suffix(1);
      }
      if (!element.empty()) take(element);
    }
  }
}

/// The content of a quoted string without its escapes; `text` itself where it is none.
[[nodiscard]] std::string unquoted(std::string_view text);

}  // namespace forage::http
