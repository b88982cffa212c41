// A clock that a test turns by hand. Thread-safe.
#pragma once

#include <atomic>

#include "forage/clock.h"

namespace forage::test {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return TimePoint(now_.load()); }
  [[nodiscard]] WallTime wallNow() const noexcept override { return {}; }
  void advance(Millis span) { now_ = now_.load() + span; }

 private:
  std::atomic<TimePoint::duration> now_{std::chrono::hours(1)};
};

}  // namespace forage::test
