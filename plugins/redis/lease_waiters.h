// Who waits for leases of other processes: for which keys, until when, and whom to tell. Telling is
// done by one thread, which calls end(), endAll(), endDue() and then tell(); all else is
// thread-safe. Time is passed in. There is a limit to how many wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "forage/cache.h"
#include "forage/clock.h"

namespace forage::redis {

class LeaseWaiters {
 public:
  explicit LeaseWaiters(std::size_t max) : max_(max) {}
  LeaseWaiters(const LeaseWaiters&) = delete;
  LeaseWaiters& operator=(const LeaseWaiters&) = delete;

  /// Has to be called before the store is asked for the lease, so that no end of it is missed:
  /// await() or drop() follows. Returns false, and nothing follows: too many wait.
  [[nodiscard]] bool expect(const Key& key, LeaseHome& home);
  /// The lease is another's until `until`, as far as the store can tell. Returns true when that is
  /// earlier than what endDue() returned last.
  bool await(const Key& key, LeaseHome& home, TimePoint until);
  /// `home` is told nothing of `key`.
  void drop(const Key& key, LeaseHome& home);
  /// When this returns, `home` is told nothing more.
  void forget(LeaseHome& home) noexcept;

  // Of the telling thread.
  /// Those who wait for `key` are to be told.
  void end(const Key& key);
  /// All are.
  void endAll();
  /// Those are whose leases end by `now`. Returns when the next one does.
  TimePoint endDue(TimePoint now);
  void tell() noexcept;

 private:
  struct Waiter;
  using Node = std::pair<const Key, Waiter>;
  using Timers = std::multimap<TimePoint, Node*>;
  struct Waiter {
    LeaseHome* home;
    bool asked = false;  // the store has not answered yet
    bool ended = false;  // while it had not
    bool waits = false;  // then it stands in timers_
    Timers::iterator timer{};
  };
  using Waiters = std::unordered_multimap<Key, Waiter>;

  Waiters::iterator find(const Key& key, const LeaseHome& home);
  Waiters::iterator erase(Waiters::iterator at);
  void stopWaiting(Waiter& waiter);
  Waiters::iterator end(Waiters::iterator at);

  const std::size_t max_;
  std::mutex mutex_;  // guards what follows; never held while somebody is told
  std::condition_variable told_;
  Waiters waiters_;
  Timers timers_;
  TimePoint next_ = kNever;  // as endDue() returned it
  std::deque<std::pair<LeaseHome*, Key>> to_tell_;
  const LeaseHome* telling_ = nullptr;
  std::thread::id teller_;
};

}  // namespace forage::redis
