// Times as RFC 3339 writes them, in UTC and to the millisecond. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"

namespace forage::app {

/// "2024-02-29T23:59:59.007Z". Times outside the years 0 to 9999 become the nearest within.
[[nodiscard]] std::string timestamp(WallTime time);

/// Reads what timestamp() writes; nothing for anything else.
[[nodiscard]] std::optional<WallTime> parseTimestamp(std::string_view text) noexcept;

}  // namespace forage::app
