// Where the leases of a run are kept track of: which this process holds and for how many visits,
// and who waits for one that another process holds. Thread-safe.
#pragma once

#include <condition_variable>
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

  /// A visit needs its lease no more. Returns what the caller has released where nobody else does;
  /// 0 where somebody does.
  [[nodiscard]] std::uint64_t drop(const Key& key);

  /// What drop() returned, of a key.
  struct Dropped {
    Key key;
    std::uint64_t hold;
  };
  /// Releases those that no visit has got anew since they were dropped: by then they belong to that
  /// one. Called by the thread that writes.
  void release(std::span<const Dropped> dropped) noexcept;

  void leaseEnded(const Key& key) noexcept override;

 private:
  struct Waiting {
    void* visit;
    LeaseWaiter* waiter;
    std::uint64_t ticket;
  };

  /// Keys whose leases ended while an ask() was not over: it may be about them.
  using Ended = std::vector<Key>;

  /// What this process has of a key, or asks for.
  struct Lease {
    std::size_t visits = 0;  ///< that hold it
    std::uint64_t hold = 0;  ///< number of the last time that one got it; 0: it is not held
    std::size_t asking = 0;  ///< calls of ask() that may get it
    bool releasing = false;  ///< asked for when that is over
  };

  [[nodiscard]] bool isReleasing(std::span<const Key> keys) const;
  [[nodiscard]] bool isAskedFor(std::span<const Dropped> dropped) const;
  [[nodiscard]] bool isHeldAnew(const Dropped& one) const;
  void endAsking(std::span<const Key> keys);
  std::vector<Waiting> enter(std::vector<Request>& requests, std::span<const Leases::State> states,
                             const Ended& ended);

  GuardedCache& cache_;
  std::mutex mutex_;  // guards what follows; never held across a call of a cache
  std::vector<Ended*> asking_;
  std::uint64_t tickets_ = 0;
  std::uint64_t holds_ = 0;
  std::condition_variable changed_;  // a lease is asked for no more, or has been released
  std::unordered_map<Key, Lease> leases_;
  std::unordered_map<Key, std::vector<Waiting>> waiting_;
};

}  // namespace forage::store
