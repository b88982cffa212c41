// Counters of a run, shared by all its threads: relaxed atomics, named only where they are
// reported. One counter per branch of the pipeline; every URL adds to exactly one outcome.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "forage/visit.h"

namespace forage {

/// A counter that only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one group has done.
struct GroupMetrics {
  std::array<Counter, kOutcomes> outcomes;  ///< indexed by Outcome
  Counter requests;                         ///< sent to servers
  Counter bytes;                            ///< received from servers, framing included

  [[nodiscard]] const Counter& outcome(Outcome which) const noexcept {
    return outcomes[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::uint64_t urls() const noexcept {
    std::uint64_t sum = 0;
    for (const Counter& counter : outcomes) sum += counter.value();
    return sum;
  }
};

/// What the run as a whole has done.
struct Metrics {
  std::array<Counter, kOutcomes> outcomes;
  Counter requests;
  Counter bytes;
  Counter lookups_hit;  ///< keys that the cache (or its fallback) answered
  Counter lookups_miss;
  Counter lookups_failed;      ///< keys that the cache could not answer: counted misses
  Counter lookups_again;       ///< keys looked up once more because an answer had become too old
  Counter lease_waits;         ///< URLs that waited for another process's fetch
  Counter stores;              ///< entries that the cache has acknowledged
  Counter stores_refused;      ///< responses that the job or HTTP does not let be stored
  Counter stores_fallback;     ///< entries kept by the fallback instead
  Counter stores_lost;         ///< entries that neither kept
  Counter erasures_lost;       ///< keys that a cache which was away had to keep, for want of room
  Counter written_back;        ///< entries moved from the fallback to the cache that came back
  Counter cache_errors;        ///< calls of the cache that failed
  Counter redirects;           ///< hops followed
  Counter retries;             ///< requests that were sent because one before them had failed
  Counter connections_reused;  ///< fetches on a connection that had served before
  std::atomic<std::uint64_t> listed{0};    ///< URLs that the job lists, as far as known beforehand
  std::atomic<std::int64_t> in_flight{0};  ///< fetches under way
  std::atomic<std::int64_t> parked{0};     ///< URLs that wait for a host or another fetch
  std::atomic<std::int64_t> groups_done{0};
  std::atomic<bool> degraded{false};  ///< the fallback stands in for the cache

  [[nodiscard]] const Counter& outcome(Outcome which) const noexcept {
    return outcomes[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::uint64_t urls() const noexcept {
    std::uint64_t sum = 0;
    for (const Counter& counter : outcomes) sum += counter.value();
    return sum;
  }
};

}  // namespace forage
