// The breaker before a cache: open while the cache is away, which a thread of its own then asks for
// every period, until it is back. It knows how long the cache has been away, and nothing of caches.
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "forage/clock.h"
#include "forage/metrics.h"

namespace forage::store {

class Breaker {
 public:
  using Span = std::chrono::nanoseconds;
  /// Asks for the cache, and closes the breaker if it is back. Never throws.
  using Ask = std::function<void()>;

  /// `clock` and `metrics`, which shows the state, outlive the breaker; so does what `ask` uses. It
  /// is called without the lock held, by one thread at a time.
  Breaker(const Clock& clock, Metrics& metrics, Millis period, Ask ask);
  /// Ends the thread.
  ~Breaker();
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  [[nodiscard]] bool isOpen() const noexcept { return open_.load(); }

  /// The cache has failed. Returns whether that is news.
  bool open() noexcept;

  /// Has the thread ask while the breaker is open, as open() does already. Where the system has had
  /// no thread to give, to call this now and then tries again; otherwise it changes nothing.
  void keepAsking() noexcept;

  /// Runs `act` if the breaker is open, and lets nobody close it meanwhile; false: it is closed.
  /// REQUIRES: `act` is quick and calls nothing of the breaker.
  template <typename Act>
  bool whileOpen(Act&& act) {
    const std::lock_guard lock(mutex_);
    if (!open_.load()) return false;
    act();
    return true;
  }

  /// Closes the breaker unless `isTooSoon()`, which is asked under the same lock. Returns how long
  /// it was open; nothing where it stays so. REQUIRES: called by `ask`.
  template <typename Test>
  std::optional<Span> closeUnless(Test&& isTooSoon) {
    const std::lock_guard lock(mutex_);
    if (isTooSoon()) return std::nullopt;
    return close();
  }

  /// Asks for a cache that is away once more, now.
  void probe() noexcept;

  /// How long it has been open, all times together.
  [[nodiscard]] Span openTime() const noexcept;

 private:
  Span close() noexcept;
  void startKeeper() noexcept;
  void keep();

  const Clock& clock_;
  Metrics& metrics_;
  const Millis period_;
  const Ask ask_;
  std::atomic<bool> open_{false};  // changes under mutex_

  std::mutex probe_mutex_;    // one probe at a time; outermost
  mutable std::mutex mutex_;  // guards what follows; never held across a call of a cache
  std::condition_variable changed_;
  TimePoint since_{};
  Span open_time_{0};  // of the times that are over
  bool stopping_ = false;
  std::thread keeper_;  // asks while it is open; started at the first failure
};

}  // namespace forage::store
