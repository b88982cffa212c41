// Rates such as "5/15s", and the pacing of one host's requests by a rate and a delay. Functions are
// pure; a Pacer has no clock and is not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "forage/clock.h"

namespace forage::visit {

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
[[nodiscard]] std::optional<Rate> parseRate(std::string_view text) noexcept;

/// Says when the next request may start. In any span of the rate, both of its ends included, no
/// more than its number start: not a bucket, which would let twice as many through where one span
/// ends and the next begins. Takes 8 bytes for each request of the rate, once they have started.
class Pacer {
 public:
  /// Without a rate, `delay` alone counts: the time from one start to the next.
  explicit Pacer(std::optional<Rate> rate, Millis delay = Millis(0)) noexcept
      : rate_(rate), delay_(delay) {}

  /// The earliest start at or after `now`.
  [[nodiscard]] TimePoint next(TimePoint now) const noexcept;

  /// A request starts. REQUIRES: `at` >= next() of then, and no earlier than the one before.
  void started(TimePoint at);

  /// From the next start on, such as after reading a Crawl-delay.
  void setDelay(Millis delay) noexcept { delay_ = delay; }

 private:
  std::optional<Rate> rate_;
  Millis delay_;
  std::optional<TimePoint> last_;
  std::vector<TimePoint> starts_;  // a ring once it holds as many as the rate allows
  std::size_t oldest_ = 0;
};

}  // namespace forage::visit
