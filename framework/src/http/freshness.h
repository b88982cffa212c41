// How long a stored response answers. Pure functions: no clock, no I/O.
#pragma once

#include "forage/clock.h"

namespace forage::http {

/// Policy ttl: a response is fresh for `expire_after` from when it was received, whatever it said
/// itself. Evaluated when read, so that a changed job changes what is stored already.
[[nodiscard]] constexpr bool isFreshByAge(WallTime received, Millis expire_after,
                                          WallTime now) noexcept {
  return expire_after == kForever || saturatingAdd(received, expire_after) > now;
}

}  // namespace forage::http
