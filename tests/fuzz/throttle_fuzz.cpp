// Fuzz target: whatever a host answers, a throttle stays within its bounds, waits for as long as it
// was asked to, and lets requests start again. Each byte or two are an event.
#include <algorithm>
#include <optional>
#include <vector>

#include "fuzz/fuzz.h"
#include "visit/throttle.h"

namespace {

using forage::Millis;
using forage::TimePoint;
using forage::fuzz::expect;
using forage::visit::Throttle;
using forage::visit::ThrottleOptions;

class Host {
 public:
  explicit Host(const ThrottleOptions& options) : options_(options), throttle_(options) {}

  /// The two lowest bits say what, the others how long after the event before, or how much.
  void take(std::uint8_t event, std::uint8_t more) {
    now_ += Millis(1 << (event >> 4));
    if (event % 4 == 0 || under_way_.empty()) {
      start();
    } else {
      end(event, more);
    }
    const TimePoint next = throttle_.next(now_);
    expect(next >= now_, "no start is in the past");
    expect(next <= now_ + std::max(options_.max_gap, options_.max_pause), "nothing stops for good");
    expect(next >= asked_until_, "Retry-After is obeyed");
    const Throttle::Gap gap = throttle_.gap(now_);
    expect(gap >= Millis(0) && gap <= options_.max_gap, "gaps are bounded");
  }

 private:
  void start() {
    now_ = throttle_.next(now_);
    throttle_.started(now_);
    under_way_.push_back(now_);
  }
  void end(std::uint8_t event, std::uint8_t more) {
    const std::size_t which = more % under_way_.size();
    const TimePoint started = under_way_[which];
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(which));
    if (event % 4 != 1) return throttle_.answered(started, now_, event % 4 == 2);
    const Millis asked(more * more * 20);
    const bool tells = more % 3 != 0;
    throttle_.refused(started, now_, tells ? std::optional(asked) : std::nullopt);
    if (tells) asked_until_ = std::max(asked_until_, now_ + std::min(asked, options_.max_pause));
  }

  const ThrottleOptions options_;
  Throttle throttle_;
  TimePoint now_{std::chrono::hours(1)};
  TimePoint asked_until_{};
  std::vector<TimePoint> under_way_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const double concurrency : {0.0, 0.000'001, 4.0}) {
    Host host({.target_concurrency = concurrency});
    for (std::size_t i = 0; i + 1 < size; i += 2) host.take(data[i], data[i + 1]);
  }
  return 0;
}
