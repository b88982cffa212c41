// The age of the oldest node of each shard's list, read without any lock to find out where room is
// made. Thread-safe; what it says may be outdated by the time it is used.
#pragma once

#include <cstddef>
#include <vector>

#include "node_list.h"

namespace forage::memory {

class Ages {
 public:
  explicit Ages(std::size_t shards) : ages_(shards) {
    for (PublishedAge& age : ages_) age.store(NodeList::kEmpty, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t size() const noexcept { return ages_.size(); }
  [[nodiscard]] PublishedAge& operator[](std::size_t shard) noexcept { return ages_[shard]; }

  /// The shard whose list has the oldest node; size() when all lists are empty.
  [[nodiscard]] std::size_t oldest() const noexcept {
    std::uint64_t least = NodeList::kEmpty;
    std::size_t shard = ages_.size();
    for (std::size_t i = 0; i < ages_.size(); ++i) {
      const std::uint64_t tick = ages_[i].load(std::memory_order_relaxed);
      if (tick >= least) continue;
      least = tick;
      shard = i;
    }
    return shard;
  }

 private:
  std::vector<PublishedAge> ages_;
};

}  // namespace forage::memory
