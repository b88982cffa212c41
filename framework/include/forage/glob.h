// Glob patterns as Redis reads them, for Cache::scan of caches that match keys themselves.
// Pure; thread-safe.
#pragma once

#include <string_view>

#include "forage/export.h"

namespace forage {

/// Whether all of `text` matches `pattern`: * any bytes, ? one byte, [abc] [a-z] [^a] one of a
/// class, \ takes the next byte as it is. Never takes more than pattern times text steps.
[[nodiscard]] FORAGE_API bool matchesGlob(std::string_view pattern, std::string_view text) noexcept;

}  // namespace forage
