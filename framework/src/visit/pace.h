// How fast one host may be asked: by the job's rate and delay, and by what the host itself lets
// show. Has no clock. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "forage/clock.h"
#include "forage/units.h"
#include "visit/rate.h"
#include "visit/throttle.h"

namespace forage::visit {

struct PaceOptions {
  std::optional<Rate> rate;
  Millis delay{0};
  bool throttle = true;
  double target_concurrency = 0;  ///< as in ThrottleOptions
};

/// How a request ended, as far as its host's pace is concerned.
struct FetchEnd {
  enum class Kind : std::uint8_t {
    kUnused,    ///< the slot was not used
    kNothing,   ///< nothing that says anything about the host: cancelled
    kAnswered,  ///< a status below 400
    kFailed,    ///< another one, or no response
    kRefused,   ///< 429 or 503
  };
  Kind kind = Kind::kNothing;
  TimePoint started{};
  std::optional<Millis> retry_after = {};
};

class Pace {
 public:
  explicit Pace(const PaceOptions& options) noexcept
      : throttles_(options.throttle),
        pacer_(options.rate, options.delay),
        throttle_({options.target_concurrency}) {}

  /// The earliest start at or after `now`.
  [[nodiscard]] TimePoint next(TimePoint now) const noexcept {
    const TimePoint at = pacer_.next(now);
    return throttles_ ? throttle_.next(at) : at;
  }

  void started(TimePoint at) {
    pacer_.started(at);
    if (throttles_) throttle_.started(at);
  }

  void ended(const FetchEnd& end, TimePoint now) noexcept {
    using Kind = FetchEnd::Kind;
    if (end.kind == Kind::kUnused) {
      pacer_.takeBack();
      throttle_.takeBack();
    }
    if (!throttles_ || end.kind == Kind::kUnused || end.kind == Kind::kNothing) return;
    if (end.kind == Kind::kRefused) {
      throttle_.refused(end.started, now, end.retry_after);
    } else {
      throttle_.answered(end.started, now, end.kind == Kind::kAnswered);
    }
  }

  /// From the next start on.
  void setDelay(Millis delay) noexcept { pacer_.setDelay(delay); }

  /// As good as a new one, once nothing is under way.
  [[nodiscard]] bool isFresh(TimePoint now) const noexcept {
    return pacer_.isFresh(now) && (!throttles_ || throttle_.isFresh(now));
  }

 private:
  bool throttles_;
  Pacer pacer_;
  Throttle throttle_;
};

}  // namespace forage::visit
