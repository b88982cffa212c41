#include "visit/rate.h"

#include <algorithm>

namespace forage::visit {

namespace {

/// Two starts exactly a span apart are both within it: they need to be a little more.
constexpr Millis kMore{1};

}  // namespace

TimePoint Pacer::next(TimePoint now) const noexcept {
  TimePoint at = now;
  if (last_) at = std::max(at, *last_ + delay_);
  if (rate_ && starts_.size() == rate_->requests) {
    at = std::max(at, starts_[oldest_] + rate_->span + kMore);
  }
  return at;
}

void Pacer::started(TimePoint at) {
  before_last_ = last_;
  last_ = at;
  if (!rate_) return;
  if (starts_.size() < rate_->requests) {
    starts_.push_back(at);
    return;
  }
  starts_[oldest_] = at;
  oldest_ = (oldest_ + 1) % starts_.size();
}

void Pacer::takeBack() noexcept {
  last_ = before_last_;
  if (starts_.empty()) return;
  if (starts_.size() < rate_->requests) {
    starts_.pop_back();
    return;
  }
  // As old as the oldest that is left, which then stands for two.
  const std::size_t newest = (oldest_ + starts_.size() - 1) % starts_.size();
  starts_[newest] = starts_[oldest_];
  oldest_ = newest;
}

}  // namespace forage::visit
