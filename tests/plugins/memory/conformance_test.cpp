// The memory cache keeps the contract of caches: with one shard and with many.
#include "conformance/cache_conformance.h"
#include "memory_fixture.h"

namespace forage::test {
namespace {

conformance::CacheSubject subject(std::size_t max_size) {
  const auto clock = std::make_shared<FakeClock>();
  return {.make = [=] { return makeMemoryCache(max_size, *clock); },
          .advance = [=](Millis span) { clock->advance(span); }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(MemoryWithManyShards, (forage::test::subject(256u << 20)));
FORAGE_CACHE_CONFORMANCE(MemoryWithSixteenShards, (forage::test::subject(16u << 20)));
