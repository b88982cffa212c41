// Erases entries in batches, as a scan finds them, or only counts them. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "forage/cache.h"

namespace forage::app {

class KeyEraser {
 public:
  /// Whether an entry that was found shortly before it was to be erased shall live.
  using Spares = std::function<bool(const Entry&)>;

  /// With `dry_run` nothing is erased. `spares` may be empty. `cache` outlives the object.
  KeyEraser(Cache& cache, bool dry_run, Spares spares = {});

  /// Erases `key`, now or with others. Throws CacheError.
  void add(std::string_view key);
  /// Erases what waits. Throws CacheError.
  void finish();
  /// Entries that the cache says it has erased; in a dry run, those added.
  [[nodiscard]] std::uint64_t erased() const noexcept { return erased_; }

 private:
  void dropSpared();

  Cache& cache_;
  const bool dry_run_;
  const Spares spares_;
  std::vector<Key> waiting_;
  std::uint64_t erased_ = 0;
};

}  // namespace forage::app
