// What the memory cache promises beyond the contract of caches: order of use, expiry, sharing.
#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "forage/error.h"
#include "memory_fixture.h"

namespace forage::test {
namespace {

TEST_F(MemoryCache, EvictsTheOldestWhenFull) {
  open(kMiB);
  for (int i = 0; i < 10; ++i) store(keyOf(i), 120'000);
  EXPECT_EQ(stats().entries, 8u);
  EXPECT_EQ(stats().evictions, 2u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(has(keyOf(i)), i >= 2) << i;
}

TEST_F(MemoryCache, KeepsWhatIsUsed) {
  open(kMiB);
  for (int i = 0; i < 8; ++i) store(keyOf(i), 120'000);
  EXPECT_TRUE(has(keyOf(0)));
  EXPECT_TRUE(has(keyOf(2)));
  store(keyOf(8), 120'000);
  store(keyOf(9), 120'000);
  for (const int i : {0, 2, 4, 8, 9}) EXPECT_TRUE(has(keyOf(i))) << i;
  for (const int i : {1, 3}) EXPECT_FALSE(has(keyOf(i))) << i;
}

TEST_F(MemoryCache, OrdersHitsBetweenTwoStoresToo) {
  open(kMiB);
  for (int i = 0; i < 8; ++i) store(keyOf(i), 120'000);
  for (const int i : {7, 6, 5, 4, 3, 2, 1, 0}) EXPECT_TRUE(has(keyOf(i)));
  for (int i = 8; i < 12; ++i) store(keyOf(i), 120'000);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(has(keyOf(i)), i < 4 || i >= 8) << i;
}

TEST_F(MemoryCache, TakesAReplacedEntryForUsed) {
  open(kMiB);
  for (int i = 0; i < 8; ++i) store(keyOf(i), 120'000);
  store(keyOf(0), 120'000);
  store(keyOf(8), 120'000);
  EXPECT_TRUE(has(keyOf(0)));
  EXPECT_FALSE(has(keyOf(1)));
}

TEST_F(MemoryCache, EvictsTheOldestOfAllShards) {
  open(64 * kMiB);
  for (int i = 0; i < 8000; ++i) store(keyOf(i), 16 * kKiB);
  const auto kept = static_cast<int>(stats().entries);
  EXPECT_GT(kept, 3800);
  // Which is the oldest is known exactly but for hits, and there were none.
  for (int i = 0; i < 8000; ++i) ASSERT_EQ(has(keyOf(i)), i >= 8000 - kept) << i;
}

TEST_F(MemoryCache, KeepsAHotSetThroughAFlood) {
  open(64 * kMiB);
  for (int i = 0; i < 500; ++i) store(keyOf(i), 16 * kKiB);
  for (int i = 1000; i < 15'000; ++i) {
    store(keyOf(i), 16 * kKiB);
    ASSERT_TRUE(has(keyOf(i % 500))) << i;
  }
}

TEST_F(MemoryCache, GivesOutTheVeryEntryThatWasStored) {
  open(kMiB);
  const EntryPtr entry = conformance::makeEntry("url:http://h/a", "body");
  keep({Key(entry->key()), entry});
  EXPECT_EQ(find("url:http://h/a"), entry);
  cache_->scan("*", [&](const Scanned& seen) {
    EXPECT_EQ(seen.entry, entry);
    EXPECT_EQ(seen.key.data(), entry->key().data());
    return true;
  });
}

TEST_F(MemoryCache, HoldsOneEntryUnderSeveralKeys) {
  open(kMiB);
  const EntryPtr entry = conformance::makeEntry("url:http://h/#v1", "body");
  for (const char* key : {"url:http://h/#v1", "url:http://h/", "", "x"}) keep({key, entry});
  for (const char* key : {"url:http://h/#v1", "url:http://h/", "", "x"}) {
    EXPECT_EQ(find(key), entry) << key;
  }
  EXPECT_EQ(stats().entries, 4u);
  keep({"x", conformance::makeEntry("x", "other")});
  EXPECT_EQ(find("x")->body(), "other");
  keep({"x", entry});
  EXPECT_EQ(find("x"), entry);
  EXPECT_TRUE(erase("url:http://h/"));
  EXPECT_FALSE(has("url:http://h/"));
  EXPECT_TRUE(has("url:http://h/#v1"));
}

TEST_F(MemoryCache, DropsAnExpiredEntryWhenItIsLookedUp) {
  open(kMiB);
  store("url:http://h/other", 10);
  const std::uint64_t before = stats().bytes;
  store("url:http://h/a", 1000, Millis(500));
  clock_.advance(Millis(499));
  EXPECT_TRUE(has("url:http://h/a"));
  clock_.advance(Millis(1));
  EXPECT_FALSE(has("url:http://h/a"));
  EXPECT_EQ(stats().expired, 1u);
  EXPECT_EQ(stats().entries, 1u);
  EXPECT_EQ(stats().bytes, before);
}

TEST_F(MemoryCache, ReclaimsExpiredEntriesBeforeLivingOnes) {
  open(kMiB);
  for (int i = 0; i < 8; ++i) store(keyOf(i), 120'000, i % 2 == 0 ? kForever : Millis(1000));
  clock_.advance(Millis(1000));
  for (int i = 8; i < 12; ++i) store(keyOf(i), 120'000);
  EXPECT_EQ(stats().evictions, 0u);
  EXPECT_EQ(stats().expired, 4u);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(has(keyOf(i)), i % 2 == 0 || i >= 8) << i;
}

TEST_F(MemoryCache, DeclinesALifetimeThatHasEnded) {
  open(kMiB);
  store("url:http://h/a", 10, Millis(0));
  store("url:http://h/b", 10, Millis(-1));
  store("url:http://h/c", 10, Millis::min());
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().declined, 3u);
}

TEST_F(MemoryCache, ForgetsWhatADeclinedEntryWouldHaveReplaced) {
  open(kMiB);
  store("url:http://h/a", 10);
  keep({"url:http://h/a", conformance::makeEntry("url:http://h/a", std::string(kMiB, 'x')),
        kForever, true});
  EXPECT_TRUE(has("url:http://h/a"));
  store("url:http://h/a", kMiB);
  EXPECT_FALSE(has("url:http://h/a"));
  EXPECT_EQ(stats().declined, 2u);
}

TEST_F(MemoryCache, DestroysNoEntryUnderItsLock) {
  open(kMiB);
  int destroyed = 0;
  // An entry that uses the cache as it goes: under a lock it would wait for itself for ever.
  const auto storeWithEcho = [&](const Key& key, Millis lifetime) {
    const EntryPtr plain = conformance::makeEntry(key, std::string(120'000, 'x'));
    keep({key,
          EntryPtr(plain.get(),
                   [this, plain, &destroyed](const Entry*) {
                     if (cache_) has("url:http://h/any");
                     ++destroyed;
                   }),
          lifetime});
  };
  for (int i = 0; i < 10; ++i) storeWithEcho(keyOf(i), kForever);
  EXPECT_EQ(destroyed, 2);  // evicted
  storeWithEcho(keyOf(9), kForever);
  EXPECT_EQ(destroyed, 3);  // replaced
  erase(keyOf(9));
  EXPECT_EQ(destroyed, 4);
  storeWithEcho(keyOf(9), Millis(1));
  clock_.advance(Millis(1));
  EXPECT_FALSE(has(keyOf(9)));
  EXPECT_EQ(destroyed, 5);  // expired
  EXPECT_EQ(stats().entries, 7u);
  cache_.reset();  // its entries still refer to this test
  EXPECT_EQ(destroyed, 12);
}

TEST_F(MemoryCache, ShowsEachLastingEntryOnceWhileOthersComeAndGo) {
  open(64 * kMiB);
  for (int i = 0; i < 5000; ++i) store(keyOf(i), 10);
  std::atomic<bool> done{false};
  std::thread other([&] {
    for (int i = 10'000; !done.load(); ++i) {
      store("other:" + std::to_string(i), 10);
      erase("other:" + std::to_string(i - 500));
    }
  });
  std::map<Key, int> shown;
  for (int round = 0; round < 20; ++round) {
    cache_->scan("url:*", [&](const Scanned& seen) {
      ++shown[Key(seen.key)];
      return true;
    });
  }
  done = true;
  other.join();
  EXPECT_EQ(shown.size(), 5000u);
  for (const auto& [key, times] : shown) ASSERT_EQ(times, 20) << key;
}

TEST_F(MemoryCache, ShowsNothingThatExpiresDuringTheScan) {
  open(kMiB);
  for (int i = 0; i < 20; ++i) store(keyOf(i), 10, Millis(1000));
  int shown = 0;
  cache_->scan("*", [&](const Scanned& seen) {
    EXPECT_EQ(seen.remaining, Millis(1000));
    ++shown;
    clock_.advance(Millis(1000));
    return true;
  });
  EXPECT_EQ(shown, 1);
}

TEST_F(MemoryCache, ReportsItsCapacity) {
  open(300 * kKiB);
  EXPECT_EQ(stats().capacity, 300 * kKiB);
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_TRUE(cache_->answersWithoutIo());
}

TEST(MemoryPlugin, SaysWhatItIs) {
  const PluginInfo& info = loadPlugin("memory");
  EXPECT_EQ(info.abi, kAbi);
  EXPECT_EQ(info.size, sizeof(PluginInfo));
  EXPECT_STREQ(info.build, FORAGE_BUILD);
  EXPECT_STREQ(info.name, "memory");
  EXPECT_EQ(info.make_fetcher, nullptr);
  EXPECT_EQ(info.make_sink, nullptr);
  ASSERT_EQ(info.options.size(), 4u);
  EXPECT_STREQ(info.options[0].name, "max_size");
  EXPECT_STREQ(info.options[1].name, "policy");
  EXPECT_STREQ(info.options[1].fallback, "lru");
  EXPECT_STREQ(info.options[2].name, "record");
  EXPECT_STREQ(info.options[3].name, "snapshot");
  EXPECT_STREQ(info.options[3].type, "path");
}

TEST(MemoryPlugin, TakesItsDefaultSizeWithoutOptions) {
  const FakeClock clock;
  EXPECT_EQ(loadPlugin("memory").make_cache(Settings{}, {clock})->stats().capacity, 256 * kMiB);
}

TEST(MemoryPlugin, RefusesASizeThatHoldsNothing) {
  const FakeClock clock;
  EXPECT_THROW((void)makeMemoryCache(64 * kKiB - 1, clock), ConfigError);
  EXPECT_THROW((void)makeMemoryCache(0, clock), ConfigError);
  EXPECT_EQ(makeMemoryCache(64 * kKiB, clock)->stats().capacity, 64 * kKiB);
  try {
    (void)makeMemoryCache(1, clock);
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(), "test: cache.memory.max_size: wants at least 64KiB");
  }
}

TEST(MemoryPlugin, RefusesAPolicyThatItDoesNotHave) {
  const FakeClock clock;
  try {
    (void)makeMemoryCache(kMiB, clock, "LRU");
    ADD_FAILURE() << "taken";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(), "test: cache.memory.policy: wants \"lru\" or \"s3-fifo\"");
  }
}

}  // namespace
}  // namespace forage::test
