// A cache in memory, bounded by bytes over all its shards together; which entries go first is for
// its Order to say. Everything is counted: entries with keys and fields, nodes, tables. Entries are
// shared, so that a hit copies nothing. Thread-safe; does no I/O.
//
// Locks: one a shard, held for a few hundred nanoseconds, never two at once, and never while
// something foreign runs (clock, visitor, destructor of an entry).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "budget.h"
#include "forage/cache.h"
#include "forage/clock.h"
#include "lru_order.h"
#include "s3_fifo_order.h"
#include "shard.h"

namespace forage::memory {

template <typename Order>
class MemoryCache final : public Cache {
 public:
  static constexpr std::size_t kMinSize = 64u << 10;

  /// Occupies at most `max_size` bytes. REQUIRES: max_size >= kMinSize. `clock` outlives the cache.
  MemoryCache(std::size_t max_size, const Clock& clock);

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override;
  void store(std::span<const Keep> items) override;
  std::size_t erase(std::span<const Key> keys) override;
  void scan(std::string_view pattern, const Visitor& visitor) override;
  [[nodiscard]] CacheStats stats() const noexcept override;

 private:
  struct Place {
    Shard<Order>* shard;
    std::uint32_t tag;
  };

  [[nodiscard]] Place placeOf(std::string_view key) const noexcept;
  [[nodiscard]] WallTime nowIfAnyExpire() const noexcept;
  [[nodiscard]] EntryPtr findAt(Place place, std::string_view key, WallTime now);
  void findSeveral(std::span<const Key> keys, std::span<EntryPtr> found, WallTime now);
  using Put = typename Shard<Order>::Put;

  [[nodiscard]] Put storeOne(const Keep& keep, WallTime now);
  [[nodiscard]] Put putOne(Item& item, Shard<Order>& shard, WallTime now);
  bool eraseOne(std::string_view key, WallTime now);
  [[nodiscard]] bool makeRoom(std::size_t needed, WallTime now);
  [[nodiscard]] bool show(std::string_view pattern, const Seen& seen, const Visitor& visitor) const;

  const Clock& clock_;
  const std::uint64_t seed_;  // so that nobody can prepare keys that collide
  /// Whether an entry that expires was ever stored: without one, nobody asks for the time.
  std::atomic<bool> expires_{false};
  // What stores write is apart from what look-ups read.
  alignas(64) Budget budget_;
  std::atomic<std::uint64_t> declined_{0};
  NodeArena arena_;
  typename Order::Shared shared_;
  alignas(64) std::vector<std::unique_ptr<Shard<Order>>> shards_;  // ended before what they use
};

using LruCache = MemoryCache<LruOrder>;
using S3FifoCache = MemoryCache<S3FifoOrder>;

}  // namespace forage::memory
