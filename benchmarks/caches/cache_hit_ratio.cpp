// How much each policy keeps: hit ratios at a capacity of a tenth of all keys, of models of LRU,
// SIEVE, S3-FIFO, W-TinyLFU and the optimum, and of the memory cache itself. Four workloads: two
// laws of Zipf, each alone and with scans, which are runs of keys that never come again. Prints a
// table; docs/cache-memory.md shows it.
//
//   cache_hit_ratio [KEYS [REQUESTS [SCAN_PERMILLE [SCAN_LENGTH]]]]
#include <cstdio>
#include <cstdlib>

#include "policies.h"
#include "workload.h"

namespace {

using namespace forage;
using namespace forage::bench;

struct Shape {
  std::size_t keys = 100'000;
  std::size_t requests = 3'000'000;
  std::size_t scan_permille = 200;  ///< requests that belong to scans, where there are any
  std::size_t scan_length = 20'000;
};

Trace makeTrace(const Shape& shape, double exponent, bool with_scans) {
  const Zipf zipf(shape.keys, exponent);
  std::mt19937_64 random(7);
  Trace trace;
  trace.reserve(shape.requests + shape.scan_length);
  auto fresh = static_cast<std::uint32_t>(shape.keys);
  // So many requests by Zipf's law that each scan makes up its part.
  const std::size_t between =
      shape.scan_length * (1000 - shape.scan_permille) / shape.scan_permille;
  while (trace.size() < shape.requests) {
    for (std::size_t i = 0; i < between; ++i) trace.push_back(zipf.draw(random));
    if (!with_scans) continue;
    for (std::size_t i = 0; i < shape.scan_length; ++i) trace.push_back(fresh++);
  }
  return trace;
}

/// Hits of the memory cache: what is missed is stored. Its budget holds as many entries, with all
/// that is counted for them, as the models hold.
std::size_t ourHits(const Trace& trace, std::size_t capacity, const std::string& policy) {
  constexpr std::size_t kBody = 1024;
  constexpr std::size_t kIndex = 16 + 77;  // control block, node and slot
  const SystemClock clock;
  const std::size_t each = makeEntry(keyOf(0), kBody)->footprint() + kIndex;
  const auto cache = makeMemoryCache(capacity * each, policy, clock);
  std::size_t hits = 0;
  for (const std::uint32_t number : trace) {
    const Key key = keyOf(number);
    EntryPtr found;
    cache->find({&key, 1}, {&found, 1});
    if (found) {
      ++hits;
      continue;
    }
    const Keep keep{key, makeEntry(key, kBody)};
    cache->store({&keep, 1});
  }
  return hits;
}

void report(const Shape& shape, double exponent, bool with_scans) {
  const Trace trace = makeTrace(shape, exponent, with_scans);
  const std::size_t capacity = shape.keys / 10;
  const auto ratio = [&](std::size_t hits) {
    return static_cast<double>(hits) / static_cast<double>(trace.size());
  };
  std::printf("Zipf %.2f%-11s %6.3f %6.3f %9.3f %9.3f %10.3f %7.3f %11.3f %15.3f\n", exponent,
              with_scans ? " with scans" : "", ratio(lruHits(trace, capacity)),
              ratio(sieveHits(trace, capacity)), ratio(s3FifoHits(trace, capacity, 2, 0.9)),
              ratio(s3FifoHits(trace, capacity, 1, 0.5)), ratio(tinyLfuHits(trace, capacity)),
              ratio(beladyHits(trace, capacity)), ratio(ourHits(trace, capacity, "lru")),
              ratio(ourHits(trace, capacity, "s3-fifo")));
}

}  // namespace

int main(int count, char** words) {
  Shape shape;
  std::size_t* fields[] = {&shape.keys, &shape.requests, &shape.scan_permille, &shape.scan_length};
  for (int i = 1; i < count && i <= 4; ++i) {
    *fields[i - 1] = static_cast<std::size_t>(std::atoll(words[i]));
  }
  std::printf("%-20s %6s %6s %9s %9s %10s %7s %11s %15s\n", "", "LRU", "SIEVE", "S3-FIFO",
              "ghosts/2", "W-TinyLFU", "Belady", "forage lru", "forage s3-fifo");
  for (const double exponent : {0.8, 0.99}) {
    for (const bool with_scans : {false, true}) report(shape, exponent, with_scans);
  }
  return 0;
}
