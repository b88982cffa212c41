// The nodes of one shard, in slabs, so that each costs its own size and nothing more, and is named
// by 32 bits. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "slot_table.h"

namespace forage::memory {

/// An entry and its place in the order of its shard: one cache line.
struct alignas(64) Node {
  EntryPtr entry;             ///< null: the node is free
  const char* key = nullptr;  ///< the entry's own, or else a copy that the node owns
  std::uint32_t key_size = 0;
  std::uint32_t tag = 0;
  NodeId newer = kNoNode;
  NodeId older = kNoNode;         ///< of a free node: the next free one
  std::uint64_t charge : 60 = 0;  ///< bytes that entry and copied key count for
  std::uint64_t visits : 2 = 0;   ///< for the order of the shard, as are the next two
  std::uint64_t is_main : 1 = 0;
  std::uint64_t since = 0;  ///< tick of its place in its list
  WallTime expires{};

  [[nodiscard]] std::string_view keyView() const noexcept { return {key, key_size}; }
  [[nodiscard]] bool ownsKey() const noexcept { return key != entry->key().data(); }
};
static_assert(sizeof(Node) == 64);

class NodePool {
 public:
  static constexpr std::size_t kSlabNodes = 64;
  /// A slab, its pointer in a vector that grows by half, and the allocator's own word.
  static constexpr std::size_t kSlabBytes = kSlabNodes * sizeof(Node) + 2 * sizeof(void*) + 16;

  [[nodiscard]] Node& operator[](NodeId id) noexcept {
    return slabs_[id / kSlabNodes][id % kSlabNodes];
  }
  [[nodiscard]] const Node& operator[](NodeId id) const noexcept {
    return slabs_[id / kSlabNodes][id % kSlabNodes];
  }

  /// Whether grow() must come before the next take().
  [[nodiscard]] bool isFull() const noexcept { return free_ == kNoNode; }
  /// Nodes there are, in use and free; their ids are below this.
  [[nodiscard]] NodeId capacity() const noexcept {
    return static_cast<NodeId>(slabs_.size() * kSlabNodes);
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return slabs_.size() * kSlabBytes; }

  /// Adds a slab. Throws bad_alloc, changing nothing.
  void grow();
  /// REQUIRES: !isFull().
  [[nodiscard]] NodeId take() noexcept;
  /// REQUIRES: the node's entry has been moved out.
  void giveBack(NodeId id) noexcept;
  /// Gives all memory back. REQUIRES: no node in use.
  void clear() noexcept;

 private:
  std::vector<std::unique_ptr<Node[]>> slabs_;
  NodeId free_ = kNoNode;
};

}  // namespace forage::memory
