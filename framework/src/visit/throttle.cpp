#include "visit/throttle.h"

#include <algorithm>
#include <cmath>

namespace forage::visit {

namespace {

using Seconds = std::chrono::duration<double>;

/// Of the ceiling, after a refusal; and of the rate that was refused, at the worst.
constexpr double kBelowCeiling = 0.95;
constexpr double kLowest = 0.5;
/// Of what was measured in a burst. Paced requests arrive in a slightly other rhythm than they were
/// sent in, so that the same number of them is refused now and then.
constexpr double kHeadroom = 0.97;
/// From a refusal until the ceiling is reached again (K of RFC 9438).
constexpr Seconds kRecovery{60};
/// A pause without a Retry-After, or after one that was not long enough; doubles.
constexpr Millis kFirstPause{1'000};
/// So long without a start is idle time, which says nothing about the host.
constexpr Millis kIdle{2'000};

/// What a host took before it refused says nothing about it any more.
constexpr Millis kRemembered = std::chrono::minutes(10);

double secondsOf(TimePoint from, TimePoint to) noexcept { return Seconds(to - from).count(); }

}  // namespace

TimePoint Throttle::next(TimePoint now) const noexcept {
  TimePoint at = now;
  if (ceiling_ > 0) at = std::max(at, paused_until_);
  // The first start after a refusal: the pause is the gap.
  if (!last_start_ || (ceiling_ > 0 && *last_start_ <= refused_at_)) return at;
  return std::max(at, *last_start_ + gap(at));
}

Throttle::Gap Throttle::gap(TimePoint now) const noexcept {
  const double allowed = rate(now);
  const Gap by_rate(allowed > 0 ? static_cast<Gap::rep>(1e9 / allowed) : 0);
  return std::min<Gap>(std::max(by_rate, latency_gap_), options_.max_gap);
}

// RFC 9438, section 4.2, with K given instead of C: kBelowCeiling at first, the ceiling after K,
// and ever faster beyond it from then on. 0: no limit.
double Throttle::rate(TimePoint now) const noexcept {
  if (ceiling_ <= 0) return 0;
  const double passed = std::max(0.0, secondsOf(paused_until_, now));
  const double x = (passed - kRecovery.count()) / kRecovery.count();
  return ceiling_ * (1 + (1 - kBelowCeiling) * x * x * x);
}

void Throttle::started(TimePoint at) noexcept {
  const bool idle = last_start_ && at - *last_start_ > std::max<Gap>(kIdle, 2 * gap(at));
  if (!measured_from_ || idle) {
    measured_from_ = at;
    taken_ = 0;
  }
  before_last_ = last_start_;
  last_start_ = at;
}

bool Throttle::isFresh(TimePoint now) const noexcept {
  if (ceiling_ > 0 && now < paused_until_ + kRemembered) return false;
  return !last_start_ || now > *last_start_ + std::max<Gap>(kIdle, latency_gap_);
}

void Throttle::answered(TimePoint started, TimePoint now, bool ok) noexcept {
  if (ceiling_ > 0 && started <= refused_at_) {
    // The host took it before it refused another.
    ++taken_then_;
    judgeCeiling();
  } else {
    ++taken_;
    in_a_row_ = 0;
  }
  adjustToLatency(now - started, ok);
}

void Throttle::refused(TimePoint started, TimePoint now,
                       std::optional<Millis> retry_after) noexcept {
  Millis pause = retry_after.value_or(Millis(0));
  if (ceiling_ <= 0 || started > refused_at_) {
    rate_then_ = rate(now);
    refused_at_ = now;
    seconds_measured_ = secondsOf(measured_from_.value_or(now), now);
    taken_then_ = taken_;
    pause_ = Millis(0);
    // The host's own words suffice the first time; a pause that did not help is doubled.
    if (!retry_after || in_a_row_ > 0) {
      pause = std::max(pause, kFirstPause * (1 << std::min(in_a_row_, 10u)));
    }
    ++in_a_row_;
    measured_from_.reset();
    taken_ = 0;
  }
  pause = std::min(pause, options_.max_pause);
  pause_ = std::max(pause_, pause);
  paused_until_ = std::max(paused_until_, now + pause);
  judgeCeiling();
}

void Throttle::judgeCeiling() noexcept {
  const double seconds =
      std::max(seconds_measured_, Seconds(std::max(pause_, kFirstPause)).count());
  // Where it took none it will, we hope, take one after the pause.
  const double measured = static_cast<double>(std::max<std::uint64_t>(taken_then_, 1)) / seconds;
  const double lowest = 1 / Seconds(options_.max_gap).count();
  ceiling_ = rate_then_ > 0 ? std::clamp(measured, rate_then_ * kLowest, rate_then_)
                            : measured * kHeadroom;
  ceiling_ = std::max(ceiling_, lowest);
}

void Throttle::adjustToLatency(Gap latency, bool ok) noexcept {
  if (options_.target_concurrency <= 0) return;
  const double wanted = static_cast<double>(latency.count()) / options_.target_concurrency;
  const Gap target(static_cast<Gap::rep>(
      std::clamp(wanted, 0.0, static_cast<double>(Gap(options_.max_gap).count()))));
  const Gap adjusted = std::max(target, (latency_gap_ + target) / 2);
  if (ok || adjusted > latency_gap_) latency_gap_ = adjusted;
}

}  // namespace forage::visit
