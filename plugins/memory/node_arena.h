// Memory for the nodes of all shards of a cache: one range of addresses, of which slabs are taken
// in turn. So a node is found from its number without a table in between, and in a large cache the
// processor finds its page at once, for the range is in huge pages. Thread-safe.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

#include "node.h"

namespace forage::memory {

class NodeArena {
 public:
  static constexpr NodeId kSlabNodes = 64;
  /// A slab, its number in the vectors of its shard and of the arena, which grow by doubling.
  static constexpr std::size_t kSlabBytes = kSlabNodes * sizeof(Node) + 4 * sizeof(NodeId);

  /// For as many slabs as fit into `max_bytes`. Throws bad_alloc.
  explicit NodeArena(std::size_t max_bytes);
  ~NodeArena();
  NodeArena(const NodeArena&) = delete;
  NodeArena& operator=(const NodeArena&) = delete;

  /// Where node 0 is, or would be.
  [[nodiscard]] Node* base() const noexcept { return base_; }
  /// Bytes that are occupied beyond those of slabs: the rest of a huge page.
  [[nodiscard]] std::size_t slackBytes() const noexcept { return is_huge_ ? kHugePage : 0; }

  /// Memory for kSlabNodes nodes, not yet made; returns the number of the first. Throws bad_alloc.
  [[nodiscard]] NodeId take();
  /// Gives slabs back to the system. REQUIRES: their nodes have been destroyed.
  void giveBack(std::span<const NodeId> slabs) noexcept;

 private:
  static constexpr std::size_t kHugePage = 2u << 20;
  static constexpr std::size_t kSlabSize = kSlabNodes * sizeof(Node);

  void makeUsable();

  std::size_t reserved_ = 0;  // bytes of addresses from range_ on
  void* range_ = nullptr;
  Node* base_ = nullptr;
  std::size_t limit_ = 0;  // slabs
  bool is_huge_ = false;
  bool can_give_back_ = false;

  std::mutex mutex_;  // guards the following; taken under the lock of a shard
  std::vector<NodeId> free_;
  std::size_t taken_ = 0;   // slabs that were taken at least once
  std::size_t usable_ = 0;  // slabs that may be read and written
};

}  // namespace forage::memory
