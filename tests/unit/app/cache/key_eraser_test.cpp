#include "cache/key_eraser.h"

#include <gtest/gtest.h>

#include <string>

#include "entries.h"
#include "support/fake_cache.h"

namespace forage::app {
namespace {

void put(Cache& cache, const Key& key, WallTime expires = WallTime::max()) {
  const Keep item{key, entryOf({.key = key, .expires = expires})};
  cache.store({&item, 1});
}

TEST(KeyEraser, ErasesAllInBatches) {
  test::FakeCache cache;
  KeyEraser eraser(cache, false);
  for (int i = 0; i < 1000; ++i) {
    put(cache, std::to_string(i));
    eraser.add(std::to_string(i));
  }
  EXPECT_LT(cache.size(), 300u) << "not all at the end";
  eraser.finish();
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(eraser.erased(), 1000u);
}

TEST(KeyEraser, CountsWhatTheCacheErased) {
  test::FakeCache cache;
  KeyEraser eraser(cache, false);
  eraser.add("gone already");
  eraser.finish();
  EXPECT_EQ(eraser.erased(), 0u);
}

TEST(KeyEraser, OnlyCountsInADryRun) {
  test::FakeCache cache;
  put(cache, "a");
  KeyEraser eraser(cache, true);
  eraser.add("a");
  eraser.finish();
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(eraser.erased(), 1u);
}

TEST(KeyEraser, SparesWhatWasReplacedMeanwhile) {
  test::FakeCache cache;
  put(cache, "old", kNow - Millis(1));
  put(cache, "renewed", kNow - Millis(1));
  KeyEraser eraser(cache, false, [](const Entry& entry) { return entry.expires() > kNow; });
  eraser.add("old");
  eraser.add("renewed");
  put(cache, "renewed");
  eraser.finish();
  EXPECT_EQ(cache.at("old"), nullptr);
  EXPECT_NE(cache.at("renewed"), nullptr);
  EXPECT_EQ(eraser.erased(), 1u);
}

}  // namespace
}  // namespace forage::app
