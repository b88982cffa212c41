#include "visit/throttle.h"

#include <algorithm>
#include <cmath>

namespace forage::visit {

namespace {

using Seconds = std::chrono::duration<double>;

/// Of the ceiling, after a refusal; and of the rate that was refused, at the worst.
constexpr double kBelowCeiling = 0.9;
constexpr double kLowest = 0.5;
/// From a refusal until the ceiling is reached again (K of RFC 9438).
constexpr Seconds kRecovery{20};
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
  // The first after a pause has waited long enough.
  const bool has_paused = ceiling_ > 0 && last_start_ && *last_start_ <= refused_at_;
  if (last_start_ && !has_paused) at = std::max(at, *last_start_ + gap(at));
  return at;
}

Throttle::Gap Throttle::gap(TimePoint now) const noexcept {
  const double allowed = rate(now);
  const Gap by_rate(allowed > 0 ? static_cast<Gap::rep>(1e9 / allowed) : 0);
  return std::min<Gap>(std::max(by_rate, latency_gap_), options_.max_gap);
}

// RFC 9438, figure 1, with K given instead of C: 1 - 0.9 of the ceiling below it at the refusal, at
// the ceiling after K, and ever faster beyond it from then on. 0: no limit.
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
    // From start to start: how far away the host is does not count.
    seconds_measured_ = secondsOf(measured_from_.value_or(started), started);
    taken_then_ = taken_;
    paused_until_ = now;
    longest_pause_ = Millis(0);
    // The host's own words suffice the first time; a pause that did not help is doubled.
    if (!retry_after || in_a_row_ > 0) {
      pause = std::max(pause, kFirstPause * (1 << std::min(in_a_row_, 10u)));
    }
    ++in_a_row_;
    measured_from_.reset();
    taken_ = 0;
  }
  pause = std::min(pause, options_.max_pause);
  longest_pause_ = std::max(longest_pause_, pause);
  paused_until_ = std::max(paused_until_, now + pause);
  judgeCeiling();
}

void Throttle::judgeCeiling() noexcept {
  const double seconds =
      std::max({seconds_measured_, Seconds(longest_pause_).count(), Seconds(kFirstPause).count()});
  // A host that has taken nothing yet is asked once for each pause, not once in max_gap.
  const double measured = static_cast<double>(std::max<std::uint64_t>(taken_then_, 1)) / seconds;
  const double lowest = 1 / Seconds(options_.max_gap).count();
  ceiling_ = rate_then_ > 0 ? std::clamp(measured, rate_then_ * kLowest, rate_then_) : measured;
  ceiling_ = std::max(ceiling_, lowest);
}

void Throttle::adjustToLatency(Gap latency, bool ok) noexcept {
  if (options_.target_concurrency <= 0) return;
  const Gap target(
      static_cast<Gap::rep>(static_cast<double>(latency.count()) / options_.target_concurrency));
  const Gap adjusted = std::max(target, (latency_gap_ + target) / 2);
  if (ok || adjusted > latency_gap_) latency_gap_ = adjusted;
}

}  // namespace forage::visit
