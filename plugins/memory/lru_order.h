// What goes first: the entry that has not been used for longest, over all shards together. One
// object a shard, guarded by the shard's lock; Shared is what all shards of a cache have in common.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "ages.h"
#include "budget.h"
#include "node_list.h"
#include "node_pool.h"

namespace forage::memory {

class LruOrder {
 public:
  /// Where to make room.
  struct Choice {
    std::size_t shard;
  };

  class Shared {
   public:
    Shared(std::size_t shards, const Budget&) : ages_(shards) {}

    /// Bytes for each shard besides the order itself.
    static constexpr std::size_t kBytesPerShard = sizeof(PublishedAge);
    /// choice.shard is the number of shards when all are empty.
    [[nodiscard]] Choice choose() const noexcept { return {ages_.oldest()}; }

   private:
    friend class LruOrder;
    /// Hits read this one, which is written once in so many stores: a line that each store writes
    /// would be fetched anew for nearly each hit.
    static constexpr std::uint64_t kCoarse = 64;

    std::uint64_t nextTick() noexcept {
      const std::uint64_t tick = tick_.fetch_add(1, std::memory_order_relaxed) + 1;
      if (tick % kCoarse == 0) coarse_tick_.store(tick, std::memory_order_relaxed);
      return tick;
    }

    Ages ages_;
    alignas(64) std::atomic<std::uint64_t> coarse_tick_{0};
    /// Stores so far: the time in which use is measured.
    alignas(64) std::atomic<std::uint64_t> tick_{0};
  };

  LruOrder(NodePool& nodes, Shared& shared, std::size_t shard) noexcept
      : nodes_(nodes), shared_(shared), list_(nodes, shared.ages_[shard]) {}

  /// Whether a hit moves the node: hot entries would be written to all the time. It does not while
  /// less than this part of the entries has been stored since the last move.
  [[nodiscard]] bool isDue(const Node& node, std::size_t size) const noexcept {
    const std::uint64_t slack = size * shared_.ages_.size() / kSlackPart;
    return node.since + slack <= now(slack);
  }
  /// What a hit touches next, fetched beforehand.
  void prefetch(const Node& node, std::size_t size) const noexcept {
    if (!isDue(node, size)) return;
    if (node.newer != kNoNode) __builtin_prefetch(&nodes_[node.newer]);
    if (node.older != kNoNode) __builtin_prefetch(&nodes_[node.older]);
  }
  /// A hit; the shard holds `size` entries.
  void used(NodeId id, std::size_t size) noexcept {
    if (id == list_.newest() || !isDue(nodes_[id], size)) return;
    list_.unlink(id);
    list_.link(id, shared_.tick_.load(std::memory_order_relaxed));
  }
  void added(NodeId id) noexcept { list_.link(id, shared_.nextTick()); }
  /// Another entry has taken its place, of `charge` where there was `old_charge`.
  void replaced(NodeId id, std::size_t) noexcept {
    list_.unlink(id);
    added(id);
  }
  /// REQUIRES: the node still has all that it had.
  void removed(NodeId id) noexcept { list_.unlink(id); }

  /// The node to drop; kNoNode: none here.
  [[nodiscard]] NodeId victim(Choice) noexcept { return list_.oldest(); }
  /// The victim is about to be dropped to make room.
  void evicted(NodeId) noexcept {}

  /// Memory of its own, for `size` entries: none.
  [[nodiscard]] static std::size_t bytes() noexcept { return 0; }
  [[nodiscard]] static std::size_t bytesGrown(std::size_t) noexcept { return 0; }
  static void grow() noexcept {}
  static void clear() noexcept {}

 private:
  static constexpr std::size_t kSlackPart = 8;

  /// Exact where it matters: not when being off by kCoarse is little beside the slack.
  [[nodiscard]] std::uint64_t now(std::uint64_t slack) const noexcept {
    const bool is_coarse_enough = slack >= 16 * Shared::kCoarse;
    return (is_coarse_enough ? shared_.coarse_tick_ : shared_.tick_)
        .load(std::memory_order_relaxed);
  }

  NodePool& nodes_;
  Shared& shared_;
  NodeList list_;
};

}  // namespace forage::memory
