// The nodes of one shard, in slabs of an arena that all shards share, so that each costs its own
// size and nothing more. A node is named by its number in the arena; its place says where it stands
// among those of the shard, in use and free. Not thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "node.h"
#include "node_arena.h"

namespace forage::memory {

class NodePool {
 public:
  static constexpr std::size_t kSlabBytes = NodeArena::kSlabBytes;

  /// `arena` outlives the pool.
  explicit NodePool(NodeArena& arena) noexcept : base_(arena.base()), arena_(arena) {}
  ~NodePool() { clear(); }
  NodePool(const NodePool&) = delete;
  NodePool& operator=(const NodePool&) = delete;

  [[nodiscard]] Node& operator[](NodeId id) noexcept { return base_[id]; }
  [[nodiscard]] const Node& operator[](NodeId id) const noexcept { return base_[id]; }

  /// Whether grow() must come before the next take().
  [[nodiscard]] bool isFull() const noexcept { return free_ == kNoNode; }
  /// Nodes there are, in use and free; their places are below this.
  [[nodiscard]] std::size_t capacity() const noexcept {
    return slabs_.size() * NodeArena::kSlabNodes;
  }
  [[nodiscard]] NodeId at(std::size_t place) const noexcept {
    return slabs_[place / NodeArena::kSlabNodes] +
           static_cast<NodeId>(place % NodeArena::kSlabNodes);
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return slabs_.size() * kSlabBytes; }

  /// Adds a slab. Throws bad_alloc, changing nothing.
  void grow();
  /// REQUIRES: !isFull().
  [[nodiscard]] NodeId take() noexcept;
  /// REQUIRES: the node's entry has been moved out.
  void giveBack(NodeId id) noexcept;
  /// Destroys all nodes and gives their memory back.
  void clear() noexcept;

 private:
  Node* const base_;
  NodeArena& arena_;
  std::vector<NodeId> slabs_;
  NodeId free_ = kNoNode;
};

}  // namespace forage::memory
