// Cache-Control of requests and responses (RFC 9111, section 5.2; RFC 5861). Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/message.h"
#include "http/field_list.h"

namespace forage::http {

using Seconds = std::chrono::seconds;

/// A number of seconds too large for us, or for anybody (RFC 9111, section 1.2.2).
inline constexpr Seconds kManySeconds{std::int64_t{1} << 31};

/// What Cache-Control says. Of a directive that is given twice the more restrictive value counts; a
/// lifetime that is no number counts as 0, so that the response is stale (section 4.2.1). Unknown
/// directives are ignored, and so are those for shared caches.
struct CacheControl {
  bool no_store = false;
  bool no_cache = false;  ///< without field names, or with what are none
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

/// All Cache-Control fields of a message as one. In a request, no-cache counts whatever it names,
/// and Pragma: no-cache where there is no Cache-Control (section 5.4).
[[nodiscard]] CacheControl readCacheControl(HeadersView headers, bool is_request);

/// A number of seconds as in max-age and Age: digits alone; too many saturate.
[[nodiscard]] std::optional<Seconds> parseDeltaSeconds(std::string_view text) noexcept;

}  // namespace forage::http
