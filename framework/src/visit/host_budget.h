// Slots per host, shared by all groups: at most so many fetches of one host are in flight. Who
// finds none free waits in a first-in, first-out line and is handed the next one; nobody polls.
// Thread-safe; waiters are told without a lock held.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/text_hash.h"

namespace forage::visit {

/// Is handed a slot that it waited for. Called by any group thread; quick, thread-safe.
class SlotHome {
 public:
  virtual ~SlotHome() = default;
  /// `who` as given to acquire(); the slot of `host` is held from now on.
  virtual void granted(void* who, const std::string& host) noexcept = 0;
};

class HostBudget {
 public:
  explicit HostBudget(std::size_t slots_per_host) noexcept : slots_(slots_per_host) {}

  /// Takes a slot of `host`: true, and the caller owes release(). False: `who` is in line, and
  /// `home` will be told once.
  [[nodiscard]] bool acquire(std::string_view host, SlotHome& home, void* who);

  /// Gives a slot back: to who waits longest, if anybody does.
  void release(std::string_view host);

  /// Hosts with slots taken; for tests.
  [[nodiscard]] std::size_t hosts() const;

 private:
  static constexpr std::size_t kShards = 64;

  struct Waiter {
    SlotHome* home;
    void* who;
  };
  struct Host {
    std::size_t taken = 0;
    std::list<Waiter> line;  // a list: most hosts never have one, and an empty list costs nothing
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return textHash(text); }
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;  // guards hosts; innermost
    std::unordered_map<std::string, Host, Hash, std::equal_to<>> hosts;
  };

  Shard& shardOf(std::string_view host) noexcept { return shards_[Hash{}(host) % kShards]; }

  const std::size_t slots_;
  std::array<Shard, kShards> shards_;
};

}  // namespace forage::visit
