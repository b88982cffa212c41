#include "slot_table.h"

#include <utility>

namespace forage::memory {

void SlotTable::grow() {
  std::vector<Slot> old(grown());
  old.swap(slots_);
  publish();
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.node != kNoNode) insert(slot.tag, slot.node);
  }
}

void SlotTable::insert(std::uint32_t tag, NodeId node) noexcept {
  std::size_t i = home(tag);
  while (slots_[i].node != kNoNode) i = next(i);
  slots_[i] = {tag, node};
  ++size_;
}

void SlotTable::erase(std::uint32_t tag, NodeId node) noexcept {
  std::size_t hole = home(tag);
  while (slots_[hole].node != node) hole = next(hole);
  // Closes the gap with whatever may move back into it, so that no tombstones gather.
  for (std::size_t i = next(hole); slots_[i].node != kNoNode; i = next(i)) {
    if (distance(home(slots_[i].tag), i) < distance(hole, i)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = Slot{};
  --size_;
}

void SlotTable::clear() noexcept {
  std::vector<Slot>().swap(slots_);
  publish();
  size_ = 0;
}

void SlotTable::publish() noexcept {
  hint_start_.store(reinterpret_cast<std::uintptr_t>(slots_.data()), std::memory_order_relaxed);
  hint_count_.store(slots_.size(), std::memory_order_relaxed);
}

}  // namespace forage::memory
