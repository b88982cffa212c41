// What a cache is owed that was away, or full: keys whose entries the fallback holds for it, and
// keys that are still to be erased there. Keys alone, and no more of them than fit. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forage/cache.h"
#include "forage/metrics.h"

namespace forage::store {

class Debts {
 public:
  /// Beyond this the oldest entries are forgotten; the fallback has dropped most of them too.
  static constexpr std::size_t kMaxBytes = 64u << 20;
  /// What a key occupies beside its characters: itself, and its places in the order and the index.
  static constexpr std::size_t kPerKey = sizeof(Key) + 96;

  /// `lost` counts entries that are forgotten, each once, and outlives this.
  explicit Debts(Counter& lost, std::size_t max_bytes = kMaxBytes) noexcept
      : lost_(lost), max_bytes_(max_bytes) {}

  /// The entry of `key` is to be stored: the newest, once, however often this is called.
  void oweStore(const Key& key);
  [[nodiscard]] bool hasStores() const noexcept { return store_count_.load() > 0; }
  /// Takes up to `most` keys of entries to be stored, the oldest first.
  std::vector<Key> takeStores(std::size_t most);

  /// The entries of `keys` are not to be stored any more, nor to be offered again: they have been
  /// erased since.
  void cancelStores(std::span<const Key> keys);

  /// `keys` are to be erased. They have room before entries: these cost a request, an erasure that
  /// is forgotten leaves an entry where there is to be none. Returns how many found no room.
  std::size_t oweErasures(std::span<const Key> keys);
  [[nodiscard]] bool hasErasures() const;
  /// All keys to be erased, the oldest first. They stay owed until paidErasures().
  [[nodiscard]] std::vector<Key> erasures() const;
  /// The first of erasures(), as many as `keys`, have been erased.
  void paidErasures(std::span<const Key> keys);

  /// Remembers what the cache has declined, which it is not owed yet. Returns whether it is the
  /// first.
  bool remember(std::span<const Keep> declined);
  /// Owes what has been declined.
  void oweDeclined();

 private:
  using Order = std::list<Key>;

  void oweStoreLocked(Key key);
  Key take(Order::iterator at);

  Counter& lost_;
  const std::size_t max_bytes_;
  std::atomic<std::size_t> store_count_{0};

  mutable std::mutex mutex_;  // guards what follows; innermost
  Order stores_;              // the oldest first
  std::unordered_map<std::string_view, Order::iterator>
      places_;  // in stores_, whose keys these are
  std::vector<Key> erasures_;
  std::size_t owed_bytes_ = 0;  // of both
  std::set<Key> declined_;
  std::size_t declined_bytes_ = 0;
};

}  // namespace forage::store
