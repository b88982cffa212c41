// Hash table of the nodes of one shard: open addressing with linear probing over slots of eight
// bytes. It holds part of each hash and the number of the node; keys are compared by the caller.
// Not thread-safe, but for prefetch().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace forage::memory {

/// Number of a node within its shard.
using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

class SlotTable {
 public:
  /// The node with this tag for which `isIt(node)`, or kNoNode.
  template <typename Predicate>
  [[nodiscard]] NodeId find(std::uint32_t tag, Predicate isIt) const {
    if (slots_.empty()) return kNoNode;
    for (std::size_t i = home(tag);; i = next(i)) {
      const Slot& slot = slots_[i];
      if (slot.node == kNoNode) return kNoNode;
      if (slot.tag == tag && isIt(slot.node)) return slot.node;
    }
  }

  /// Has the processor fetch what find() reads first. Thread-safe: a table that has just been
  /// replaced makes it useless, and nothing else.
  void prefetch(std::uint32_t tag) const noexcept {
    const std::uint64_t count = hint_count_.load(std::memory_order_relaxed);
    const std::uint64_t offset = ((tag * count) >> 32) * sizeof(Slot);
    __builtin_prefetch(
        reinterpret_cast<const void*>(hint_start_.load(std::memory_order_relaxed) + offset));
  }

  /// Whether grow() must come before the next insert().
  [[nodiscard]] bool isFull() const noexcept { return (size_ + 1) * 5 > slots_.size() * 4; }
  /// What grow() will occupy, while what bytes() says is still occupied too.
  [[nodiscard]] std::size_t bytesGrown() const noexcept { return grown() * sizeof(Slot); }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.size() * sizeof(Slot); }

  /// Makes room for more. Throws bad_alloc, changing nothing.
  void grow();
  /// REQUIRES: !isFull(), and no slot for `node` yet.
  void insert(std::uint32_t tag, NodeId node) noexcept;
  /// REQUIRES: a slot for `node` with this tag.
  void erase(std::uint32_t tag, NodeId node) noexcept;
  /// Forgets all and gives its memory back.
  void clear() noexcept;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    NodeId node = kNoNode;
  };

  /// Scales the tag to the table: any capacity will do, so that it can grow by a quarter, and
  /// slots stay nearly in order of their tags.
  [[nodiscard]] std::size_t home(std::uint32_t tag) const noexcept {
    return (std::uint64_t{tag} * slots_.size()) >> 32;
  }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept {
    return i + 1 == slots_.size() ? 0 : i + 1;
  }
  /// Steps from slot `from` on to slot `to`.
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return to >= from ? to - from : to + slots_.size() - from;
  }
  [[nodiscard]] std::size_t grown() const noexcept { return slots_.size() / 4 * 5 + 16; }

  void publish() noexcept;

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  // Where slots_ is, for those without the lock.
  std::atomic<std::uintptr_t> hint_start_{0};
  std::atomic<std::size_t> hint_count_{0};
};

}  // namespace forage::memory
