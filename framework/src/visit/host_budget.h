// Slots per host, shared by all groups: at most so many fetches of one host are in flight, and none
// begins before its pace allows it. Who finds none free waits in line and is handed one later;
// nobody polls. Threads have turns: while one has its turn, slots that come free go to what it has
// in line, first in, first out, so that the fetches of a busy host are on one thread and not spread
// one by one over all of them. A turn ends after so many slots or a few milliseconds, so that a
// slow host serves all in order. Thread-safe; waiters are told without a lock held.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "forage/clock.h"
#include "model/text_hash.h"
#include "visit/pace.h"

namespace forage::visit {

/// Is handed a slot that it waited for. Called by any group thread; quick, thread-safe.
class SlotHome {
 public:
  virtual ~SlotHome() = default;
  /// `who` as given to acquire(); the slot of `host` is held from now on.
  virtual void granted(void* who, const std::string& host) noexcept = 0;
};

/// Calls HostBudget::grantDue() once it is time. Quick, thread-safe.
class PaceTimer {
 public:
  virtual ~PaceTimer() = default;
  virtual void wakeAt(TimePoint at, const std::string& host) = 0;
};

class HostBudget {
 public:
  /// Of a turn: slots handed out, and how long it lasts at most.
  static constexpr std::size_t kTurnSlots = 256;
  static constexpr Millis kTurnTime{5};

  /// `clock` and `timer` outlive this.
  HostBudget(std::size_t slots_per_host, const PaceOptions& pace, const Clock& clock,
             PaceTimer& timer) noexcept
      : slots_(slots_per_host), pace_(pace), clock_(clock), timer_(timer) {}

  /// Takes a slot of `host`: true, and the caller owes release(). False: `who` is in line, once for
  /// each call, and `home` (of the calling thread) will be told.
  [[nodiscard]] bool acquire(std::string_view host, SlotHome& home, void* who);

  /// Gives a slot back, with how its fetch ended: to the home whose turn it is, else to the one
  /// that waits longest.
  void release(std::string_view host, const FetchEnd& end);

  /// What the host asks for itself (Crawl-delay), in place of the job's delay. Forgotten with the
  /// host once it is not used, and so to be said before each acquire().
  void setDelay(std::string_view host, Millis delay);

  /// Hands out what the pace of `host` allows by now. Called by the timer.
  void grantDue(std::string_view host);

  /// Slots that are taken; for tests.
  [[nodiscard]] std::size_t taken() const;
  /// Hosts that are kept in mind; for tests.
  [[nodiscard]] std::size_t hosts() const;

 private:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kFewHosts = 64;  // of a shard, of which none is looked for to forget

  struct Waiting {
    SlotHome* home;
    std::deque<void*> whos;
  };
  struct Host {
    explicit Host(const PaceOptions& options) noexcept : pace(options) {}

    [[nodiscard]] bool isUsed() const noexcept { return taken > 0 || !line.empty(); }

    std::size_t taken = 0;
    // A list: most hosts never have a line, and an empty list costs nothing. Never with empty
    // homes.
    std::list<Waiting> line;
    const SlotHome* turn = nullptr;  // whose turn it is, waiting or not
    std::size_t turn_left = 0;
    TimePoint turn_end{};
    Pace pace;
    TimePoint wakes_at = kNever;  // what the timer was told
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return textHash(text); }
  };
  using Hosts = std::unordered_map<std::string, Host, Hash, std::equal_to<>>;
  struct alignas(64) Shard {
    mutable std::mutex mutex;  // guards what follows; before that of the timer
    Hosts hosts;
    std::size_t tidy_at = kFewHosts;
  };
  struct Grant {
    SlotHome* home;
    void* who;
    std::string host;
  };

  Shard& shardOf(std::string_view host) noexcept { return shards_[Hash{}(host) % kShards]; }

  Host& hostOf(Shard& shard, std::string_view host, TimePoint now);
  static void tidy(Shard& shard, TimePoint now);
  std::optional<Grant> grantNext(Hosts::value_type& entry, TimePoint now);
  void grantAll(std::string_view host);
  void wakeFor(Hosts::value_type& entry, TimePoint now);
  static std::list<Waiting>::iterator nextOf(Host& state, TimePoint now);

  const std::size_t slots_;
  const PaceOptions pace_;
  const Clock& clock_;
  PaceTimer& timer_;
  std::array<Shard, kShards> shards_;
};

}  // namespace forage::visit
