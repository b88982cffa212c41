#include "node_pool.h"

#include <memory>

namespace forage::memory {

namespace {

constexpr NodeId kAhead = 8;

}  // namespace

void NodePool::grow() {
  slabs_.push_back(0);
  try {
    slabs_.back() = arena_.take();
  } catch (...) {
    slabs_.pop_back();
    throw;
  }
  const NodeId first = slabs_.back();
  for (NodeId id = first + NodeArena::kSlabNodes; id-- > first;) {
    std::construct_at(base_ + id);
    giveBack(id);
  }
}

NodeId NodePool::take() noexcept {
  const NodeId id = free_;
  free_ = (*this)[id].older;
  return id;
}

void NodePool::giveBack(NodeId id) noexcept {
  Node& node = (*this)[id];
  node = Node{};
  node.older = free_;
  free_ = id;
}

void NodePool::clear() noexcept {
  for (const NodeId slab : slabs_) {
    for (NodeId id = slab; id != slab + NodeArena::kSlabNodes; ++id) {
      // Entries lie all over the memory: the next ones are fetched while this one is destroyed.
      if (id + kAhead < slab + NodeArena::kSlabNodes) {
        __builtin_prefetch(base_[id + kAhead].entry.get());
      }
      std::destroy_at(base_ + id);
    }
  }
  arena_.giveBack(slabs_);
  std::vector<NodeId>().swap(slabs_);
  free_ = kNoNode;
}

}  // namespace forage::memory
