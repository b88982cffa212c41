#include "node_pool.h"

#include <utility>

namespace forage::memory {

void NodePool::grow() {
  const NodeId first = capacity();
  slabs_.push_back(std::make_unique<Node[]>(kSlabNodes));
  for (NodeId id = first + kSlabNodes; id-- > first;) giveBack(id);
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
  std::vector<std::unique_ptr<Node[]>>().swap(slabs_);
  free_ = kNoNode;
}

}  // namespace forage::memory
