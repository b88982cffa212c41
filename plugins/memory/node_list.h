// A list of nodes by age: the newest at one end, the oldest at the other. What is oldest is
// published to other threads, as a hint where to make room. Not thread-safe but for that.
#pragma once

#include <atomic>
#include <cstdint>

#include "node_pool.h"

namespace forage::memory {

/// The tick since which the oldest node of a list is there, or kEmpty.
using PublishedAge = std::atomic<std::uint64_t>;

class NodeList {
 public:
  static constexpr std::uint64_t kEmpty = UINT64_MAX;

  /// What is passed outlives the list.
  NodeList(NodePool& nodes, PublishedAge& age) noexcept : nodes_(nodes), age_(age) { publish(); }
  NodeList(const NodeList&) = delete;
  NodeList& operator=(const NodeList&) = delete;

  [[nodiscard]] NodeId newest() const noexcept { return newest_; }
  [[nodiscard]] NodeId oldest() const noexcept { return oldest_; }

  /// Makes the node the newest. REQUIRES: it is in no list.
  void link(NodeId id, std::uint64_t tick) noexcept {
    Node& node = nodes_[id];
    node.since = tick;
    node.newer = kNoNode;
    node.older = newest_;
    if (newest_ != kNoNode) nodes_[newest_].newer = id;
    newest_ = id;
    if (oldest_ != kNoNode) return;
    oldest_ = id;
    publish();
  }

  /// REQUIRES: the node is in this list.
  void unlink(NodeId id) noexcept {
    const Node& node = nodes_[id];
    (node.newer == kNoNode ? newest_ : nodes_[node.newer].older) = node.older;
    (node.older == kNoNode ? oldest_ : nodes_[node.older].newer) = node.newer;
    if (node.older == kNoNode) publish();
  }

 private:
  void publish() noexcept {
    const std::uint64_t tick = oldest_ == kNoNode ? kEmpty : nodes_[oldest_].since;
    age_.store(tick, std::memory_order_relaxed);
  }

  NodePool& nodes_;
  PublishedAge& age_;
  NodeId newest_ = kNoNode;
  NodeId oldest_ = kNoNode;
};

}  // namespace forage::memory
