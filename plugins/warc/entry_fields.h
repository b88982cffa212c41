// What a cache knows of an entry and WARC has no field for, in two fields of our own: Forage-Key,
// percent-encoded, and Forage-Entry, "requested=.., received=.., expires=.., variant=..", with
// times in milliseconds since 1970. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"
#include "forage/entry.h"

namespace forage::warc {

inline constexpr std::string_view kKeyField = "Forage-Key";
inline constexpr std::string_view kEntryField = "Forage-Entry";
/// The type of records that hold answers to HEAD; those of other programs have no Forage-Key.
inline constexpr std::string_view kHeadType = "metadata";

struct EntryFields {
  WallTime requested{};
  WallTime received{};
  WallTime expires = WallTime::max();
  std::string variant;
};

[[nodiscard]] std::string encodeKey(std::string_view key);
[[nodiscard]] std::optional<Key> decodeKey(std::string_view text);

[[nodiscard]] std::string encodeEntryFields(const Entry& entry);
[[nodiscard]] std::optional<EntryFields> decodeEntryFields(std::string_view text);

/// The URL in `key`, whatever prefix and variant it has; "" where it has none.
[[nodiscard]] std::string_view urlIn(std::string_view key) noexcept;

}  // namespace forage::warc
