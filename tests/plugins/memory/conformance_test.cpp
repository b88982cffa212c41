// The memory cache keeps the contract of caches: with one shard and with many, by every policy.
#include "conformance/cache_conformance.h"
#include "memory_fixture.h"
#include "support/temporary_folder.h"

namespace forage::test {
namespace {

conformance::CacheSubject subject(std::size_t max_size, const std::string& policy) {
  const auto clock = std::make_shared<FakeClock>();
  return {.make = [=] { return makeMemoryCache(max_size, *clock, policy); },
          .advance = [=](Millis span) { clock->advance(span); }};
}

/// One that records: to the host it is a cache like any other.
conformance::CacheSubject recording() {
  const auto clock = std::make_shared<FakeClock>();
  const auto folder = std::make_shared<TemporaryFolder>();
  const auto make = [=] {
    Settings::Values values;
    values["snapshot"] = {(folder->path() / "site.warc").string(), "test"};
    values["record"] = {true, "test"};
    return loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)), {*clock});
  };
  return {.make = make, .advance = [=](Millis span) { clock->advance(span); }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(MemoryWithManyShards, (forage::test::subject(256u << 20, "lru")));
FORAGE_CACHE_CONFORMANCE(MemoryWithSixteenShards, (forage::test::subject(16u << 20, "lru")));
FORAGE_CACHE_CONFORMANCE(S3FifoWithManyShards, (forage::test::subject(256u << 20, "s3-fifo")));
FORAGE_CACHE_CONFORMANCE(S3FifoWithSixteenShards, (forage::test::subject(16u << 20, "s3-fifo")));
FORAGE_CACHE_CONFORMANCE(MemoryThatRecords, (forage::test::recording()));
