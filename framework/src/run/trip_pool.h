// The trips of a group loop, used again and again: as many are made as were ever under way at once.
// Used by one thread.
#pragma once

#include <memory>
#include <vector>

#include "visit/trip.h"

namespace forage::run {

class TripPool {
 public:
  /// A trip as new; owned by the pool.
  visit::Trip& take() {
    if (free_.empty()) {
      trips_.push_back(std::make_unique<visit::Trip>());
      free_.push_back(trips_.back().get());
    }
    visit::Trip& trip = *free_.back();
    free_.pop_back();
    return trip;
  }

  /// Takes `trip` back, and makes it as new.
  void give(visit::Trip& trip) {
    trip.reset();
    free_.push_back(&trip);
  }

  /// Every trip made, under way or not.
  [[nodiscard]] const std::vector<std::unique_ptr<visit::Trip>>& all() const noexcept {
    return trips_;
  }

 private:
  std::vector<std::unique_ptr<visit::Trip>> trips_;
  std::vector<visit::Trip*> free_;
};

}  // namespace forage::run
