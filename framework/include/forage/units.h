// Durations and sizes as people write them. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"
#include "forage/export.h"

namespace forage {

/// Reads "250ms", "30s", "1h30m", "7d", "1.5s", a plain number of seconds, or "never" (kForever).
/// Returns nothing for anything else, for negative values and on overflow.
[[nodiscard]] FORAGE_API std::optional<Millis> parseDuration(std::string_view text) noexcept;

/// Reads "64KiB", "256MiB", "1GiB", "10kB", "10MB" or a plain number of bytes.
/// Returns nothing for anything else and on overflow.
[[nodiscard]] FORAGE_API std::optional<std::size_t> parseSize(std::string_view text) noexcept;

/// At most so many requests in any span of so long.
struct Rate {
  std::size_t requests = 1;
  Millis span{1'000};

  friend bool operator==(const Rate&, const Rate&) = default;
};

/// More requests, or a longer span, are no rate: they would take memory and pace nothing.
inline constexpr std::size_t kMaxRateRequests = 10'000;
inline constexpr Millis kMaxRateSpan = std::chrono::hours(24);

/// Reads "5/15s", "10/s", "2/min", "100/1h30m": a number of requests, and a unit (ms, s, m or min,
/// h, d) or a duration. Returns nothing for anything else, for 0 and beyond the bounds above.
[[nodiscard]] FORAGE_API std::optional<Rate> parseRate(std::string_view text) noexcept;

/// Shortest exact form that parseDuration reads back: "30s", "1h30m", "250ms", "never".
[[nodiscard]] FORAGE_API std::string formatDuration(Millis span);

/// Shortest exact form that parseSize reads back: "256MiB", "1000".
[[nodiscard]] FORAGE_API std::string formatSize(std::size_t bytes);

}  // namespace forage
