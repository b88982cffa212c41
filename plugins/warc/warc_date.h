// WARC-Date: UTC in the W3C profile of ISO 8601, with a fraction of a second from version 1.1 on.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"

namespace forage::warc {

/// "2024-05-01T12:34:56.789Z"; times before the year 0 or after 9999 become the nearest in them.
[[nodiscard]] std::string formatDate(WallTime time);

/// Reads a date to the year, month, day, minute, second or any fraction of it.
[[nodiscard]] std::optional<WallTime> parseDate(std::string_view text) noexcept;

}  // namespace forage::warc
