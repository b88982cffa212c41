// The memory cache, through its shared object and by each of its policies (the last argument: 0
// lru, 1 s3-fifo): hits, stores, and the mixture of a real run. Checks what it measures: a wrong
// answer ends the benchmark with an error.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "support/plugin_library.h"

namespace {

constexpr std::size_t kBody = 512;

forage::EntryPtr makeEntry(const forage::Key& key) {
  forage::Response response;
  response.status = 200;
  response.reason = "OK";
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Cache-Control", "max-age=3600");
  response.body.assign(kBody, 'x');
  return std::make_shared<const forage::Entry>(key, std::move(response), forage::WallTime{},
                                               forage::WallTime{}, forage::WallTime::max());
}

constexpr std::size_t kDraws = 1u << 18;

/// What all threads of one benchmark share.
struct World {
  World(std::size_t count, std::size_t max_size, const char* policy) {
    forage::Settings::Values values;
    values["max_size"] = {static_cast<std::int64_t>(max_size), ""};
    values["policy"] = {policy, ""};
    cache = forage::test::loadPlugin("memory").make_cache(
        forage::Settings("cache.memory", std::move(values)), {clock});
    for (std::size_t i = 0; i < count; ++i) entries.push_back(makeEntry(keyOf(i)));
  }
  static forage::Key keyOf(std::size_t i) {
    return "url:https://www.example.com/catalogue/page/" + std::to_string(i);
  }
  void store(std::size_t i) {
    const forage::Keep keep{forage::Key(entries[i]->key()), entries[i]};
    cache->store({&keep, 1});
  }

  forage::SystemClock clock;
  std::unique_ptr<forage::Cache> cache;
  std::vector<forage::EntryPtr> entries;
};

/// Keys as callers hold them: made just now, and not where the cache keeps its own.
std::vector<forage::Key> keysOf(const std::vector<std::uint32_t>& order) {
  std::vector<forage::Key> keys;
  keys.reserve(order.size());
  for (const std::uint32_t i : order) keys.push_back(World::keyOf(i));
  return keys;
}

bool find(forage::Cache& cache, const forage::Key& key) {
  forage::EntryPtr found;
  cache.find({&key, 1}, {&found, 1});
  return found != nullptr;
}

/// Numbers below `count` as popular as Zipf's law (s = 0.99) makes them, in random order.
std::vector<std::uint32_t> zipf(std::size_t count, std::size_t draws, unsigned seed) {
  std::vector<double> sums(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] = sum += 1 / std::pow(static_cast<double>(i + 1), 0.99);
  }
  std::vector<std::uint32_t> rank(count);
  for (std::size_t i = 0; i < count; ++i) rank[i] = static_cast<std::uint32_t>(i);
  std::shuffle(rank.begin(), rank.end(), std::mt19937(1));
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, sum);
  std::vector<std::uint32_t> drawn(draws);
  for (std::uint32_t& n : drawn) {
    const auto at = std::lower_bound(sums.begin(), sums.end(), uniform(random)) - sums.begin();
    n = rank[std::min(static_cast<std::size_t>(at), count - 1)];
  }
  return drawn;
}

std::vector<std::uint32_t> evenly(std::size_t count, std::size_t draws, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> drawn(draws);
  for (std::uint32_t& n : drawn) n = static_cast<std::uint32_t>(random() % count);
  return drawn;
}

std::unique_ptr<World> world;  // made and ended by the thread that benchmarks call the first

void makeWorld(benchmark::State& state, std::int64_t policy, std::size_t entries,
               std::size_t max_size) {
  if (state.thread_index() != 0) return;
  world = std::make_unique<World>(entries, max_size, policy == 0 ? "lru" : "s3-fifo");
  for (std::size_t i = 0; i < entries; ++i) world->store(i);
}

void endWorld(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) world.reset();
}

unsigned seedOf(const benchmark::State& state) {
  return static_cast<unsigned>(state.thread_index()) + 1;
}

/// Every look-up hits; range(0) entries, all of them equally popular.
void findHit(benchmark::State& state) {
  const auto entries = static_cast<std::size_t>(state.range(0));
  makeWorld(state, state.range(1), entries, 1u << 30);
  const std::vector<forage::Key> keys = keysOf(evenly(entries, kDraws, seedOf(state)));
  std::size_t i = 0;
  for (auto _ : state) {
    if (!find(*world->cache, keys[i++ % kDraws])) state.SkipWithError("a miss");
  }
  endWorld(state);
}

/// Look-ups in batches of 64, as look-ahead makes them.
void findHitInBatches(benchmark::State& state) {
  constexpr std::size_t kBatch = 64;
  const auto entries = static_cast<std::size_t>(state.range(0));
  makeWorld(state, state.range(1), entries, 1u << 30);
  const std::vector<forage::Key> keys = keysOf(evenly(entries, kDraws, seedOf(state)));
  std::vector<forage::EntryPtr> found(kBatch);
  std::size_t i = 0;
  for (auto _ : state) {
    world->cache->find({&keys[i], kBatch}, found);
    i = (i + kBatch) % kDraws;
    if (found.back() == nullptr) state.SkipWithError("a miss");
  }
  endWorld(state);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

/// Stores into a cache that holds a quarter of what comes: each evicts another.
void storeEvicting(benchmark::State& state) {
  constexpr std::size_t kEntries = 100'000;
  makeWorld(state, state.range(0), kEntries, 24u << 20);
  const std::vector<std::uint32_t> order = evenly(kEntries, kDraws, seedOf(state));
  std::size_t i = 0;
  for (auto _ : state) world->store(order[i++ % kDraws]);
  if (state.thread_index() == 0 && world->cache->stats().bytes > 24u << 20) {
    state.SkipWithError("beyond its budget");
  }
  endWorld(state);
}

/// Nine look-ups to one store, popular pages more often, in a cache that holds a quarter of them.
void mixedZipf(benchmark::State& state) {
  constexpr std::size_t kEntries = 100'000;
  makeWorld(state, state.range(0), kEntries, 24u << 20);
  const std::vector<std::uint32_t> order = zipf(kEntries, kDraws, seedOf(state));
  const std::vector<forage::Key> keys = keysOf(order);
  std::size_t i = 0;
  std::size_t hits = 0;
  for (auto _ : state) {
    const std::size_t at = i++ % kDraws;
    if (i % 10 == 0) {
      world->store(order[at]);
    } else {
      hits += find(*world->cache, keys[at]) ? 1 : 0;
    }
  }
  state.counters["hits"] =
      benchmark::Counter(static_cast<double>(hits) / 0.9, benchmark::Counter::kAvgIterations);
  endWorld(state);
}

void eachPolicy(benchmark::internal::Benchmark* bench) {
  bench->Arg(0)->Arg(1)->ThreadRange(1, 2)->UseRealTime();
}

BENCHMARK(findHit)
    ->ArgsProduct({{1000, 100'000, 500'000}, {0, 1}})
    ->ThreadRange(1, 2)
    ->UseRealTime();
BENCHMARK(findHitInBatches)->ArgsProduct({{1000, 100'000}, {0, 1}})->UseRealTime();
BENCHMARK(storeEvicting)->Apply(eachPolicy);
BENCHMARK(mixedZipf)->Apply(eachPolicy);

}  // namespace

BENCHMARK_MAIN();
