#include "store/cache_probe.h"

#include <gtest/gtest.h>

#include "support/fake_cache.h"

namespace forage::store {
namespace {

using test::FakeCache;

TEST(CacheProbe, LeavesNoTraceInACacheThatIsBack) {
  FakeCache cache;
  probeCache(cache, WallTime{});
  EXPECT_EQ(cache.find_calls, 1);
  EXPECT_EQ(cache.store_calls, 1);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(CacheProbe, StoresWhatGoesByItselfIfItIsNotErased) {
  FakeCache cache;
  cache.failErase(true);
  EXPECT_THROW(probeCache(cache, WallTime{}), CacheError);
  ASSERT_EQ(cache.size(), 1u);
  const Key key = cache.keys().front();
  EXPECT_LT(cache.lifetime(key), Millis(60'000));
  EXPECT_LT(cache.at(key)->expires(), WallTime(Millis(60'000)));
}

TEST(CacheProbe, ACacheThatCannotAnswerIsNotBack) {
  FakeCache cache;
  cache.setDown(true);
  EXPECT_THROW(probeCache(cache, WallTime{}), CacheError);
}

TEST(CacheProbe, ACacheThatTakesNothingIsNotBack) {
  FakeCache cache;
  cache.setReadOnly(true);
  EXPECT_THROW(probeCache(cache, WallTime{}), CacheError);
}

}  // namespace
}  // namespace forage::store
