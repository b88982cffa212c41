// Stores that several processes share, for tests of what those do to each other: each process is a
// cache of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "forage/cache.h"

namespace forage::conformance {

/// A store that several processes share.
class SharedStore {
 public:
  virtual ~SharedStore() = default;
  /// A cache on it, as another process would make one; with leases of life(). Does not outlive
  /// this.
  virtual std::unique_ptr<Cache> process() = 0;
  /// Short, as tests wait for its end; not so short that a busy machine renews too late.
  [[nodiscard]] virtual Millis life() const = 0;
  /// Has a process acquire `keys` and die, without releasing them.
  virtual void leaveBehind(const std::vector<Key>& keys) = 0;
  /// Cuts every connection to the store, which goes on. Without connections: nothing, and false.
  virtual bool cutConnections() { return false; }
};

/// Counts what it is told.
class CountingHome final : public LeaseHome {
 public:
  void leaseEnded(const Key& key) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      ++told_[key];
      ++total_;
    }
    changed_.notify_all();
  }
  /// Waits until it was told of `key`; false after a minute.
  [[nodiscard]] bool waitFor(const Key& key) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return told_.contains(key); });
  }
  [[nodiscard]] bool waitForTotal(std::size_t total) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return total_ >= total; });
  }
  [[nodiscard]] int told(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto at = told_.find(key);
    return at == told_.end() ? 0 : at->second;
  }
  [[nodiscard]] std::size_t total() {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  static constexpr std::chrono::seconds kPatience{60};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<Key, int> told_;
  std::size_t total_ = 0;
};

/// A process: its cache, and who waits there.
struct LeasingProcess {
  using State = Leases::State;
  explicit LeasingProcess(std::unique_ptr<Cache> made) : cache(std::move(made)) {}
  ~LeasingProcess() {
    if (cache) leases().forget(home);
  }
  [[nodiscard]] Leases& leases() const { return *cache->leases(); }
  /// kMine whether or not there is an entry.
  std::vector<State> acquire(const std::vector<Key>& keys) {
    std::vector<State> states = acquireExactly(keys);
    std::ranges::replace(states, State::kMineMissing, State::kMine);
    return states;
  }
  std::vector<State> acquireExactly(const std::vector<Key>& keys) {
    std::vector<State> states(keys.size());
    leases().acquire(keys, states, home);
    return states;
  }
  State acquire(const Key& key) { return acquire(std::vector<Key>{key}).front(); }
  void release(const std::vector<Key>& keys) { leases().release(keys); }
  void release(const Key& key) { leases().release({&key, 1}); }

  CountingHome home;
  std::unique_ptr<Cache> cache;
};

}  // namespace forage::conformance
