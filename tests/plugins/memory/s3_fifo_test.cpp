// What policy = "s3-fifo" promises: what is used stays, what is not goes soon, and nobody waits.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "memory_fixture.h"

namespace forage::test {
namespace {

class S3Fifo : public MemoryCache {
 protected:
  /// Room for about 500 pages of 2,000 bytes, a tenth of it for new ones.
  void SetUp() override { open(500 * 2300, "s3-fifo"); }
  void storePage(int i) { store(keyOf(i), 2000); }
  void flood(int from, int count) {
    for (int i = from; i < from + count; ++i) storePage(i);
  }
  int countOf(int from, int count) {
    int there = 0;
    for (int i = from; i < from + count; ++i) there += has(keyOf(i)) ? 1 : 0;
    return there;
  }
};

TEST_F(S3Fifo, KeepsWhatWasUsedOnceThroughAScanOfAnyLength) {
  flood(0, 300);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(has(keyOf(i)));
  flood(10'000, 20'000);
  EXPECT_EQ(countOf(0, 300), 300);
}

TEST_F(S3Fifo, LetsGoWhatIsNeverUsedFirst) {
  flood(0, 300);
  for (int i = 0; i < 300; i += 2) ASSERT_TRUE(has(keyOf(i)));
  flood(10'000, 1000);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(has(keyOf(i)), i % 2 == 0) << i;
}

TEST_F(S3Fifo, GivesUpWhatIsUsedNoMore) {
  flood(0, 400);
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(has(keyOf(i)));
  for (int i = 10'000; i < 14'000; ++i) {
    storePage(i);
    ASSERT_TRUE(has(keyOf(i)));
  }
  EXPECT_EQ(countOf(0, 400), 0);
}

TEST_F(S3Fifo, KeepsWhatComesBackSoonAfterItWent) {
  flood(10'000, 1000);
  storePage(1);
  flood(20'000, 600);
  ASSERT_FALSE(has(keyOf(1)));
  storePage(1);
  storePage(2);
  flood(30'000, 700);
  EXPECT_TRUE(has(keyOf(1)));
  EXPECT_FALSE(has(keyOf(2)));
}

TEST_F(S3Fifo, TakesAReplacedEntryForUsed) {
  flood(0, 2);
  storePage(0);
  flood(10'000, 1000);
  EXPECT_TRUE(has(keyOf(0)));
  EXPECT_FALSE(has(keyOf(1)));
}

TEST_F(S3Fifo, HasRoomForAPageThatIsLargerThanTheSmallQueue) {
  flood(0, 600);
  store("url:http://h/large", 200 * 2000);
  flood(10'000, 50);
  EXPECT_TRUE(has("url:http://h/large"));
  EXPECT_LE(stats().bytes, stats().capacity);
}

TEST_F(S3Fifo, ReclaimsExpiredEntriesBeforeLivingOnes) {
  for (int i = 0; i < 400; ++i) store(keyOf(i), 2000, i % 2 == 0 ? kForever : Millis(1000));
  clock_.advance(Millis(1000));
  flood(10'000, 200);
  EXPECT_EQ(stats().evictions, 0u);
  EXPECT_EQ(countOf(0, 400), 200);
}

TEST_F(S3Fifo, DestroysNoEntryUnderItsLock) {
  int destroyed = 0;
  for (int i = 0; i < 600; ++i) {
    const EntryPtr plain = conformance::makeEntry(keyOf(i), std::string(2000, 'x'));
    keep({keyOf(i), EntryPtr(plain.get(), [this, plain, &destroyed](const Entry*) {
            if (cache_) has("url:http://h/any");
            ++destroyed;
          })});
  }
  EXPECT_GT(destroyed, 50);
  cache_.reset();  // its entries still refer to this test
  EXPECT_EQ(destroyed, 600);
}

TEST_F(S3Fifo, MakesRoomWhileEveryEntryIsBeingUsed) {
  flood(0, 450);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done.load()) countOf(0, 450);
  });
  flood(10'000, 5000);
  done = true;
  reader.join();
  EXPECT_LE(stats().bytes, stats().capacity);
  EXPECT_GT(stats().evictions, 4000u);
}

/// Both policies: what a batch answers is what single look-ups answer.
TEST_F(MemoryCache, AnswersABatchAsItAnswersEachKey) {
  for (const char* policy : {"lru", "s3-fifo"}) {
    open(16 * kMiB, policy);
    for (int i = 0; i < 200; i += 3) store(keyOf(i), 10);
    for (const int count : {0, 1, 2, 15, 16, 17, 64, 200}) {
      std::vector<Key> keys;
      for (int i = 0; i < count; ++i) keys.push_back(keyOf(i));
      std::vector<EntryPtr> found(keys.size(), conformance::makeEntry("url:old", ""));
      cache_->find(keys, found);
      for (int i = 0; i < count; ++i) {
        ASSERT_EQ(found[static_cast<std::size_t>(i)], find(keyOf(i))) << i << " of " << count;
        ASSERT_EQ(found[static_cast<std::size_t>(i)] != nullptr, i % 3 == 0);
      }
    }
  }
}

}  // namespace
}  // namespace forage::test
