#include "lru_cache.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <random>
#include <utility>

#include "forage/glob.h"

namespace forage::memory {

namespace {

constexpr std::size_t kMaxShards = 64;
/// A shard of less than this is not worth its slabs.
constexpr std::size_t kMinShardSize = 1u << 20;
/// One entry may take this part of the budget; a larger one is declined, for it would push out
/// most of what is there.
constexpr std::size_t kMaxPart = 2;
/// Control block of an EntryPtr made by make_shared.
constexpr std::size_t kControlBlock = 16;
/// What the allocator adds to a copied key.
constexpr std::size_t kKeyOverhead = 16;
/// A hit moves its entry to the front unless less than this part of the entries has been stored
/// since it was moved last: exact where it matters, and hot entries are not written to all the
/// time.
constexpr std::size_t kSlackPart = 16;
/// Nodes that a scan looks at under one lock.
constexpr NodeId kScanStep = 64;

std::size_t shardCount(std::size_t max_size) noexcept {
  return std::bit_floor(std::clamp<std::size_t>(max_size / kMinShardSize, 1, kMaxShards));
}

std::uint64_t randomSeed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

std::unique_ptr<const char[]> copyOf(std::string_view text) {
  // Never of size 0: even an empty key needs an address of its own.
  auto copy = std::make_unique<char[]>(text.size() + 1);
  text.copy(copy.get(), text.size());
  return copy;
}

WallTime expiryOf(Millis lifetime, WallTime now) noexcept {
  return lifetime == kForever ? WallTime::max() : saturatingAdd(now, lifetime);
}

}  // namespace

LruCache::LruCache(std::size_t max_size, const Clock& clock)
    : clock_(clock), seed_(randomSeed()), budget_(max_size), oldest_(shardCount(max_size)) {
  const std::size_t each = sizeof(Guarded) + sizeof(void*) + sizeof(std::uint64_t);
  (void)budget_.tryReserve(sizeof(LruCache) + oldest_.size() * each);
  shards_.reserve(oldest_.size());
  for (std::atomic<std::uint64_t>& oldest : oldest_) {
    shards_.push_back(std::make_unique<Guarded>(budget_, oldest));
  }
}

LruCache::Place LruCache::placeOf(std::string_view key) const noexcept {
  const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), seed_);
  return {(hash >> 32) & (shards_.size() - 1), static_cast<std::uint32_t>(hash)};
}

WallTime LruCache::nowIfAnyExpire() const noexcept {
  return expires_.load(std::memory_order_acquire) ? clock_.wallNow() : WallTime::min();
}

void LruCache::find(std::span<const Key> keys, std::span<EntryPtr> found) {
  const WallTime now = nowIfAnyExpire();
  for (std::size_t i = 0; i < keys.size(); ++i) found[i] = findOne(keys[i], now);
}

EntryPtr LruCache::findOne(std::string_view key, WallTime now) {
  const Place place = placeOf(key);
  const std::uint64_t tick = tick_.load(std::memory_order_relaxed);
  Guarded& guarded = *shards_[place.shard];
  Dropped dropped;  // destroyed after the lock, as everywhere here
  const std::lock_guard lock(guarded.mutex);
  const std::uint64_t slack = guarded.shard.size() * shards_.size() / kSlackPart;
  return guarded.shard.find(key, place.tag, tick, slack, now, dropped);
}

void LruCache::store(std::span<const Keep> items) {
  const bool any = std::any_of(items.begin(), items.end(),
                               [](const Keep& item) { return item.lifetime != kForever; });
  if (any) expires_.store(true, std::memory_order_release);
  const WallTime now = nowIfAnyExpire();
  for (const Keep& item : items) {
    if (storeOne(item, now)) continue;
    declined_.fetch_add(1, std::memory_order_relaxed);
    // What was to be replaced must not outlive its replacement.
    if (!item.only_if_absent) eraseOne(item.key, now);
  }
}

bool LruCache::storeOne(const Keep& keep, WallTime now) {
  Item item;
  item.key = keep.key;
  item.entry = &keep.entry;
  item.charge = keep.entry->footprint() + kControlBlock;
  const bool own_key = keep.key != keep.entry->key();
  if (own_key) item.charge += keep.key.size() + kKeyOverhead;
  if (item.charge > budget_.limit() / kMaxPart || keep.lifetime <= Millis::zero()) return false;
  if (own_key) item.own_key = copyOf(keep.key);
  item.expires = expiryOf(keep.lifetime, now);
  item.only_if_absent = keep.only_if_absent;
  const Place place = placeOf(keep.key);
  item.tag = place.tag;
  return putOne(item, place.shard, now);
}

bool LruCache::putOne(Item& item, std::size_t shard, WallTime now) {
  const std::uint64_t tick = tick_.fetch_add(1, std::memory_order_relaxed) + 1;
  Guarded& guarded = *shards_[shard];
  while (true) {
    std::size_t needed = 0;
    Shard::Put put{};
    Dropped dropped;
    {
      const std::lock_guard lock(guarded.mutex);
      put = guarded.shard.put(item, tick, now, dropped, needed);
    }
    if (put != Shard::Put::kNoRoom) return put == Shard::Put::kStored;
    if (!makeRoom(needed, now)) return false;
  }
}

/// Drops entries, wherever they are, until `needed` bytes are free; false when there are none left
/// to drop.
bool LruCache::makeRoom(std::size_t needed, WallTime now) {
  while (!budget_.hasRoomFor(needed)) {
    const std::size_t shard = shardOfOldest();
    if (shard == shards_.size()) return false;
    Dropped dropped;
    const std::lock_guard lock(shards_[shard]->mutex);
    shards_[shard]->shard.dropOne(now, dropped);
  }
  return true;
}

/// The number of shards when all are empty.
std::size_t LruCache::shardOfOldest() const noexcept {
  std::uint64_t least = Shard::kEmpty;
  std::size_t shard = shards_.size();
  for (std::size_t i = 0; i < oldest_.size(); ++i) {
    const std::uint64_t tick = oldest_[i].load(std::memory_order_relaxed);
    if (tick >= least) continue;
    least = tick;
    shard = i;
  }
  return shard;
}

std::size_t LruCache::erase(std::span<const Key> keys) {
  const WallTime now = nowIfAnyExpire();
  std::size_t erased = 0;
  for (const Key& key : keys) erased += eraseOne(key, now) ? 1 : 0;
  return erased;
}

bool LruCache::eraseOne(std::string_view key, WallTime now) {
  const Place place = placeOf(key);
  Guarded& guarded = *shards_[place.shard];
  Dropped dropped;
  const std::lock_guard lock(guarded.mutex);
  return guarded.shard.erase(key, place.tag, now, dropped);
}

void LruCache::scan(std::string_view pattern, const Visitor& visitor) {
  std::vector<Seen> seen;
  seen.reserve(kScanStep);
  for (const std::unique_ptr<Guarded>& guarded : shards_) {
    for (NodeId next = 0; next != kNoNode;) {
      seen.clear();
      {
        const std::lock_guard lock(guarded->mutex);
        next = guarded->shard.collect(next, kScanStep, seen);
      }
      for (const Seen& one : seen) {
        if (!show(pattern, one, visitor)) return;
      }
    }
  }
}

bool LruCache::show(std::string_view pattern, const Seen& seen, const Visitor& visitor) const {
  if (!matchesGlob(pattern, seen.key())) return true;
  if (seen.expires == WallTime::max()) return visitor({seen.key(), seen.entry, kForever});
  const WallTime now = clock_.wallNow();
  return seen.expires <= now || visitor({seen.key(), seen.entry, seen.expires - now});
}

CacheStats LruCache::stats() const noexcept {
  CacheStats stats;
  stats.bytes = budget_.used();
  stats.capacity = budget_.limit();
  stats.declined = declined_.load(std::memory_order_relaxed);
  for (const std::unique_ptr<Guarded>& guarded : shards_) {
    const std::lock_guard lock(guarded->mutex);
    guarded->shard.addTo(stats);
  }
  return stats;
}

}  // namespace forage::memory
