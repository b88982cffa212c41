// One part of the cache: the entries whose hashes lead here. Which of them go first is for the
// Order to say. Not thread-safe: whoever calls holds `lock`. Nothing that is dropped is destroyed
// here; it is handed out, to be destroyed after the lock has been released.
#pragma once

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
#include "spin_lock.h"

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

template <typename Order>
class Shard {
 public:
  enum class Put { kStored, kAlreadyThere, kNoRoom };

  static constexpr std::size_t kEnd = SIZE_MAX;

  /// What is passed outlives the shard, which is number `index` of those that share `shared`.
  Shard(Budget& budget, NodeArena& arena, typename Order::Shared& shared,
        std::size_t index) noexcept;
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  mutable SpinLock lock;  ///< guards all of this shard; here, beside what every look-up writes

  /// The entry under `key`, or null.
  [[nodiscard]] EntryPtr find(std::string_view key, std::uint32_t tag, WallTime now,
                              Dropped& dropped);

  /// Keeps `item` within the budget. kNoRoom: `needed` bytes must become free first, and nothing
  /// has changed. Throws bad_alloc, changing nothing.
  [[nodiscard]] Put put(Item& item, WallTime now, Dropped& dropped, std::size_t& needed);

  /// Drops the entry under `key`; false when there is none, or one that has expired.
  bool erase(std::string_view key, std::uint32_t tag, WallTime now, Dropped& dropped);

  /// Drops at most one entry to make room: an expired one if one is found at little cost, or else
  /// the one that is next by the order.
  void dropOne(typename Order::Choice choice, WallTime now, Dropped& dropped);

  /// Has the processor fetch what a look-up of `tag` reads: first, next and last, each somewhat
  /// later than the one before. The first needs no lock.
  void prefetchSlot(std::uint32_t tag) const noexcept { table_.prefetch(tag); }
  void prefetchNode(std::uint32_t tag) const noexcept;
  void prefetchEntry(std::uint32_t tag) const noexcept;

  /// Appends the entries at the `count` places from `from` on; returns where to go on, or kEnd.
  [[nodiscard]] std::size_t collect(std::size_t from, std::size_t count,
                                    std::vector<Seen>& seen) const;

  /// entries, hits, misses, stores, evictions and expired of this shard are added to `stats`.
  void addTo(CacheStats& stats) const noexcept;

 private:
  [[nodiscard]] NodeId lookUp(std::string_view key, std::uint32_t tag) const;
  [[nodiscard]] Put replace(NodeId id, Item& item, Dropped& dropped, std::size_t& needed);
  [[nodiscard]] Put insert(Item& item, std::size_t& needed);
  [[nodiscard]] bool makeReady(std::size_t charge, std::size_t& needed);
  static void fill(Node& node, Item& item) noexcept;
  void drop(NodeId id, Dropped& dropped) noexcept;
  [[nodiscard]] bool dropExpired(WallTime now, Dropped& dropped) noexcept;
  void countMortal(const Node& node, std::size_t by) noexcept;

  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::size_t size_ = 0;
  std::size_t mortal_ = 0;  // entries that expire
  std::uint64_t stores_ = 0;
  // What look-ups only read is apart, so that every processor may hold a copy of it.
  alignas(64) SlotTable table_;
  NodePool nodes_;
  alignas(64) Order order_;
  Budget& budget_;
  std::size_t sweep_ = 0;  // where the search for expired entries goes on
  std::uint64_t evictions_ = 0;
  std::uint64_t expired_ = 0;
};

}  // namespace forage::memory
