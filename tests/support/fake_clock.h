// A clock that stands still until it is told to go on. Thread-safe.
#pragma once

#include <atomic>

#include "forage/clock.h"

namespace forage::test {

class FakeClock final : public Clock {
 public:
  /// Starts in November 2023.
  explicit FakeClock(WallTime start = WallTime(Millis(1'700'000'000'000))) noexcept
      : start_(start) {}

  void advance(Millis span) noexcept { passed_.fetch_add(span.count()); }

  [[nodiscard]] TimePoint now() const noexcept override {
    return TimePoint(std::chrono::hours(1)) + Millis(passed_.load());
  }
  [[nodiscard]] WallTime wallNow() const noexcept override {
    return start_ + Millis(passed_.load());
  }

 private:
  const WallTime start_;
  std::atomic<Millis::rep> passed_{0};
};

}  // namespace forage::test
