// Names of URLs in caches: "<prefix><canonical URL>", or a digest where that would be too long for
// a key (docs/cache-redis.md). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

#include "forage/entry.h"
#include "forage/export.h"

namespace forage {

/// Keys of URLs are at most this long,
inline constexpr std::size_t kMaxKeyBytes = 1024;
/// and what follows in keys of what a request carries, of variants, parts and heads: "#...".
inline constexpr std::size_t kMaxKeySuffixBytes = 128;

/// Ends the keys of answers to HEAD, which are no pages: they have the fields of one and no body.
inline constexpr std::string_view kHeadSuffix = "#head";

/// Whether `key` is one of those.
[[nodiscard]] constexpr bool isHeadKey(std::string_view key) noexcept {
  return key.ends_with(kHeadSuffix);
}

/// Writes the key of the canonical URL `url` into `key`, reusing its memory.
FORAGE_API void makeCacheKey(std::string_view prefix, std::string_view url, Key& key);

}  // namespace forage
