// Dates of HTTP (RFC 9110, section 5.6.7). Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"

namespace forage::http {

/// Reads an HTTP-date in any of its three forms: "Sun, 06 Nov 1994 08:49:37 GMT",
/// "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". Letters in any case, as a cache
/// should (RFC 9111, section 4.2); no other zone than GMT. A year of two digits is the latest one
/// that is not more than 50 years after `now`. Returns nothing for anything else.
[[nodiscard]] std::optional<WallTime> parseHttpDate(std::string_view text, WallTime now) noexcept;

/// Writes "Sun, 06 Nov 1994 08:49:37 GMT"; fractions of a second are dropped. Of times that four
/// digits of a year cannot tell it writes the nearest one.
[[nodiscard]] std::string formatHttpDate(WallTime time);

}  // namespace forage::http
