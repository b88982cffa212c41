// A cache in Redis: each entry is one string, an HTTP message, under its key as it stands. Look-ups
// and stores are pipelined; what is damaged, foreign or too large is a miss. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "changes.h"
#include "commands.h"
#include "fault.h"
#include "forage/cache.h"
#include "options.h"
#include "problem.h"
#include "redis_leases.h"
#include "reply_reader.h"
#include "transport.h"
#include "value_codec.h"

namespace forage::redis {

class RedisCache final : public Cache {
 public:
  /// Connects at the first use, not before. `clock` outlives the cache.
  RedisCache(const Options& options, const Clock& clock);

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override;
  void store(std::span<const Keep> items) override;
  std::size_t erase(std::span<const Key> keys) override;
  /// A key may be shown again when the server's table shrinks meanwhile and more than 65,536 keys
  /// match.
  void scan(std::string_view pattern, const Visitor& visitor) override;
  void inspect(std::string_view pattern, const Visitor& visitor) override;
  [[nodiscard]] CacheStats stats() const noexcept override;
  [[nodiscard]] Leases* leases() noexcept override { return leases_.get(); }
  bool watch(ChangeListener* listener) override;

 private:
  struct Page;
  struct Step;
  using Seen = std::unordered_set<std::size_t>;  // hashes: SCAN may bring a key twice

  /// Does `work`; what ends a connection leaves it as a CacheError.
  template <typename Work>
  auto guarded(Work&& work) {
    try {
      return work();
    } catch (const ConnectionError& error) {
      throw CacheError(name_ + error.what());
    }
  }
  void raise(const Problem& problem) const;

  std::size_t findSome(std::span<const Key> keys, std::span<EntryPtr> found);
  EntryPtr accept(const Key& key, Reply&& reply, Problem& problem);
  void countMiss(bool damaged) noexcept;

  void addStore(Commands& commands, const Keep& item, const StoredValue& value);
  void flushStores(Commands& commands);
  void countStored(const Reply& reply, Problem& problem);

  std::size_t eraseSome(std::span<const Key> keys);

  void walk(std::string_view pattern, Page& page, const Visitor& visitor);
  bool walkShard(const std::string& shard, std::string_view pattern, Seen& seen, Page& page,
                 const Visitor& visitor);
  Step scanStep(const std::string& shard, const std::string& cursor, std::string_view pattern);
  std::size_t readSome(std::span<const Key> keys, Page& page);
  void readValue(const Key& key, Reply&& reply, Page& page, Problem& problem) const;
  bool show(const Page& page, const Visitor& visitor) const;

  [[nodiscard]] std::size_t batchSize() const noexcept;
  [[nodiscard]] Millis jittered(Millis lifetime) noexcept;

  const Clock& clock_;
  const ValueCodec codec_;
  const std::string name_;  // "redis at 127.0.0.1:6379: "
  const std::unique_ptr<Transport> transport_;
  std::unique_ptr<RedisLeases> leases_;        // null: not asked for, or not to be had
  std::unique_ptr<Changes> changes_;           // null: not to be had
  std::atomic<std::size_t> largest_value_{0};  // of the last batch: sizes the next

  struct Counters {
    std::atomic<std::uint64_t> hits{0};
    std::atomic<std::uint64_t> misses{0};
    std::atomic<std::uint64_t> stores{0};
    std::atomic<std::uint64_t> declined{0};
    std::atomic<std::uint64_t> damaged{0};
  };
  Counters counters_;
};

}  // namespace forage::redis
