#include "forage/clock.h"

namespace forage {

Clock::~Clock() = default;
SystemClock::~SystemClock() = default;

TimePoint SystemClock::now() const noexcept { return std::chrono::steady_clock::now(); }

WallTime SystemClock::wallNow() const noexcept {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

}  // namespace forage
