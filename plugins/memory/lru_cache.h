// A cache in memory: least recently used entries go first, bounded by bytes over all its shards
// together. Everything is counted: entries with keys and fields, nodes, tables. Entries are shared,
// so that a hit copies nothing. Thread-safe; does no I/O.
//
// Locks: one mutex a shard, held for a few hundred nanoseconds, never two at once, and never while
// something foreign runs (clock, visitor, destructor of an entry).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "budget.h"
#include "forage/cache.h"
#include "forage/clock.h"
#include "shard.h"

namespace forage::memory {

class LruCache final : public Cache {
 public:
  static constexpr std::size_t kMinSize = 64u << 10;

  /// Occupies at most `max_size` bytes. REQUIRES: max_size >= kMinSize. `clock` outlives the cache.
  LruCache(std::size_t max_size, const Clock& clock);

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override;
  void store(std::span<const Keep> items) override;
  std::size_t erase(std::span<const Key> keys) override;
  void scan(std::string_view pattern, const Visitor& visitor) override;
  [[nodiscard]] CacheStats stats() const noexcept override;

 private:
  struct alignas(64) Guarded {
    Guarded(Budget& budget, std::atomic<std::uint64_t>& oldest) noexcept : shard(budget, oldest) {}
    mutable std::mutex mutex;
    Shard shard;  // guarded by mutex
  };
  struct Place {
    std::size_t shard;
    std::uint32_t tag;
  };

  [[nodiscard]] Place placeOf(std::string_view key) const noexcept;
  [[nodiscard]] WallTime nowIfAnyExpire() const noexcept;
  [[nodiscard]] EntryPtr findOne(std::string_view key, WallTime now);
  [[nodiscard]] bool storeOne(const Keep& keep, WallTime now);
  [[nodiscard]] bool putOne(Item& item, std::size_t shard, WallTime now);
  bool eraseOne(std::string_view key, WallTime now);
  [[nodiscard]] bool makeRoom(std::size_t needed, WallTime now);
  [[nodiscard]] std::size_t shardOfOldest() const noexcept;
  [[nodiscard]] bool show(std::string_view pattern, const Seen& seen, const Visitor& visitor) const;

  const Clock& clock_;
  const std::uint64_t seed_;  // so that nobody can prepare keys that collide
  Budget budget_;
  /// Stores so far: the time in which use is measured.
  std::atomic<std::uint64_t> tick_{0};
  std::atomic<std::uint64_t> declined_{0};
  /// Whether an entry that expires was ever stored: without one, nobody asks for the time.
  std::atomic<bool> expires_{false};
  /// Of each shard, the tick of its entry that has not been used for longest: written under the
  /// shard's mutex and read without, as a hint where to make room.
  std::vector<std::atomic<std::uint64_t>> oldest_;
  std::vector<std::unique_ptr<Guarded>> shards_;
};

}  // namespace forage::memory
