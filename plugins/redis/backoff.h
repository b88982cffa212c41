// When to try again what has failed: after a period that doubles with each failure, up to eight
// times as long, lengthened at random by at most a quarter, so that many processes do not come back
// together. Time and chance are passed in. Not thread-safe.
#pragma once

#include <cstdint>

#include "forage/clock.h"

namespace forage::redis {

class Backoff {
 public:
  explicit Backoff(Millis period) noexcept : period_(period) {}

  /// `chance` is any number, evenly spread.
  void failed(TimePoint now, std::uint64_t chance) noexcept;
  void succeeded() noexcept { failures_ = 0; }
  /// True: not yet.
  [[nodiscard]] bool holdsBack(TimePoint now) const noexcept {
    return failures_ > 0 && now < next_;
  }
  /// Until when holdsBack() is true, after failed().
  [[nodiscard]] TimePoint next() const noexcept { return next_; }

 private:
  Millis period_;
  TimePoint next_{};
  unsigned failures_ = 0;
};

}  // namespace forage::redis
