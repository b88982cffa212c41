// Retry-After (RFC 9110, section 10.2.3). Pure; thread-safe.
#pragma once

#include <optional>

#include "forage/clock.h"
#include "forage/message.h"

namespace forage::http {

/// What a longer wait counts as.
inline constexpr Millis kLongestRetryAfter = std::chrono::hours(24);

/// How long a response that came at `now` asks to wait: a number of seconds, or until a date, which
/// is told by the clock of the server where it has sent a Date, by ours otherwise. A date in the
/// past is 0. Where there are several such fields the longest counts; what is neither counts as not
/// there.
[[nodiscard]] std::optional<Millis> readRetryAfter(HeadersView headers, WallTime now) noexcept;

}  // namespace forage::http
