// What the answer to a request for robots.txt means (RFC 9309, sections 2.3.1 and 2.4). Pure
// functions.
#pragma once

#include <cstdint>

#include "forage/clock.h"
#include "forage/error.h"

namespace forage::http {

/// For what remains of a site, once its robots.txt was asked for.
enum class RobotsVerdict : std::uint8_t {
  kParse,        ///< as its content says
  kFollow,       ///< the file is elsewhere: ask there; its rules are for the site first asked
  kAllowAll,     ///< unavailable: there are no rules (section 2.3.1.3)
  kDisallowAll,  ///< unreachable: nothing may be fetched (section 2.3.1.4), unless by a copy that
                 ///< is held already, however old it is (section 2.4)
};

/// How many redirects are followed one after the other (section 2.3.1.2).
inline constexpr unsigned kMaxRobotsRedirects = 5;

/// At most so long a verdict holds (section 2.4).
inline constexpr Millis kRobotsLifetime = std::chrono::hours(24);
/// So long nothing is fetched of a site without asking again.
inline constexpr Millis kUnreachableLifetime = std::chrono::minutes(5);

/// How long a verdict holds before the file is to be asked for again.
[[nodiscard]] constexpr Millis lifetimeOf(RobotsVerdict verdict) noexcept {
  return verdict == RobotsVerdict::kDisallowAll ? kUnreachableLifetime : kRobotsLifetime;
}

/// Of a complete response. `leads_on`: it is a redirect with a Location that can be followed;
/// `redirects`: those followed before it.
[[nodiscard]] RobotsVerdict verdictOfStatus(int status, bool leads_on, unsigned redirects) noexcept;

/// Of a request without a complete response.
[[nodiscard]] RobotsVerdict verdictOfFailure(ErrorKind failure) noexcept;

}  // namespace forage::http
