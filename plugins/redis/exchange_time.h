// How long one exchange with a server may take: a time limit, and for what moves beyond its first
// part further time, at the least speed of a connection that is not stuck. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "forage/clock.h"

namespace forage::redis {

class ExchangeTime {
 public:
  explicit ExchangeTime(Millis limit) noexcept : limit_(limit) {}

  void begin() noexcept { begun_ = std::chrono::steady_clock::now(); }
  /// The same for one that began earlier.
  void beginAt(TimePoint begun) noexcept { begun_ = begun; }

  /// Until it has had its time, `moved` bytes being sent or received; rounded up, so that waiting
  /// for it is never in vain.
  [[nodiscard]] Millis remaining(std::size_t moved) const noexcept {
    const auto deadline = begun_ + limit_ + allowance(moved);
    return std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now());
  }
  [[nodiscard]] Millis limit() const noexcept { return limit_; }

 private:
  // The kernel may have taken this much from us without the server's doing.
  static constexpr std::size_t kWithoutAllowance = 4u << 20;
  static constexpr std::size_t kBytesPerSecond = 8u << 20;

  static std::chrono::microseconds allowance(std::size_t moved) noexcept {
    const std::size_t counted = moved - std::min(moved, kWithoutAllowance);
    return std::chrono::microseconds(counted * 1'000'000 / kBytesPerSecond);
  }

  Millis limit_;
  TimePoint begun_{};
};

}  // namespace forage::redis
