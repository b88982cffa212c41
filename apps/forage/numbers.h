// Numbers as people read them. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "forage/clock.h"

namespace forage::app {

/// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "512 B", "3.4 KiB", "1.2 GiB".
[[nodiscard]] std::string bytesText(std::uint64_t bytes);
/// "0.12 s", "45.1 s", "3 min 05 s", "2 h 07 min".
[[nodiscard]] std::string secondsText(double seconds);
/// "45s", "12m05s", "3h07m", "5d03h", "1,234d": as narrow as a column wants it. Negative spans are
/// "0s".
[[nodiscard]] std::string spanText(Millis span);
/// "0.8/s", "13/s", "1,234/s".
[[nodiscard]] std::string rateText(double per_second);

}  // namespace forage::app
