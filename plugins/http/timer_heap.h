// TimerHeap: deadlines in a binary heap whose items know their place, so that setting and clearing
// allocate nothing. A deadline later than all others, the usual case, costs one comparison.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "forage/clock.h"

namespace forage::http1 {

/// Base of what has a deadline. REQUIRES: cleared before it dies.
class Timer {
 public:
  [[nodiscard]] TimePoint due() const noexcept { return due_; }
  [[nodiscard]] bool isSet() const noexcept { return place_ != kNowhere; }

 private:
  friend class TimerHeap;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  TimePoint due_{};
  std::size_t place_ = kNowhere;
};

class TimerHeap final {
 public:
  void set(Timer& timer, TimePoint due) {
    if (!timer.isSet()) {
      timer.place_ = heap_.size();
      heap_.push_back(&timer);
      timer.due_ = due;
      rise(timer.place_);
      return;
    }
    const bool later = due > timer.due_;
    timer.due_ = due;
    later ? sink(timer.place_) : rise(timer.place_);
  }

  void clear(Timer& timer) noexcept {
    if (!timer.isSet()) return;
    const std::size_t place = timer.place_;
    Timer& last = *heap_.back();
    heap_.pop_back();
    timer.place_ = Timer::kNowhere;
    if (&last == &timer) return;
    put(place, last);
    rise(place);
    sink(last.place_);
  }

  /// The timer that is due first; null when none is set.
  [[nodiscard]] Timer* top() const noexcept { return heap_.empty() ? nullptr : heap_.front(); }

 private:
  void put(std::size_t place, Timer& timer) noexcept {
    heap_[place] = &timer;
    timer.place_ = place;
  }

  void rise(std::size_t place) noexcept {
    Timer& timer = *heap_[place];
    while (place != 0) {
      const std::size_t parent = (place - 1) / 2;
      if (heap_[parent]->due_ <= timer.due_) break;
      put(place, *heap_[parent]);
      place = parent;
    }
    put(place, timer);
  }

  void sink(std::size_t place) noexcept {
    Timer& timer = *heap_[place];
    for (;;) {
      std::size_t child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
      if (timer.due_ <= heap_[child]->due_) break;
      put(place, *heap_[child]);
      place = child;
    }
    put(place, timer);
  }

  std::vector<Timer*> heap_;
};

}  // namespace forage::http1
