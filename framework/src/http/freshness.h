// How old a stored response is and how long it stays fresh (RFC 9111, section 4.2). Pure functions:
// no clock, no I/O.
#pragma once

#include <chrono>
#include <cstdint>

#include "forage/clock.h"
#include "forage/entry.h"
#include "http/cache_control.h"

namespace forage::http {

/// Where a lifetime comes from.
enum class LifetimeSource : std::uint8_t { kNone, kMaxAge, kExpires, kHeuristic, kJob };

struct Lifetime {
  Millis span{0};  ///< kForever: it does not end
  LifetimeSource source = LifetimeSource::kNone;
};

/// The age of `entry` at `now` (section 4.2.3).
[[nodiscard]] Millis currentAge(const Entry& entry, WallTime now) noexcept;

/// Time from `from` to `to`, none where that is earlier. Entries come from stores, with any times
/// in them: saturates at kForever instead of overflowing.
[[nodiscard]] constexpr Millis elapsed(WallTime from, WallTime to) noexcept {
  if (to <= from) return Millis(0);
  const auto span = static_cast<std::uint64_t>(to.time_since_epoch().count()) -
                    static_cast<std::uint64_t>(from.time_since_epoch().count());
  constexpr auto kMost = static_cast<std::uint64_t>(kForever.count());
  return span >= kMost ? kForever : Millis(static_cast<Millis::rep>(span));
}

/// `a + b`, saturating at kForever. REQUIRES: neither is negative.
[[nodiscard]] constexpr Millis sum(Millis a, Millis b) noexcept {
  return a > kForever - b ? kForever : a + b;
}

/// How long `entry` is fresh in a private cache: max-age, else Expires, else a tenth of the time
/// since it was last modified, where its status or `public` allows that (section 4.2.1 and 4.2.2).
[[nodiscard]] Lifetime freshnessLifetime(const Entry& entry, const CacheControl& control) noexcept;

/// Statuses that may be stored and reused without explicit freshness (RFC 9110, section 15.1).
[[nodiscard]] bool isHeuristicallyCacheable(int status) noexcept;

/// What Date says; when the response was received, where it says nothing usable.
[[nodiscard]] WallTime dateOf(const Entry& entry) noexcept;

/// Policy ttl: a response is fresh for `expire_after` from when it was received, whatever it said
/// itself. Evaluated when read, so that a changed job changes what is stored already.
[[nodiscard]] constexpr bool isFreshByAge(WallTime received, Millis expire_after,
                                          WallTime now) noexcept {
  return expire_after == kForever || saturatingAdd(received, expire_after) > now;
}

}  // namespace forage::http
