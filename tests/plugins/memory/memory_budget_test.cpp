// The memory cache never exceeds its budget and counts everything.
#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "memory_fixture.h"

namespace forage::test {
namespace {

/// Bytes of the entries that the cache holds, by its own showing.
std::size_t footprintOfAll(Cache& cache) {
  std::size_t bytes = 0;
  cache.scan("*", [&](const Scanned& seen) {
    bytes += seen.entry->footprint();
    return true;
  });
  return bytes;
}

struct SizeAndPolicy {
  std::size_t size;
  const char* policy;
};

std::string nameOf(const testing::TestParamInfo<SizeAndPolicy>& info) {
  const bool is_lru = std::string(info.param.policy) == "lru";
  return (is_lru ? "Lru" : "S3Fifo") + std::to_string(info.param.size);
}

class MemoryBudget : public MemoryCache, public testing::WithParamInterface<SizeAndPolicy> {
 protected:
  static std::size_t size() { return GetParam().size; }
  static bool isLru() { return std::string(GetParam().policy) == "lru"; }
  void openIt() { open(size(), GetParam().policy); }
  /// Sizes as they come: most small, some that fill a good part of the budget, some too large.
  std::size_t randomSize(std::mt19937& random) const {
    const std::size_t most = random() % 50 == 0 ? size() : 1u << (random() % 16);
    return random() % std::max<std::size_t>(1, std::min(most, size()));
  }
  Key randomKey(std::mt19937& random) const {
    Key key = "url:http://h/" + std::to_string(random() % 3000);
    if (random() % 8 == 0) key += std::string(random() % 900, 'k');
    return key;
  }
  Keep randomKeep(std::mt19937& random) const {
    const Key key = randomKey(random);
    const Key own = random() % 10 == 0 ? key + "#variant" : key;
    return {key, conformance::makeEntry(own, std::string(randomSize(random), 'x')),
            random() % 3 == 0 ? Millis(1 + random() % 5000) : kForever, random() % 5 == 0};
  }
  void doAnything(std::mt19937& random) {
    const unsigned choice = random() % 10;
    if (choice < 6) {
      keep(randomKeep(random));
    } else if (choice < 8) {
      find(randomKey(random));
    } else if (choice < 9) {
      erase(randomKey(random));
    } else {
      clock_.advance(Millis(random() % 200));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(
    OfEverySize, MemoryBudget,
    testing::Values(SizeAndPolicy{64 * kKiB, "lru"}, SizeAndPolicy{300 * kKiB, "lru"},
                    SizeAndPolicy{2 * kMiB, "lru"}, SizeAndPolicy{64 * kMiB, "lru"},
                    SizeAndPolicy{64 * kKiB, "s3-fifo"}, SizeAndPolicy{300 * kKiB, "s3-fifo"},
                    SizeAndPolicy{2 * kMiB, "s3-fifo"}, SizeAndPolicy{64 * kMiB, "s3-fifo"}),
    nameOf);

TEST_P(MemoryBudget, HoldsAfterEveryOperation) {
  openIt();
  std::mt19937 random(static_cast<unsigned>(size()));
  const int rounds = size() > 10 * kMiB ? 3000 : 10'000;
  for (int i = 0; i < rounds; ++i) {
    doAnything(random);
    const CacheStats now = stats();
    ASSERT_LE(now.bytes, now.capacity) << "after operation " << i;
    if (i % 500 != 0) continue;
    ASSERT_GE(now.bytes, footprintOfAll(*cache_)) << "after operation " << i;
  }
  EXPECT_GT(stats().evictions + stats().expired, 0u);
  EXPECT_GT(stats().entries, 0u);
}

TEST_P(MemoryBudget, IsFreeAgainWhenAllIsErased) {
  openIt();
  const std::uint64_t empty = stats().bytes;
  std::mt19937 random(4);
  for (int i = 0; i < 2000; ++i) doAnything(random);
  EXPECT_GT(stats().bytes, empty);
  std::vector<Key> keys;
  cache_->scan("*", [&](const Scanned& seen) {
    keys.emplace_back(seen.key);
    return true;
  });
  EXPECT_EQ(cache_->erase(keys), keys.size());
  clock_.advance(std::chrono::hours(1));
  for (int i = 0; i < 3000; ++i) find("url:http://h/" + std::to_string(i));
  cache_->scan("*", [&](const Scanned& seen) {
    ADD_FAILURE() << seen.key;
    return true;
  });
  EXPECT_LE(stats().bytes, size());
  if (stats().entries == 0) {
    EXPECT_EQ(stats().bytes, empty);
  }
}

TEST_P(MemoryBudget, HoldsAtEveryInstantUnderThreads) {
  openIt();
  std::atomic<bool> done{false};
  std::atomic<int> beyond{0};
  std::thread watcher([&] {
    while (!done.load()) {
      const CacheStats now = stats();
      if (now.bytes > now.capacity) ++beyond;
    }
  });
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 600; ++i) doAnything(random);
    });
  }
  for (std::thread& thread : threads) thread.join();
  done = true;
  watcher.join();
  EXPECT_EQ(beyond, 0);
  EXPECT_GE(stats().bytes, footprintOfAll(*cache_));
}

TEST_P(MemoryBudget, TakesAPageOfAQuarter) {
  openIt();
  for (std::size_t i = 0; i < size() / 512; ++i) store("url:http://h/" + std::to_string(i), 500);
  EXPECT_GT(stats().evictions, 0u);
  store("url:http://h/large", size() / 4);
  EXPECT_TRUE(has("url:http://h/large"));
  // It has taken its own room and no more.
  EXPECT_GT(stats().bytes, size() * 9 / 10);
}

TEST_P(MemoryBudget, TakesSeveralLargePages) {
  openIt();
  for (int i = 0; i < 10; ++i) {
    const Key key = "url:http://h/" + std::to_string(i);
    store(key, size() / 4);
    ASSERT_TRUE(has(key));
    ASSERT_LE(stats().bytes, stats().capacity);
    // Used least, so the other policy may give it up.
    if (i > 0 && isLru()) {
      ASSERT_TRUE(has("url:http://h/" + std::to_string(i - 1)));
    }
  }
  EXPECT_EQ(stats().entries, 3u);
}

TEST_P(MemoryBudget, DeclinesAPageOfMoreThanHalf) {
  openIt();
  store("url:http://h/small", 100);
  store("url:http://h/large", size() / 2);
  EXPECT_FALSE(has("url:http://h/large"));
  EXPECT_TRUE(has("url:http://h/small"));
  EXPECT_EQ(stats().declined, 1u);
  EXPECT_EQ(stats().evictions, 0u);
}

TEST_F(MemoryCache, CountsAnEntryWithAllItHolds) {
  open(16 * kMiB);
  store("url:http://h/first", 10);
  const std::uint64_t before = stats().bytes;
  const Key key = "url:http://h/" + std::string(1000, 'k');
  const EntryPtr entry = conformance::makeEntry(key, std::string(50'000, 'x'));
  keep({key, entry});
  EXPECT_GE(stats().bytes, before + entry->footprint());
  EXPECT_LE(stats().bytes, before + entry->footprint() + 8 * kKiB);
  EXPECT_TRUE(erase(key));
  EXPECT_EQ(stats().bytes, before);
}

TEST_F(MemoryCache, CountsAKeyThatIsNotTheEntrysOwn) {
  open(kMiB);
  const EntryPtr entry = conformance::makeEntry("url:http://h/#variant", "body");
  keep({"url:http://h/a", entry});
  const std::uint64_t before = stats().bytes;
  keep({"url:http://h/" + std::string(1000, 'k'), entry});
  EXPECT_GE(stats().bytes, before + entry->footprint() + 1000);
}

TEST_F(MemoryCache, CountsAReplacementByItsDifference) {
  open(kMiB);
  store("url:http://h/a", 1000);
  const std::uint64_t before = stats().bytes;
  store("url:http://h/a", 5000);
  EXPECT_EQ(stats().bytes, before + 4000);
  store("url:http://h/a", 1000);
  EXPECT_EQ(stats().bytes, before);
}

class MemoryOverhead : public MemoryCache, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(OfEveryPolicy, MemoryOverhead, testing::Values("lru", "s3-fifo"),
                         [](const auto& each) { return each.index == 0 ? "Lru" : "S3Fifo"; });

TEST_P(MemoryOverhead, IsAtMostEightyBytesAnEntry) {
  constexpr std::size_t kEntries = 100'000;
  open(256 * kMiB, GetParam());
  const std::uint64_t empty = stats().bytes;
  std::size_t footprint = 0;
  for (std::size_t i = 0; i < kEntries; ++i) {
    const Key key = "url:http://h/" + std::to_string(i);
    const EntryPtr entry = conformance::makeEntry(key, "");
    footprint += entry->footprint() + 16;  // with its control block
    keep({key, entry});
  }
  ASSERT_EQ(stats().entries, kEntries);
  EXPECT_LE((stats().bytes - empty - footprint) / kEntries, 80u);
}

}  // namespace
}  // namespace forage::test
