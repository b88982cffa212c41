// What the commands of `forage cache` say of an entry, worked out from what a cache shows. A value
// that refers to the entry's memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "forage/cache.h"
#include "forage/clock.h"

namespace forage::app {

struct EntryView {
  std::string_view key;
  std::string_view name;     ///< the key without prefix: a URL, or a digest of one, and a variant
  std::string_view url;      ///< the name without variant
  std::string_view variant;  ///< "" where the response does not vary
  const Entry* entry;        ///< never null
  std::string type;          ///< media type in lower case, without parameters; "" for none
  Millis age;                ///< since it was received; never negative
  WallTime expires;          ///< when the store, or the entry itself, lets it go; max(): never
  Millis remaining;          ///< until then; kForever: without end; zero or less: over
};

/// REQUIRES: `shown.entry` is not null. The view lives no longer than `shown`.
[[nodiscard]] EntryView viewOf(const Scanned& shown, std::string_view key_prefix, WallTime now);

}  // namespace forage::app
