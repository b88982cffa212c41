// Leases in Redis: a lock with a life for each key, set where there is none, renewed while it is
// held, and its end published on one channel (docs/adr/0011-leases.md). A keeper renews, with a
// thread begun at the first lease; a subscriber hears the ends, with one begun at the first wait.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "forage/cache.h"
#include "held_leases.h"
#include "lease_locks.h"
#include "lease_waiters.h"
#include "options.h"
#include "subscriber.h"
#include "transport.h"

namespace forage::redis {

class RedisLeases final : public Leases, private Subscriber::Listener {
 public:
  struct Stats {
    std::uint64_t acquired = 0;  ///< locks set
    std::uint64_t waits = 0;     ///< answers kOthers
    std::uint64_t lost = 0;      ///< held, and another's or gone when they were to be renewed
    std::uint64_t failures = 0;  ///< what Redis did not do: renew, release, let us wait
  };

  /// Connects at the first use, not before. `name` begins messages: "redis at HOST: ". `transport`
  /// outlives it. REQUIRES: options.lease > 0, canSubscribe(options).
  RedisLeases(Transport& transport, const Options& options, std::string name);
  /// What is still held ends with its life.
  ~RedisLeases() override;
  RedisLeases(const RedisLeases&) = delete;
  RedisLeases& operator=(const RedisLeases&) = delete;

  /// kMine without a lock, fetched twice rather than never, is what Redis has no memory to lock,
  /// what is beyond a limit of ours, and what another holds while its end could not be heard. What
  /// Redis will never do is thrown once; from then on there are no locks.
  void acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& home) override;
  void release(std::span<const Key> keys) noexcept override;
  void forget(LeaseHome& home) noexcept override { waiters_.forget(home); }

  [[nodiscard]] Stats stats() const noexcept { return {acquired_, waits_, lost_, failures_}; }

 private:
  struct Call;

  void acquireSome(std::span<const Key> keys, std::span<State> states, Call& call);
  std::vector<LockAttempt> begin(std::span<const Key> keys, HeldLeases::Turn& turn,
                                 std::vector<std::size_t>& twins);
  void hold(const Key& key, TimePoint until, Call& call);
  void waitFor(std::span<const LockAttempt> others, std::span<State> states, Call& call,
               Problem& problem);
  void takeBack(const Call& call) noexcept;
  void startKeeper();
  void keep();
  bool renewSome(std::span<const HeldLeases::Held> some);

  [[nodiscard]] bool hears();
  void refuse(const std::string& why);
  [[nodiscard]] bool isRefused();

  // Of the subscriber's thread.
  void subscribed() override {}
  void heard(Reply&& message) override;
  void lost() override;
  TimePoint due(TimePoint now) override;

  const std::string name_;
  LeaseLocks locks_;
  HeldLeases held_;
  LeaseWaiters waiters_;

  std::atomic<std::uint64_t> acquired_{0};
  std::atomic<std::uint64_t> waits_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> failures_{0};

  std::mutex mutex_;  // guards what follows
  std::string refusal_;
  bool said_ = false;
  std::thread keeper_;
  Subscriber subscriber_;  // ended first: its thread uses the rest
};

}  // namespace forage::redis
