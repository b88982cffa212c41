// Where the leases of a run are kept track of: which this process holds and for how many visits,
// and who waits for one that another process holds. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "store/guarded_cache.h"

namespace forage::store {

/// Is told when a lease that a visit waits for has ended. Quick, thread-safe.
class LeaseWaiter {
 public:
  virtual ~LeaseWaiter() = default;
  virtual void leaseEnded(void* visit, std::uint64_t ticket) noexcept = 0;
};

/// What a look-up wants beside an answer.
enum class LeaseWish : std::uint8_t {
  kNone,
  kIfMissing,  ///< the lease of its key, where the cache has nothing
  kAlways,     ///< the lease of its key, whatever the cache has
};

/// What it got.
enum class LeaseState : std::uint8_t {
  kNone,    ///< none is needed, or none is to be had: go on without
  kMine,    ///< to be dropped once
  kOthers,  ///< the waiter will be told, with the ticket
};

class LeaseDesk final : public LeaseHome {
 public:
  /// `cache` outlives the desk.
  explicit LeaseDesk(GuardedCache& cache) noexcept : cache_(cache) {}
  ~LeaseDesk() override;

  /// One visit that asks.
  struct Request {
    const Key* key;
    void* visit;
    LeaseWaiter* waiter;  ///< outlives its ticket, or the desk
    LeaseState state = LeaseState::kNone;
    bool stored_meanwhile = false;  ///< with kMine: there may be an entry by now
    std::uint64_t ticket = 0;       ///< for kOthers
  };
  /// Asks for leases; called by look-up threads.
  void ask(std::vector<Request>& requests);

  /// A visit needs its lease no more. True: nobody does, and the caller has it released.
  [[nodiscard]] bool drop(const Key& key);

  void leaseEnded(const Key& key) noexcept override;

 private:
  struct Waiting {
    void* visit;
    LeaseWaiter* waiter;
    std::uint64_t ticket;
  };

  /// Keys whose leases ended while an ask() was not over: it may be about them.
  using Ended = std::vector<Key>;

  std::vector<Waiting> enter(std::vector<Request>& requests, std::span<const Leases::State> states,
                             const Ended& ended);

  GuardedCache& cache_;
  std::mutex mutex_;  // guards what follows; never held across a call of a cache
  std::vector<Ended*> asking_;
  std::uint64_t tickets_ = 0;
  std::unordered_map<Key, std::size_t> held_;  // by how many visits
  std::unordered_map<Key, std::vector<Waiting>> waiting_;
};

}  // namespace forage::store
