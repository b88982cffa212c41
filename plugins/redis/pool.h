// The connections of one cache, whatever they speak: each call takes one of its own, idle ones are
// used again, and there are never more than a number of them. At most one connection is being made
// at a time, and none while a failed attempt lies back less than the back-off, so that a server
// which is away costs one attempt per period, however many calls there are. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backoff.h"
#include "chance.h"
#include "connection.h"
#include "fault.h"
#include "forage/clock.h"
#include "pool_stats.h"

namespace forage::redis {

/// REQUIRES: a `C` with isUsable(), false where the server has ended it since it was last used.
template <typename C>
class BasicPool {
 public:
  /// Makes a connection that is ready for commands, or throws ConnectionError.
  using Connect = std::function<std::unique_ptr<C>()>;

  /// A connection, for as long as one call needs it. Closed when this ends, unless given back.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    C* operator->() const noexcept { return connection_.get(); }
    /// True: it has served before, so the server may have closed it since.
    [[nodiscard]] bool isReused() const noexcept { return reused_; }
    /// Lets the next call use it. REQUIRES: every reply has been read.
    void giveBack() noexcept;
    /// Closes it now.
    void close() noexcept;

   private:
    friend class BasicPool;
    Lease(BasicPool& pool, std::unique_ptr<C> connection, bool reused) noexcept
        : pool_(&pool), connection_(std::move(connection)), reused_(reused) {}

    BasicPool* pool_;
    std::unique_ptr<C> connection_;
    bool reused_;
  };

  /// `clock` outlives the pool.
  BasicPool(std::size_t max_connections, Millis retry_period, const Clock& clock, Connect connect);

  /// An idle connection or a new one; waits while all are in use.
  /// Throws ConnectionError: none can be made now.
  [[nodiscard]] Lease take() { return take(true); }
  /// The same, but never one that has served before.
  [[nodiscard]] Lease takeFresh() { return take(false); }
  /// An idle or new one where that needs no waiting for other calls; otherwise nothing, also when
  /// none can be made. For a call that holds one already and could use another.
  [[nodiscard]] std::optional<Lease> takeAnother() noexcept;
  /// Closes the idle ones: the server has gone, or closes them itself.
  void closeIdle() noexcept;

  [[nodiscard]] PoolStats stats() const noexcept;
  /// Any number, evenly spread.
  [[nodiscard]] std::uint64_t chance() noexcept { return chance_.next(); }

 private:
  Lease take(bool may_reuse);
  std::optional<Lease> takeIdle(std::unique_lock<std::mutex>& lock);
  Lease makeOne(std::unique_lock<std::mutex>& lock);
  std::unique_ptr<C> dropIdle() noexcept;
  void returned(std::unique_ptr<C> connection, bool usable) noexcept;

  const std::size_t max_connections_;
  const Clock& clock_;
  const Connect connect_;
  Chance chance_;

  mutable std::mutex mutex_;  // guards all below; never held during I/O
  std::condition_variable changed_;
  std::vector<std::unique_ptr<C>> idle_;
  std::size_t in_use_ = 0;  // without the one being made
  bool connecting_ = false;
  std::uint64_t lost_ = 0;  // not replaced yet
  Backoff backoff_;
  std::string last_failure_;
  Fault last_fault_ = Fault::kUnreachable;
  PoolStats stats_;
};

using Pool = BasicPool<Connection>;

}  // namespace forage::redis
