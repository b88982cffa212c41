// Finds out how fast one host may be asked. Two rules, of which the slower one counts:
//
// Refusals (429, 503). The host takes so many requests a second; how many is learnt when it refuses
// one: what it has taken since it was last refused, over the time that took, or over the pause that
// it asks for if that is longer. From a little below, the rate grows towards that ceiling, stays
// near it, and goes on beyond it by and by: the curve of CUBIC (RFC 9438, section 4.2), in minutes
// instead of round trips. Until the first refusal nothing is slowed down.
//
// Latency, on demand. As many requests a second as keep `target_concurrency` of them under way: the
// rule of Scrapy's AutoThrottle, by which the gap goes half of the way to latency over target with
// each response, at once where it grows, and not down by a response that is an error.
//
// For one host; has no clock. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "forage/clock.h"

namespace forage::visit {

struct ThrottleOptions {
  double target_concurrency = 0;  ///< 0: latency does not count
  Millis max_gap{60'000};         ///< between two starts, whatever the host does
  Millis max_pause{600'000};      ///< after a refusal, whatever it asks for
};

class Throttle {
 public:
  using Gap = std::chrono::nanoseconds;

  explicit Throttle(const ThrottleOptions& options) noexcept : options_(options) {}

  /// The earliest start at or after `now`.
  [[nodiscard]] TimePoint next(TimePoint now) const noexcept;
  /// From one start to the next, as things stand.
  [[nodiscard]] Gap gap(TimePoint now) const noexcept;

  /// A request starts. REQUIRES: calls of all functions with times in order.
  void started(TimePoint at) noexcept;

  /// The last that started did not. Once for each.
  void takeBack() noexcept { last_start_ = before_last_; }

  /// Whether it has learnt nothing that still counts at `now`: as good as a new one.
  [[nodiscard]] bool isFresh(TimePoint now) const noexcept;

  /// A request of then has its response, and `now` it is known. `ok`: its status is below 400.
  void answered(TimePoint started, TimePoint now, bool ok) noexcept;

  /// It was refused: 429 or 503, with what readRetryAfter() says.
  void refused(TimePoint started, TimePoint now, std::optional<Millis> retry_after) noexcept;

 private:
  void judgeCeiling() noexcept;
  void adjustToLatency(Gap latency, bool ok) noexcept;
  [[nodiscard]] double rate(TimePoint now) const noexcept;

  ThrottleOptions options_;
  std::optional<TimePoint> last_start_;
  std::optional<TimePoint> before_last_;
  Gap latency_gap_{0};

  // Since the last refusal: what was taken, from when on.
  std::optional<TimePoint> measured_from_;
  std::uint64_t taken_ = 0;

  // Of the last refusal; there was none while ceiling_ is 0.
  double ceiling_ = 0;           // requests a second
  double rate_then_ = 0;         // at which we asked; 0: no limit
  TimePoint refused_at_{};       // requests from before it say nothing new
  TimePoint paused_until_{};     // nothing starts
  Millis pause_{0};              // that was asked for, at most
  double seconds_measured_ = 0;  // up to the refusal
  std::uint64_t taken_then_ = 0;
  unsigned in_a_row_ = 0;  // refusals without a request taken in between
};

}  // namespace forage::visit
