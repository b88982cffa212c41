// One part of the cache: the entries whose hashes lead here, in order of use. Not thread-safe: the
// cache guards each shard with its mutex. Nothing that is dropped is destroyed here; it is handed
// out, to be destroyed after the mutex has been released.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "budget.h"
#include "forage/cache.h"
#include "node_pool.h"
#include "slot_table.h"

namespace forage::memory {

/// What an entry holds besides itself, to be destroyed without a lock.
struct Dropped {
  EntryPtr entry;
  std::unique_ptr<const char[]> key;
};

/// One entry to put.
struct Item {
  std::string_view key;
  std::uint32_t tag = 0;
  const EntryPtr* entry = nullptr;
  std::unique_ptr<const char[]> own_key;  ///< a copy of `key`, where it is not the entry's own
  std::size_t charge = 0;
  WallTime expires{};
  bool only_if_absent = false;
};

/// One entry that a scan has come by.
struct Seen {
  EntryPtr entry;
  std::string own_key;  ///< empty where the key is the entry's own
  bool owns_key = false;
  WallTime expires{};

  [[nodiscard]] std::string_view key() const noexcept {
    return owns_key ? std::string_view(own_key) : std::string_view(entry->key());
  }
};

class Shard {
 public:
  enum class Put { kStored, kAlreadyThere, kNoRoom };
  static constexpr std::uint64_t kEmpty = UINT64_MAX;

  /// Keeps in `oldest` the tick of the entry that has not been used for longest, or kEmpty. What is
  /// passed outlives the shard.
  Shard(Budget& budget, std::atomic<std::uint64_t>& oldest) noexcept;
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// The entry under `key`, or null. It becomes the last to go, unless it became so less than
  /// `slack` ticks before `tick`.
  [[nodiscard]] EntryPtr find(std::string_view key, std::uint32_t tag, std::uint64_t tick,
                              std::uint64_t slack, WallTime now, Dropped& dropped);

  /// Keeps `item` within the budget. kNoRoom: `needed` bytes must become free first, and nothing
  /// has changed. Throws bad_alloc, changing nothing.
  [[nodiscard]] Put put(Item& item, std::uint64_t tick, WallTime now, Dropped& dropped,
                        std::size_t& needed);

  /// Drops the entry under `key`; false when there is none, or one that has expired.
  bool erase(std::string_view key, std::uint32_t tag, WallTime now, Dropped& dropped);

  /// Drops one entry to make room: an expired one if one is found at little cost, or else the one
  /// that has not been used for longest. False: there is none.
  bool dropOne(WallTime now, Dropped& dropped);

  /// Appends the entries among the `count` nodes from `from` on; returns where to go on, or
  /// kNoNode.
  [[nodiscard]] NodeId collect(NodeId from, NodeId count, std::vector<Seen>& seen) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// entries, hits, misses, stores, evictions and expired of this shard are added to `stats`.
  void addTo(CacheStats& stats) const noexcept;

 private:
  [[nodiscard]] NodeId lookUp(std::string_view key, std::uint32_t tag) const;
  [[nodiscard]] Put replace(NodeId id, Item& item, std::uint64_t tick, Dropped& dropped,
                            std::size_t& needed);
  [[nodiscard]] Put insert(Item& item, std::uint64_t tick, std::size_t& needed);
  [[nodiscard]] bool makeReady(std::size_t charge, std::size_t& needed);
  static void fill(Node& node, Item& item) noexcept;
  void drop(NodeId id, Dropped& dropped) noexcept;
  [[nodiscard]] bool dropExpired(WallTime now, Dropped& dropped) noexcept;
  void link(NodeId id, std::uint64_t tick) noexcept;
  void unlink(NodeId id) noexcept;
  void publishOldest() noexcept;
  void countMortal(const Node& node, std::size_t by) noexcept;

  Budget& budget_;
  std::atomic<std::uint64_t>& published_oldest_;
  SlotTable table_;
  NodePool nodes_;
  NodeId newest_ = kNoNode;
  NodeId oldest_ = kNoNode;
  NodeId sweep_ = 0;  // where the search for expired entries goes on
  std::size_t size_ = 0;
  std::size_t mortal_ = 0;  // entries that expire
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t stores_ = 0;
  std::uint64_t evictions_ = 0;
  std::uint64_t expired_ = 0;
};

}  // namespace forage::memory
