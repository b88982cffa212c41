// The connections of one cache: each call takes one of its own, idle ones are used again, and there
// are never more than a number of them. At most one connection is being made at a time, and none
// while a failed attempt lies back less than the back-off, so that a server which is away costs one
// attempt per period, however many calls there are. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backoff.h"
#include "chance.h"
#include "connection.h"
#include "fault.h"
#include "forage/clock.h"
#include "pool_stats.h"

namespace forage::redis {

class Pool {
 public:
  /// Makes a connection that is ready for commands, or throws ConnectionError.
  using Connect = std::function<std::unique_ptr<Connection>()>;

  /// A connection, for as long as one call needs it. Closed when this ends, unless given back.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    Connection* operator->() const noexcept { return connection_.get(); }
    /// True: it has served before, so the server may have closed it since.
    [[nodiscard]] bool isReused() const noexcept { return reused_; }
    /// Lets the next call use it. REQUIRES: every reply has been read.
    void giveBack() noexcept;
    /// Closes it now.
    void close() noexcept;

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection, bool reused) noexcept
        : pool_(&pool), connection_(std::move(connection)), reused_(reused) {}

    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    bool reused_;
  };

  /// `clock` outlives the pool.
  Pool(std::size_t max_connections, Millis retry_period, const Clock& clock, Connect connect);

  /// An idle connection or a new one; waits while all are in use.
  /// Throws ConnectionError: none can be made now.
  [[nodiscard]] Lease take() { return take(true); }
  /// The same, but never one that has served before.
  [[nodiscard]] Lease takeFresh() { return take(false); }
  /// Closes the idle ones: the server has gone, or closes them itself.
  void closeIdle() noexcept;

  [[nodiscard]] PoolStats stats() const noexcept;
  /// Any number, evenly spread.
  [[nodiscard]] std::uint64_t chance() noexcept { return chance_.next(); }

 private:
  Lease take(bool may_reuse);
  Lease makeOne(std::unique_lock<std::mutex>& lock);
  std::unique_ptr<Connection> dropIdle() noexcept;
  void returned(std::unique_ptr<Connection> connection, bool usable) noexcept;

  const std::size_t max_connections_;
  const Clock& clock_;
  const Connect connect_;
  Chance chance_;

  mutable std::mutex mutex_;  // guards all below; never held during I/O
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t in_use_ = 0;  // without the one being made
  bool connecting_ = false;
  std::uint64_t lost_ = 0;  // not replaced yet
  Backoff backoff_;
  std::string last_failure_;
  Fault last_fault_ = Fault::kUnreachable;
  PoolStats stats_;
};

}  // namespace forage::redis
