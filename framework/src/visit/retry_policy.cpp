#include "visit/retry_policy.h"

#include <algorithm>
#include <array>

namespace forage::visit {

namespace {

/// Whether the same request may end otherwise.
bool mayEndOtherwise(const RetryOptions& options, const Attempt& attempt) noexcept {
  if (attempt.failure != ErrorKind::kNone && attempt.failure != ErrorKind::kStatus) {
    return mayPass(attempt.failure);
  }
  return std::find(options.retry_codes.begin(), options.retry_codes.end(), attempt.status) !=
         options.retry_codes.end();
}

/// The longest delay before the request that follows number `attempt`.
Millis backOff(Millis first, unsigned attempt) noexcept {
  Millis delay = std::clamp(first, Millis(0), kLongestRetryDelay);
  for (unsigned i = 1; i < attempt && delay > Millis(0) && delay < kLongestRetryDelay; ++i) {
    delay = std::min(delay * 2, kLongestRetryDelay);
  }
  return delay;
}

}  // namespace

bool isRepeatable(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> kIdempotent{"GET",   "HEAD", "OPTIONS",
                                                        "TRACE", "PUT",  "DELETE"};
  return std::find(kIdempotent.begin(), kIdempotent.end(), method) != kIdempotent.end();
}

bool mayPass(ErrorKind failure) noexcept {
  return failure == ErrorKind::kResolve || failure == ErrorKind::kConnect ||
         failure == ErrorKind::kTimeout || failure == ErrorKind::kTruncated;
}

RetryDecision decideRetry(const RetryOptions& options, const Attempt& attempt,
                          double chance) noexcept {
  if (!mayEndOtherwise(options, attempt)) return {NoRetry::kFinal, Millis(0)};
  // Without an address nothing was sent.
  if (!attempt.repeatable && attempt.failure != ErrorKind::kResolve) {
    return {NoRetry::kMethod, Millis(0)};
  }
  if (attempt.number > options.retry) return {NoRetry::kAttempts, Millis(0)};
  const Millis asked = attempt.retry_after.value_or(Millis(0));
  if (asked > kLongestRetryDelay) return {NoRetry::kTooLong, Millis(0)};
  const auto longest = static_cast<double>(backOff(options.retry_delay, attempt.number).count());
  const Millis drawn(static_cast<Millis::rep>(std::clamp(chance, 0.0, 1.0) * longest));
  const Millis delay = std::max(drawn, asked);
  if (options.retry_max_time > Millis(0) && attempt.elapsed > options.retry_max_time - delay) {
    return {NoRetry::kTime, Millis(0)};
  }
  return {NoRetry::kRetry, delay};
}

}  // namespace forage::visit
