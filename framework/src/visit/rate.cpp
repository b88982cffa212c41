#include "visit/rate.h"

#include <algorithm>
#include <charconv>

#include "forage/units.h"

namespace forage::visit {

namespace {

/// Two starts exactly a span apart are both within it: they need to be a little more.
constexpr Millis kMore{1};

std::optional<Millis> spanOf(std::string_view text) noexcept {
  if (text == "ms") return Millis(1);
  if (text == "s") return std::chrono::seconds(1);
  if (text == "m" || text == "min") return std::chrono::minutes(1);
  if (text == "h") return std::chrono::hours(1);
  if (text == "d") return std::chrono::hours(24);
  // "2/5min", beside parseDuration's own "5m".
  if (text.ends_with("min")) text.remove_suffix(2);
  // "10/5" does not say of what.
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) return std::nullopt;
  return parseDuration(text);
}

}  // namespace

std::optional<Rate> parseRate(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Rate rate;
  const char* const end = text.data() + slash;
  const auto [stop, error] = std::from_chars(text.data(), end, rate.requests);
  if (error != std::errc{} || stop != end) return std::nullopt;
  const std::optional<Millis> span = spanOf(text.substr(slash + 1));
  if (!span || *span <= Millis(0) || *span > kMaxRateSpan) return std::nullopt;
  if (rate.requests == 0 || rate.requests > kMaxRateRequests) return std::nullopt;
  rate.span = *span;
  return rate;
}

TimePoint Pacer::next(TimePoint now) const noexcept {
  TimePoint at = now;
  if (last_) at = std::max(at, *last_ + delay_);
  if (rate_ && starts_.size() == rate_->requests) {
    at = std::max(at, starts_[oldest_] + rate_->span + kMore);
  }
  return at;
}

void Pacer::started(TimePoint at) {
  last_ = at;
  if (!rate_) return;
  if (starts_.size() < rate_->requests) {
    starts_.push_back(at);
    return;
  }
  starts_[oldest_] = at;
  oldest_ = (oldest_ + 1) % starts_.size();
}

}  // namespace forage::visit
