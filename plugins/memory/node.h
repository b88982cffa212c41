// One entry in the cache and its place in the order of its shard.
#pragma once

#include <cstdint>
#include <string_view>

#include "forage/clock.h"
#include "forage/entry.h"
#include "slot_table.h"

namespace forage::memory {

/// One cache line.
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

}  // namespace forage::memory
