#include "memory_cache.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
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
/// Nodes that a scan looks at under one lock.
constexpr std::size_t kScanStep = 64;
/// Look-ups whose memory is fetched side by side.
constexpr std::size_t kLookUpsAtOnce = 16;

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

template <typename Order>
MemoryCache<Order>::MemoryCache(std::size_t max_size, const Clock& clock)
    : clock_(clock),
      seed_(randomSeed()),
      budget_(max_size),
      arena_(max_size),
      shared_(shardCount(max_size), budget_),
      shards_(shardCount(max_size)) {
  const std::size_t each = sizeof(Shard<Order>) + sizeof(void*) + Order::Shared::kBytesPerShard;
  (void)budget_.tryReserve(sizeof(MemoryCache) + shards_.size() * each + arena_.slackBytes());
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i] = std::make_unique<Shard<Order>>(budget_, arena_, shared_, i);
  }
}

template <typename Order>
typename MemoryCache<Order>::Place MemoryCache<Order>::placeOf(
    std::string_view key) const noexcept {
  const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), seed_);
  return {shards_[(hash >> 32) & (shards_.size() - 1)].get(), static_cast<std::uint32_t>(hash)};
}

template <typename Order>
WallTime MemoryCache<Order>::nowIfAnyExpire() const noexcept {
  return expires_.load(std::memory_order_acquire) ? clock_.wallNow() : WallTime::min();
}

template <typename Order>
void MemoryCache<Order>::find(std::span<const Key> keys, std::span<EntryPtr> found) {
  const WallTime now = nowIfAnyExpire();
  if (keys.size() == 1) {
    found[0] = findAt(placeOf(keys[0]), keys[0], now);
    return;
  }
  for (std::size_t i = 0; i < keys.size(); i += kLookUpsAtOnce) {
    const std::size_t count = std::min(kLookUpsAtOnce, keys.size() - i);
    findSeveral(keys.subspan(i, count), found.subspan(i, count), now);
  }
}

/// A look-up waits for memory again and again: for the slot, the node, the entry and its key. Here
/// the waits of all are one.
template <typename Order>
void MemoryCache<Order>::findSeveral(std::span<const Key> keys, std::span<EntryPtr> found,
                                     WallTime now) {
  std::array<Place, kLookUpsAtOnce> places;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    places[i] = placeOf(keys[i]);
    places[i].shard->prefetchSlot(places[i].tag);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::lock_guard lock(places[i].shard->lock);
    places[i].shard->prefetchNode(places[i].tag);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::lock_guard lock(places[i].shard->lock);
    places[i].shard->prefetchEntry(places[i].tag);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) found[i] = findAt(places[i], keys[i], now);
}

template <typename Order>
EntryPtr MemoryCache<Order>::findAt(Place place, std::string_view key, WallTime now) {
  Dropped dropped;  // destroyed after the lock, as everywhere here
  place.shard->prefetchSlot(place.tag);
  const std::lock_guard lock(place.shard->lock);
  return place.shard->find(key, place.tag, now, dropped);
}

template <typename Order>
void MemoryCache<Order>::store(std::span<const Keep> items) {
  const bool any = std::any_of(items.begin(), items.end(),
                               [](const Keep& item) { return item.lifetime != kForever; });
  if (any) expires_.store(true, std::memory_order_release);
  const WallTime now = nowIfAnyExpire();
  for (const Keep& item : items) {
    if (storeOne(item, now) != Put::kNoRoom) continue;
    declined_.fetch_add(1, std::memory_order_relaxed);
    // What was to be replaced must not outlive its replacement.
    if (!item.only_if_absent) eraseOne(item.key, now);
  }
}

template <typename Order>
typename MemoryCache<Order>::Put MemoryCache<Order>::storeOne(const Keep& keep, WallTime now) {
  const Place place = placeOf(keep.key);
  place.shard->prefetchSlot(place.tag);
  Item item;
  item.key = keep.key;
  item.entry = &keep.entry;
  item.charge = keep.entry->footprint() + kControlBlock;
  const bool own_key = keep.key != keep.entry->key();
  if (own_key) item.charge += keep.key.size() + kKeyOverhead;
  if (item.charge > budget_.limit() / kMaxPart || keep.lifetime <= Millis::zero()) {
    return Put::kNoRoom;
  }
  if (own_key) item.own_key = copyOf(keep.key);
  item.expires = expiryOf(keep.lifetime, now);
  item.only_if_absent = keep.only_if_absent;
  item.tag = place.tag;
  return putOne(item, *place.shard, now);
}

template <typename Order>
typename MemoryCache<Order>::Put MemoryCache<Order>::putOne(Item& item, Shard<Order>& shard,
                                                            WallTime now) {
  while (true) {
    std::size_t needed = 0;
    Put put{};
    Dropped dropped;
    {
      const std::lock_guard lock(shard.lock);
      put = shard.put(item, now, dropped, needed);
    }
    if (put != Put::kNoRoom || !makeRoom(needed, now)) return put;
  }
}

/// Drops entries, wherever they are, until `needed` bytes are free; false when there are none left
/// to drop.
template <typename Order>
bool MemoryCache<Order>::makeRoom(std::size_t needed, WallTime now) {
  while (!budget_.hasRoomFor(needed)) {
    const typename Order::Choice choice = shared_.choose();
    if (choice.shard == shards_.size()) return false;
    Shard<Order>& shard = *shards_[choice.shard];
    Dropped dropped;
    const std::lock_guard lock(shard.lock);
    shard.dropOne(choice, now, dropped);
  }
  return true;
}

template <typename Order>
std::size_t MemoryCache<Order>::erase(std::span<const Key> keys) {
  const WallTime now = nowIfAnyExpire();
  std::size_t erased = 0;
  for (const Key& key : keys) erased += eraseOne(key, now) ? 1 : 0;
  return erased;
}

template <typename Order>
bool MemoryCache<Order>::eraseOne(std::string_view key, WallTime now) {
  const Place place = placeOf(key);
  Dropped dropped;
  const std::lock_guard lock(place.shard->lock);
  return place.shard->erase(key, place.tag, now, dropped);
}

template <typename Order>
void MemoryCache<Order>::scan(std::string_view pattern, const Visitor& visitor) {
  std::vector<Seen> seen;
  seen.reserve(kScanStep);
  for (const auto& shard : shards_) {
    for (std::size_t next = 0; next != Shard<Order>::kEnd;) {
      seen.clear();
      {
        const std::lock_guard lock(shard->lock);
        next = shard->collect(next, kScanStep, seen);
      }
      for (const Seen& one : seen) {
        if (!show(pattern, one, visitor)) return;
      }
    }
  }
}

template <typename Order>
bool MemoryCache<Order>::show(std::string_view pattern, const Seen& seen,
                              const Visitor& visitor) const {
  if (!matchesGlob(pattern, seen.key())) return true;
  if (seen.expires == WallTime::max()) return visitor({seen.key(), seen.entry, kForever});
  const WallTime now = clock_.wallNow();
  return seen.expires <= now || visitor({seen.key(), seen.entry, seen.expires - now});
}

template <typename Order>
CacheStats MemoryCache<Order>::stats() const noexcept {
  CacheStats stats;
  stats.bytes = budget_.used();
  stats.capacity = budget_.limit();
  stats.declined = declined_.load(std::memory_order_relaxed);
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->lock);
    shard->addTo(stats);
  }
  return stats;
}

template class MemoryCache<LruOrder>;
template class MemoryCache<S3FifoOrder>;

}  // namespace forage::memory
