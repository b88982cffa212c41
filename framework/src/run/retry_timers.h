// Trips that wait for their time. Used by one thread.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "forage/clock.h"
#include "visit/trip.h"

namespace forage::run {

class RetryTimers {
 public:
  /// Until trip.retry_at.
  void add(visit::Trip& trip) {
    trips_.push_back(&trip);
    std::ranges::push_heap(trips_, std::greater(), kTime);
  }

  /// When the first is due; kNever: there is none.
  [[nodiscard]] TimePoint next() const noexcept {
    return trips_.empty() ? kNever : trips_.front()->retry_at;
  }

  /// Takes the first out if it is due by `now`; null: none is.
  [[nodiscard]] visit::Trip* takeDue(TimePoint now) {
    if (trips_.empty() || trips_.front()->retry_at > now) return nullptr;
    std::ranges::pop_heap(trips_, std::greater(), kTime);
    visit::Trip* const trip = trips_.back();
    trips_.pop_back();
    return trip;
  }

 private:
  static constexpr auto kTime = [](const visit::Trip* trip) { return trip->retry_at; };

  std::vector<visit::Trip*> trips_;  // a heap, the first in front
};

}  // namespace forage::run
