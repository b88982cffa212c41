// What requests say in their paths and queries. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace forage::origin {

/// A whole number without a sign, up to `most`; nothing where `text` is none.
[[nodiscard]] std::optional<std::uint64_t> wholeNumber(std::string_view text, std::uint64_t most);

/// A number of seconds from 0 to 3,600, of which one takes `unit`; nothing where `text` is none.
[[nodiscard]] std::optional<std::chrono::nanoseconds> delayOf(std::string_view text,
                                                              std::chrono::nanoseconds unit);

/// Whether the list of entity tags `list` holds `tag` (RFC 9110, section 13.1.2: weak comparison).
[[nodiscard]] bool listsTag(std::string_view list, std::string_view tag);

}  // namespace forage::origin
