// The pacing of one host's requests by a rate and a delay. A Pacer has no clock and is not
// thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "forage/clock.h"
#include "forage/units.h"

namespace forage::visit {

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

  /// The last that started did not: it counts no longer. Once for each.
  void takeBack() noexcept;

  /// Whether every start is so long ago that none counts any more.
  [[nodiscard]] bool isFresh(TimePoint now) const noexcept {
    return !last_ || now > *last_ + std::max(delay_, rate_ ? rate_->span : Millis(0)) + Millis(1);
  }

  /// From the next start on, such as after reading a Crawl-delay.
  void setDelay(Millis delay) noexcept { delay_ = delay; }

 private:
  std::optional<Rate> rate_;
  Millis delay_;
  std::optional<TimePoint> last_;
  std::optional<TimePoint> before_last_;
  std::vector<TimePoint> starts_;  // a ring once it holds as many as the rate allows
  std::size_t oldest_ = 0;
};

}  // namespace forage::visit
