// S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023), by bytes and
// over all shards together: what comes for the first time stays in a small queue and goes soon
// unless it is used again; what has been used moves to the main queue; what comes back soon after
// it went enters there at once. So a scan of pages that nobody asks for again pushes out little. A
// hit only counts. One object a shard, guarded by the shard's lock; Shared is what all have in
// common.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "ages.h"
#include "budget.h"
#include "ghosts.h"
#include "node_list.h"
#include "node_pool.h"

namespace forage::memory {

class S3FifoOrder {
 public:
  /// Where to make room.
  struct Choice {
    std::size_t shard;
    bool from_main;
  };

  class Shared {
   public:
    Shared(std::size_t shards, const Budget& budget)
        : small_limit_(budget.limit() / kSmallPart), small_ages_(shards), main_ages_(shards) {}

    /// Bytes for each shard besides the order itself.
    static constexpr std::size_t kBytesPerShard = 2 * sizeof(PublishedAge);

    /// choice.shard is the number of shards when all are empty.
    [[nodiscard]] Choice choose() const noexcept {
      const bool is_small_full = small_bytes_.load(std::memory_order_relaxed) > small_limit_;
      const Ages& first = is_small_full ? small_ages_ : main_ages_;
      const Ages& second = is_small_full ? main_ages_ : small_ages_;
      const std::size_t shard = first.oldest();
      if (shard != first.size()) return {shard, !is_small_full};
      return {second.oldest(), is_small_full};
    }

   private:
    friend class S3FifoOrder;
    /// Part of the budget that the small queue may hold where the main queue has use for the rest.
    static constexpr std::size_t kSmallPart = 10;

    const std::size_t small_limit_;
    Ages small_ages_;
    Ages main_ages_;
    alignas(64) std::atomic<std::uint64_t> tick_{0};
    std::atomic<std::size_t> small_bytes_{0};
  };

  S3FifoOrder(NodePool& nodes, Shared& shared, std::size_t shard) noexcept
      : nodes_(nodes),
        shared_(shared),
        small_(nodes, shared.small_ages_[shard]),
        main_(nodes, shared.main_ages_[shard]) {}

  static void prefetch(const Node&, std::size_t) noexcept {}

  void used(NodeId id, std::size_t) noexcept {
    Node& node = nodes_[id];
    if (node.visits < kMostVisits) node.visits += 1;
  }
  void added(NodeId id) noexcept {
    Node& node = nodes_[id];
    node.visits = 0;
    // What the small queue cannot hold beside others would only pass through it.
    const bool is_large = node.charge > shared_.small_limit_ / 2;
    enter(id, ghosts_.take(node.tag) || is_large);
  }
  /// Another entry has taken its place, of another charge: that is use, too.
  void replaced(NodeId id, std::size_t old_charge) noexcept {
    Node& node = nodes_[id];
    if (!node.is_main) {
      shared_.small_bytes_.fetch_add(node.charge - old_charge, std::memory_order_relaxed);
    }
    used(id, 0);
  }
  /// REQUIRES: the node still has all that it had.
  void removed(NodeId id) noexcept { leave(id); }

  /// The node to drop; kNoNode: others have taken its place, look again.
  [[nodiscard]] NodeId victim(Choice choice) noexcept {
    for (int i = 0; i < kMostSteps; ++i) {
      const NodeId id = (choice.from_main ? main_ : small_).oldest();
      if (id == kNoNode || nodes_[id].visits < (choice.from_main ? 1 : kVisitsToStay)) return id;
      leave(id);
      nodes_[id].visits = choice.from_main ? nodes_[id].visits - 1 : 0;
      enter(id, true);
    }
    return kNoNode;
  }
  /// The victim is about to be dropped to make room.
  void evicted(NodeId id) noexcept {
    if (!nodes_[id].is_main) ghosts_.add(nodes_[id].tag);
  }

  /// Memory of its own, and what grow() would occupy for `size` entries: 0 where there is enough.
  [[nodiscard]] std::size_t bytes() const noexcept { return ghosts_.bytes(); }
  [[nodiscard]] std::size_t bytesGrown(std::size_t size) const noexcept {
    return size > ghosts_.capacity() * kEntriesPerGhost ? ghosts_.bytesGrown() : 0;
  }
  void grow() { ghosts_.grow(); }
  void clear() noexcept { ghosts_.clear(); }

 private:
  static constexpr unsigned kMostVisits = 3;
  /// Uses in the small queue that lead to the main queue.
  static constexpr unsigned kVisitsToStay = 1;
  /// Fewer ghosts than the paper has (0.9): with 0.5 to 0.6 of the entries, hit ratios are higher
  /// by half a point under Zipf's law, and no lower with scans.
  static constexpr std::size_t kEntriesPerGhost = 2;
  /// Nodes moved under one lock.
  static constexpr int kMostSteps = 16;

  void enter(NodeId id, bool is_main) noexcept {
    Node& node = nodes_[id];
    node.is_main = is_main;
    if (!is_main) shared_.small_bytes_.fetch_add(node.charge, std::memory_order_relaxed);
    const std::uint64_t tick = shared_.tick_.fetch_add(1, std::memory_order_relaxed);
    (is_main ? main_ : small_).link(id, tick);
  }
  void leave(NodeId id) noexcept {
    const Node& node = nodes_[id];
    if (!node.is_main) shared_.small_bytes_.fetch_sub(node.charge, std::memory_order_relaxed);
    (node.is_main ? main_ : small_).unlink(id);
  }

  NodePool& nodes_;
  Shared& shared_;
  NodeList small_;
  NodeList main_;
  Ghosts ghosts_;
};

}  // namespace forage::memory
