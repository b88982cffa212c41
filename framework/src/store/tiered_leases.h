// The leases of a cache with a memory in front. Who gets a lease, or is told that another's has
// ended, looks again; what the memory holds may be older than what was stored under that lease, for
// the news of it comes on another way: so it is dropped first. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "forage/cache.h"

namespace forage::store {

class TieredLeases final : public Leases {
 public:
  /// Drops a copy. Called by threads of the far cache.
  using Drop = std::function<void(const Key&)>;

  /// `far` outlives it.
  TieredLeases(Leases& far, Drop drop);
  ~TieredLeases() override;
  TieredLeases(const TieredLeases&) = delete;
  TieredLeases& operator=(const TieredLeases&) = delete;

  void acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& home) override;
  void release(std::span<const Key> keys) noexcept override { far_.release(keys); }
  void forget(LeaseHome& home) noexcept override;

 private:
  class Relay;

  Leases& far_;
  const Drop drop_;
  std::mutex mutex_;  // guards relays_; not held while the far cache is called
  std::map<const LeaseHome*, std::unique_ptr<Relay>> relays_;
};

}  // namespace forage::store
