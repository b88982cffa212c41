// Trips that wait for other processes' leases, and no longer than they may. Used by one thread.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "forage/clock.h"
#include "visit/trip.h"

namespace forage::run {

class LeaseTimers {
 public:
  /// Until trip.lease_wait_end, or until it waits for its present ticket no more: whoever ends that
  /// need not say so.
  void add(visit::Trip& trip) {
    if (waits_.size() >= limit_) dropEnded();
    waits_.push_back({trip.lease_wait_end, trip.ticket, &trip});
    std::ranges::push_heap(waits_, std::greater(), &Wait::end);
  }

  [[nodiscard]] std::size_t size() const noexcept { return waits_.size(); }

  /// When the first is due, which may have gone on by then; kNever: there is none.
  [[nodiscard]] TimePoint next() const noexcept {
    return waits_.empty() ? kNever : waits_.front().end;
  }

  /// Takes the first out that is due by `now` and still waits; null: none does.
  [[nodiscard]] visit::Trip* takeDue(TimePoint now) {
    while (next() <= now) {
      std::ranges::pop_heap(waits_, std::greater(), &Wait::end);
      const Wait wait = waits_.back();
      waits_.pop_back();
      if (wait.isOn()) return wait.trip;
    }
    return nullptr;
  }

 private:
  struct Wait {
    TimePoint end;
    std::uint64_t ticket;  // no two waits of a run have the same
    visit::Trip* trip;

    [[nodiscard]] bool isOn() const noexcept { return trip->waits && trip->ticket == ticket; }
  };

  /// Once they may be half of all.
  void dropEnded() {
    std::erase_if(waits_, [](const Wait& wait) { return !wait.isOn(); });
    std::ranges::make_heap(waits_, std::greater(), &Wait::end);
    limit_ = std::max(kLeast, 2 * waits_.size());
  }

  static constexpr std::size_t kLeast = 64;

  std::vector<Wait> waits_;  // a heap, the first in front
  std::size_t limit_ = kLeast;
};

}  // namespace forage::run
