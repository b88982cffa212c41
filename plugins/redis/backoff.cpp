#include "backoff.h"

#include <algorithm>

namespace forage::redis {

void Backoff::failed(TimePoint now, std::uint64_t chance) noexcept {
  using Micros = std::chrono::microseconds;
  constexpr unsigned kDoublings = 3;
  const Micros base = Micros(period_) * (1u << std::min(failures_, kDoublings));
  const Micros longest = Micros(period_) * (1u << kDoublings);
  ++failures_;
  // The longest period leaves its room for chance below itself.
  const Micros floor = std::min(base, longest * 4 / 5);
  next_ = now + floor + floor / 4 * static_cast<std::int64_t>(chance % 1024) / 1024;
}

}  // namespace forage::redis
