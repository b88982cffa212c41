#include "store/tiered_cache.h"

#include <algorithm>
#include <utility>

#include "forage/error.h"
#include "model/text_hash.h"

namespace forage::store {

TieredCache::TieredCache(std::unique_ptr<Cache> near, std::unique_ptr<Cache> far,
                         const Clock& clock)
    : near_(std::move(near)), far_(std::move(far)), clock_(clock) {
  if (Leases* leases = far_->leases()) {
    leases_.emplace(*leases, [this](const Key& key) { drop(key); });
  }
}

TieredCache::~TieredCache() {
  try {
    far_->watch(nullptr);
  } catch (const CacheError&) {
    // It tells nobody anything then; and it ends now.
  }
}

void TieredCache::find(std::span<const Key> keys, std::span<EntryPtr> found) {
  if (!isTrusted()) return far_->find(keys, found);
  near_->find(keys, found);
  const auto missed = static_cast<std::size_t>(std::ranges::count(found, nullptr));
  if (missed == 0) return;
  if (missed == keys.size()) return findFar(keys, found);
  std::vector<Key> missing;
  missing.reserve(missed);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] == nullptr) missing.push_back(keys[i]);
  }
  std::vector<EntryPtr> brought(missed);
  findFar(missing, brought);
  for (std::size_t i = 0, next = 0; i < keys.size(); ++i) {
    if (found[i] == nullptr) found[i] = std::move(brought[next++]);
  }
}

void TieredCache::findFar(std::span<const Key> keys, std::span<EntryPtr> found) {
  std::vector<Stamp> stamps;
  stamps.reserve(keys.size());
  for (const Key& key : keys) stamps.push_back(stampOf(key));
  far_->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] != nullptr) copy(keys[i], found[i], stamps[i]);
  }
}

void TieredCache::copy(const Key& key, const EntryPtr& entry, Stamp stamp) {
  const Millis lifetime = lifetimeUntil(entry->expires(), clock_.wallNow());
  if (lifetime <= Millis::zero()) return;
  const Keep item{key, entry, lifetime, false};
  Shard& shard = shardOf(key);
  const std::lock_guard lock(shard.mutex);
  if (isCurrent(shard, stamp)) near_->store({&item, 1});
}

void TieredCache::store(std::span<const Keep> items) {
  if (never_told_.load()) return far_->store(items);
  std::vector<Stamp> stamps;
  stamps.reserve(items.size());
  for (const Keep& item : items) stamps.push_back(stampOf(item.key));
  try {
    far_->store(items);
  } catch (...) {
    for (const Keep& item : items) drop(item.key);
    throw;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    // Whether the far cache took what it was to keep only if absent is not known.
    if (items[i].only_if_absent) {
      drop(items[i].key);
    } else {
      put(items[i], stamps[i]);
    }
  }
}

// Whoever changed the same key meanwhile may have been before us or after us.
void TieredCache::put(const Keep& item, Stamp stamp) {
  Shard& shard = shardOf(item.key);
  const std::lock_guard lock(shard.mutex);
  const bool current = isCurrent(shard, stamp);
  shard.changes.fetch_add(1);
  if (current) {
    near_->store({&item, 1});
  } else {
    near_->erase({&item.key, 1});
  }
}

std::size_t TieredCache::erase(std::span<const Key> keys) {
  std::size_t erased = 0;
  try {
    erased = far_->erase(keys);
  } catch (...) {
    for (const Key& key : keys) drop(key);
    throw;
  }
  for (const Key& key : keys) drop(key);
  return erased;
}

// What was read before is not put in after.
void TieredCache::drop(const Key& key) {
  Shard& shard = shardOf(key);
  const std::lock_guard lock(shard.mutex);
  shard.changes.fetch_add(1);
  near_->erase({&key, 1});
}

void TieredCache::scan(std::string_view pattern, const Visitor& visitor) {
  far_->scan(pattern, visitor);
}

void TieredCache::inspect(std::string_view pattern, const Visitor& visitor) {
  far_->inspect(pattern, visitor);
}

CacheStats TieredCache::stats() const noexcept {
  const CacheStats near = near_->stats();
  CacheStats stats = far_->stats();
  stats.hits += near.hits;
  stats.more.emplace_back("near_hits", near.hits);
  stats.more.emplace_back("near_bytes", near.bytes);
  return stats;
}

Leases* TieredCache::leases() noexcept { return leases_ ? &*leases_ : nullptr; }

void TieredCache::flush() {
  far_->flush();
  near_->flush();
}

bool TieredCache::watch(ChangeListener* listener) {
  const std::lock_guard lock(watching_);
  if (listener != listener_) {
    far_->watch(nullptr);  // so that nobody reads listener_
    listener_ = listener;
    epoch_.fetch_add(1);  // nobody told of what has changed since
  }
  // The memory goes on by itself: the next find() asks.
  return listener == nullptr ? !never_told_.load() : askToWatch();
}

void TieredCache::changed(std::span<const Key> keys) noexcept {
  for (const Key& key : keys) drop(key);
  if (listener_ != nullptr) listener_->changed(keys);
}

void TieredCache::allChanged() noexcept {
  epoch_.fetch_add(1);
  if (listener_ != nullptr) listener_->allChanged();
}

bool TieredCache::isTrusted() {
  return trusted_.load() == epoch_.load() || (!never_told_.load() && regainTrust());
}

// Once in each epoch one thread asks whether changes are told; the others go without a memory
// meanwhile.
bool TieredCache::regainTrust() {
  const std::unique_lock lock(watching_, std::try_to_lock);
  if (!lock) return false;
  const std::uint64_t epoch = epoch_.load();
  if (trusted_.load() == epoch) return true;
  if (asked_ == epoch) return false;
  asked_ = epoch;
  try {
    if (!askToWatch()) return false;
  } catch (const CacheError&) {
    return false;  // allChanged() begins another epoch when they are
  }
  emptyNear();
  trusted_.store(epoch);
  return epoch_.load() == epoch;
}

bool TieredCache::askToWatch() {
  const bool told = far_->watch(this);
  if (!told) never_told_.store(true);
  return told;
}

void TieredCache::emptyNear() {
  // Whoever began to put something in before this epoch has done so.
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
  }
  near_->scan("*", [this](const Scanned& seen) {
    const Key key(seen.key);
    near_->erase({&key, 1});
    return true;
  });
}

TieredCache::Shard& TieredCache::shardOf(std::string_view key) noexcept {
  return shards_[textHash(key) % kShards];
}

TieredCache::Stamp TieredCache::stampOf(std::string_view key) noexcept {
  const std::uint64_t epoch = epoch_.load();
  return {epoch, shardOf(key).changes.load()};
}

bool TieredCache::isCurrent(const Shard& shard, Stamp stamp) const noexcept {
  return shard.changes.load() == stamp.changes && trusted_.load() == stamp.epoch &&
         epoch_.load() == stamp.epoch;
}

}  // namespace forage::store
