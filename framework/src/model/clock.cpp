#include "forage/clock.h"

#include <cstdint>
#include <ctime>

namespace forage {

Clock::~Clock() = default;
SystemClock::~SystemClock() = default;

TimePoint SystemClock::now() const noexcept { return std::chrono::steady_clock::now(); }

WallTime SystemClock::wallNow() const noexcept {
  // The time of the last tick, a few milliseconds ago: HTTP counts in seconds, and this is read
  // several times for each URL.
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return WallTime(Millis(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000));
}

}  // namespace forage
