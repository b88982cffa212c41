// The cache of a run, guarded: it never fails. While the cache plugin cannot answer, an in-process
// fallback stands in; a probe takes the cache back, and what was stored meanwhile is written back
// to it. The fallback also mirrors what the run stores, so that losing the cache makes nobody fetch
// again what this run has fetched, within the fallback's budget.
//
// Thread-safe. find() is called by look-up threads (or in place by group threads, where the cache
// does no I/O); store(), erase() and writeBack() by one thread at a time: writes have an order.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/metrics.h"
#include "store/breaker.h"
#include "store/debts.h"

namespace forage::store {

class GuardedCache {
 public:
  struct Options {
    Millis retry_period{1'000};  ///< between probes of a cache that went away
    std::string name;            ///< of the plugin, for notices
  };
  /// Told once for each change: text for the user. Called without locks held.
  using Notice = std::function<void(std::string_view)>;
  /// Told when the cache fails and there is no fallback: the run is to end.
  using Fatal = std::function<void(const CacheError&)>;

  /// `primary`, `fallback` (may be null), `clock` and `metrics` outlive the guard.
  GuardedCache(Cache& primary, Cache* fallback, const Clock& clock, Metrics& metrics,
               Options options, Notice notice, Fatal fatal);
  GuardedCache(const GuardedCache&) = delete;
  GuardedCache& operator=(const GuardedCache&) = delete;

  [[nodiscard]] bool answersWithoutIo() const noexcept { return in_place_; }

  /// As Cache::find, but cannot fail: what cannot be answered is a counted miss.
  void find(std::span<const Key> keys, std::span<EntryPtr> found) noexcept;

  /// As Cache::store, but cannot fail: what the cache does not take the fallback keeps.
  void store(std::span<const Keep> items) noexcept;

  /// As Cache::erase, but cannot fail: what a cache that is away still holds is erased when it
  /// returns, before anybody looks there.
  void erase(std::span<const Key> keys) noexcept;

  /// As Leases::acquire; false: no leases are to be had, or not now, and everybody goes on without.
  bool acquire(std::span<const Key> keys, std::span<Leases::State> states,
               LeaseHome& home) noexcept;
  /// As Leases::release.
  void release(std::span<const Key> keys) noexcept;
  /// As Leases::forget.
  void forget(LeaseHome& home) noexcept;
  /// Whether the cache has leases at all. Constant.
  [[nodiscard]] bool hasLeases() const noexcept { return leases_ != nullptr; }

  /// Writes up to one batch of what is owed to a cache that came back. Returns whether it did
  /// anything: call again while it does.
  bool writeBack() noexcept;

  /// Owes once more what the cache has declined; for the end of a run.
  void offerDeclined() noexcept;

  /// Whether something is owed and the cache is there to take it.
  [[nodiscard]] bool owes() const noexcept;

  /// Has the caches make durable what they hold, but for one that is away; for the end of a run. A
  /// failure is counted and told.
  void flush() noexcept;

  /// Asks a cache that is away once more, now; for the end of a run.
  void probe() noexcept;

  [[nodiscard]] bool degraded() const noexcept { return breaker_.isOpen(); }
  /// Seconds in which the fallback has stood in.
  [[nodiscard]] double degradedSeconds() const noexcept;

 private:
  static constexpr std::size_t kBatch = 64;

  bool findPrimary(std::span<const Key> keys, std::span<EntryPtr> found) noexcept;
  void findFallback(std::span<const Key> keys, std::span<EntryPtr> found) noexcept;
  bool storePrimary(std::span<const Keep> items) noexcept;
  void rememberDeclined(std::span<const Keep> items) noexcept;
  bool storeFallback(std::span<const Keep> items) noexcept;
  std::vector<Keep> takeOwed();
  void opened(const std::string& why) noexcept;
  void takeBack() noexcept;
  void eraseOwed();
  void forgot(std::size_t erasures) noexcept;

  Cache& primary_;
  Cache* const fallback_;
  Leases* const leases_;  // of primary_; may be null
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
  const Notice notice_;
  const Fatal fatal_;
  const bool in_place_;

  // Since then the cache may lack entries, or have outdated ones.
  std::atomic<bool> was_degraded_{false};
  std::atomic<bool> leases_missed_{false};       // has been told
  std::atomic<bool> erasures_forgotten_{false};  // has been told
  Debts debts_;
  Breaker breaker_;  // last: its thread uses the others
};

}  // namespace forage::store
