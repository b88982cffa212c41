// A memory in front of a cache that does I/O: what was found there once is found here, until it is
// told to have changed. Nothing is kept here while the cache behind cannot tell of changes, so that
// no answer is older than the news of its end. Thread-safe.
//
// Each copy is guarded by a number of its shard, which counts changes, and by the epoch, which
// counts losses of sight: a copy that was read before either moved on is not put in. What is in
// front is trusted in the epoch in which it was emptied, and in no other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "forage/cache.h"
#include "forage/clock.h"
#include "store/tiered_leases.h"

namespace forage::store {

class TieredCache final : public Cache, private ChangeListener {
 public:
  /// `clock` outlives it. REQUIRES: near->answersWithoutIo(); nobody else uses either cache, or
  /// watches the far one.
  TieredCache(std::unique_ptr<Cache> near, std::unique_ptr<Cache> far, const Clock& clock);
  ~TieredCache() override;
  TieredCache(const TieredCache&) = delete;
  TieredCache& operator=(const TieredCache&) = delete;

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override;
  void store(std::span<const Keep> items) override;
  std::size_t erase(std::span<const Key> keys) override;
  void scan(std::string_view pattern, const Visitor& visitor) override;
  void inspect(std::string_view pattern, const Visitor& visitor) override;
  /// Those of the far cache, with the near hits among the hits; "near_hits" and "near_bytes" beside
  /// them.
  [[nodiscard]] CacheStats stats() const noexcept override;
  void flush() override;
  [[nodiscard]] Leases* leases() noexcept override;
  bool watch(ChangeListener* listener) override;

 private:
  static constexpr std::size_t kShards = 64;

  /// Keys of one hash. The lock is held while the near cache is asked for one of them, which does
  /// no I/O and calls nobody; never two at once.
  struct alignas(64) Shard {
    std::mutex mutex;
    std::atomic<std::uint64_t> changes{0};  // written under the mutex
  };
  /// When something was read from the far cache.
  struct Stamp {
    std::uint64_t epoch;
    std::uint64_t changes;
  };

  void changed(std::span<const Key> keys) noexcept override;
  void allChanged() noexcept override;

  [[nodiscard]] bool isTrusted();
  bool regainTrust();
  bool askToWatch();
  void emptyNear();

  void findFar(std::span<const Key> keys, std::span<EntryPtr> found);
  [[nodiscard]] Shard& shardOf(std::string_view key) noexcept;
  [[nodiscard]] Stamp stampOf(std::string_view key) noexcept;
  void copy(const Key& key, const EntryPtr& entry, Stamp stamp);
  void put(const Keep& item, Stamp stamp);
  [[nodiscard]] bool isCurrent(const Shard& shard, Stamp stamp) const noexcept;
  void drop(const Key& key);

  const std::unique_ptr<Cache> near_;
  const std::unique_ptr<Cache> far_;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
  std::optional<TieredLeases> leases_;  // nothing where the far cache has none

  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<std::uint64_t> trusted_{0};  // the epoch in which the near cache was emptied
  std::atomic<bool> never_told_{false};    // the far cache cannot tell of changes

  std::mutex watching_;      // guards what follows; held while the far cache is asked to watch
  std::uint64_t asked_ = 0;  // the epoch in which it was asked last
  ChangeListener* listener_ = nullptr;  // read by its thread while it watches
};

}  // namespace forage::store
