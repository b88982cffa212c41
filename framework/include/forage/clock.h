// Time, passed in wherever it is needed, so that tests own it. The steady clock is for waiting, the
// wall clock for HTTP dates and lifetimes. Thread-safe.
#pragma once

#include <chrono>
#include <limits>

#include "forage/export.h"

namespace forage {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Millis>;

/// A lifetime without end ("never" in a job file).
inline constexpr Millis kForever = Millis::max();
/// An instant that never comes.
inline constexpr TimePoint kNever = TimePoint::max();

/// `start + span`, saturating at the ends of WallTime instead of overflowing.
[[nodiscard]] constexpr WallTime saturatingAdd(WallTime start, Millis span) noexcept {
  if (span > Millis::zero() && start > WallTime::max() - span) return WallTime::max();
  if (span < Millis::zero() && start < WallTime::min() - span) return WallTime::min();
  return start + span;
}

/// `end - begin`, saturating at the ends of Millis instead of overflowing.
[[nodiscard]] constexpr Millis saturatingSpan(WallTime begin, WallTime end) noexcept {
  Millis::rep span = 0;
  const Millis::rep from = begin.time_since_epoch().count();
  const Millis::rep to = end.time_since_epoch().count();
  if (__builtin_sub_overflow(to, from, &span)) return to > from ? Millis::max() : Millis::min();
  return Millis(span);
}

/// What is left at `now` of the lifetime of what expires at `expires`, which may come out of a
/// store and be any time: kForever for one that never does, nothing or less once it has.
[[nodiscard]] constexpr Millis lifetimeUntil(WallTime expires, WallTime now) noexcept {
  return expires == WallTime::max() ? kForever : saturatingSpan(now, expires);
}

class FORAGE_API Clock {
 public:
  virtual ~Clock();
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  [[nodiscard]] virtual WallTime wallNow() const noexcept = 0;
};

/// The clocks of the machine.
class FORAGE_API SystemClock final : public Clock {
 public:
  ~SystemClock() override;
  [[nodiscard]] TimePoint now() const noexcept override;
  [[nodiscard]] WallTime wallNow() const noexcept override;
};

}  // namespace forage
