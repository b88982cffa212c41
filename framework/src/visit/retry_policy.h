// Whether and when a request that failed is sent again, in the words of curl: retry, retry-delay,
// retry-max-time. Pure functions: time and chance are passed in. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "forage/clock.h"
#include "forage/error.h"

namespace forage::visit {

struct RetryOptions {
  unsigned retry = 2;         ///< requests after the first
  Millis retry_delay{1'000};  ///< before the first of them; doubles from one to the next
  Millis retry_max_time{0};   ///< no further request begins later after the first; 0: no limit
  std::vector<int> retry_codes{408, 429, 500, 502, 503, 504, 522, 524};
};

/// Delays of our own do not grow beyond this, and no longer wait is accepted from a server: the
/// request fails rather than comes too early.
inline constexpr Millis kLongestRetryDelay = std::chrono::minutes(10);

/// How a request ended.
struct Attempt {
  unsigned number = 1;                   ///< 1: the first
  int status = 0;                        ///< of the response; 0: there was none
  ErrorKind failure = ErrorKind::kNone;  ///< where there was none
  bool repeatable = true;                ///< see isRepeatable
  std::optional<Millis> retry_after{};   ///< of the response
  Millis elapsed{0};                     ///< since the first began
};

/// Why there is no further request.
enum class NoRetry : std::uint8_t {
  kRetry,     ///< there is one
  kFinal,     ///< the same would come of it
  kMethod,    ///< the server may have acted on the first (RFC 9110, section 9.2.2)
  kAttempts,  ///< `retry` is used up
  kTime,      ///< it would begin after retry_max_time
  kTooLong,   ///< the server asks for more patience than we have
};

struct RetryDecision {
  NoRetry reason = NoRetry::kFinal;
  Millis delay{0};  ///< from now on, for kRetry

  explicit operator bool() const noexcept { return reason == NoRetry::kRetry; }
};

/// Whether a request with `method` may be sent again although the first may have had its effect:
/// the idempotent ones (RFC 9110, section 9.2.2). Methods are case-sensitive.
[[nodiscard]] bool isRepeatable(std::string_view method) noexcept;

/// Whether a failure may pass: no address (curl, too, takes it for temporary), no connection, a
/// time-out, a connection that ended within the response. Not what would be the same again: TLS
/// verification, a response that breaks HTTP or is too large, and what we ourselves refuse.
[[nodiscard]] bool mayPass(ErrorKind failure) noexcept;

/// Decides after `attempt`. The delay is drawn by `chance`, from 0 to 1, between nothing and
/// retry_delay doubled with each attempt (full jitter: M. Brooker, Exponential Backoff And Jitter,
/// 2015), and is at least what Retry-After asks for.
[[nodiscard]] RetryDecision decideRetry(const RetryOptions& options, const Attempt& attempt,
                                        double chance) noexcept;

}  // namespace forage::visit
