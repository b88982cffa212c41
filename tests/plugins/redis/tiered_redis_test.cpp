// A memory in front of Redis: the real plugins, and processes that see each other's changes.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "conformance/cache_conformance.h"
#include "shared_redis.h"
#include "store/tiered_cache.h"
#include "support/eventually.h"
#include "support/plugin_library.h"

namespace forage::test {
namespace {

using store::TieredCache;

const Key kKey = "url:http://h/a";

std::unique_ptr<Cache> makeMemory(const Clock& clock) {
  Settings::Values values;
  values["max_size"].data = std::string("32MiB");
  return loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)), {clock});
}

/// A tiered cache that takes its server, empty and of its own, along.
class TieredWithServer final : public Cache {
 public:
  TieredWithServer() : tiered_(makeMemory(clock_), redis_.process(), clock_) {}

  [[nodiscard]] bool answersWithoutIo() const noexcept override {
    return tiered_.answersWithoutIo();
  }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    tiered_.find(keys, found);
  }
  void store(std::span<const Keep> items) override { tiered_.store(items); }
  std::size_t erase(std::span<const Key> keys) override { return tiered_.erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    tiered_.scan(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override { return tiered_.stats(); }

 private:
  SystemClock clock_;
  SharedRedis redis_;
  TieredCache tiered_;
};

struct TieredRedis : testing::Test {
  std::unique_ptr<TieredCache> start(const Options& more = {}) {
    return std::make_unique<TieredCache>(makeMemory(clock), redis.process(more), clock);
  }
  static std::uint64_t nearHits(const Cache& cache) { return counter(cache, "near_hits"); }
  /// Looks `key` up until memory answers.
  static bool comesNear(Cache& cache, const Key& key) {
    const std::uint64_t before = nearHits(cache);
    return eventually([&] {
      (void)lookUp(cache, key);
      return nearHits(cache) > before;
    });
  }

  SystemClock clock;
  SharedRedis redis;
};

TEST_F(TieredRedis, AnswersFromMemoryWhatItHasFound) {
  keep(*redis.process(), kKey, "A");
  const auto cache = start();
  ASSERT_TRUE(comesNear(*cache, kKey));
  const long long before = redis.server().info("total_commands_processed");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(lookUp(*cache, kKey), "A");
  EXPECT_LT(redis.server().info("total_commands_processed"), before + 10);  // signs of life
}

TEST_F(TieredRedis, SeesWhatAnotherProcessStoresErasesAndEmpties) {
  const auto one = start();
  const auto other = start();
  keep(*one, kKey, "A");
  ASSERT_TRUE(comesNear(*one, kKey));
  ASSERT_TRUE(comesNear(*other, kKey));
  for (const std::string body : {"B", "C", "D"}) {
    keep(*other, kKey, body);
    EXPECT_TRUE(eventually([&] { return lookUp(*one, kKey) == body; }));
    ASSERT_TRUE(comesNear(*one, kKey));
    keep(*one, kKey, body + body);
    EXPECT_TRUE(eventually([&] { return lookUp(*other, kKey) == body + body; }));
    ASSERT_TRUE(comesNear(*other, kKey));
  }
  other->erase({&kKey, 1});
  EXPECT_TRUE(eventually([&] { return lookUp(*one, kKey) == std::nullopt; }));
  keep(*other, kKey, "E");
  ASSERT_TRUE(comesNear(*one, kKey));
  redis.server().command({"FLUSHALL"});
  EXPECT_TRUE(eventually([&] { return lookUp(*one, kKey) == std::nullopt; }));
}

TEST_F(TieredRedis, TrustsNothingThatMayHaveChangedUnseen) {
  const auto one = start();
  const auto other = start();
  keep(*other, kKey, "A");
  ASSERT_TRUE(comesNear(*one, kKey));
  for (const std::string body : {"B", "C"}) {
    redis.cutConnections();
    keep(*other, kKey, body);
    EXPECT_TRUE(eventually([&] { return lookUp(*one, kKey) == body; }));
    ASSERT_TRUE(comesNear(*one, kKey));
    EXPECT_EQ(lookUp(*one, kKey), body);
  }
}

TEST_F(TieredRedis, ComesBackWithTheServer) {
  const auto cache = start({{"retry_period", std::string("1ms")}});
  keep(*cache, kKey, "A");
  ASSERT_TRUE(comesNear(*cache, kKey));
  redis.server().kill();
  ASSERT_TRUE(eventually([&] { return !errorOfFind(*cache, kKey).empty(); }));
  redis.server().restart();
  ASSERT_TRUE(eventually([&] { return errorOfStore(*cache, kKey).empty(); }));
  EXPECT_EQ(lookUp(*cache, kKey), "body");
  EXPECT_TRUE(comesNear(*cache, kKey));
}

// One process fetches, the other waits, and then sees what was fetched, not what it had before.
TEST_F(TieredRedis, SeesWhatWasStoredUnderALease) {
  const auto one = start();
  const auto other = start();
  keep(*one, kKey, "0");
  for (int round = 1; round <= 50; ++round) {
    const std::string body = std::to_string(round);
    ASSERT_TRUE(lookUp(*other, kKey).has_value());
    conformance::CountingHome home;
    Leases::State state = Leases::State::kOthers;
    one->leases()->acquire({&kKey, 1}, {&state, 1}, home);
    ASSERT_NE(state, Leases::State::kOthers);
    other->leases()->acquire({&kKey, 1}, {&state, 1}, home);
    ASSERT_EQ(state, Leases::State::kOthers);
    keep(*one, kKey, body);
    one->leases()->release({&kKey, 1});
    ASSERT_TRUE(home.waitFor(kKey));
    EXPECT_EQ(lookUp(*other, kKey), body);
    other->leases()->forget(home);
    one->leases()->forget(home);
  }
}

TEST_F(TieredRedis, SeesTheLatestInTheEndUnderManyThreads) {
  const auto one = start();
  const auto other = start();
  const std::vector<Key> keys = keysOf(10);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    Cache& cache = t % 2 == 0 ? *one : *other;
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 300; ++i) {
        const Key& key = keys[(i * 7 + t) % keys.size()];
        if (i % 4 == 0) keep(cache, key, "body of " + key + " " + std::to_string(i));
        const auto body = lookUp(cache, key);
        if (body && !body->starts_with("body of " + key + " ")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const auto plain = redis.process();
  for (const Key& key : keys) {
    const auto latest = lookUp(*plain, key);
    EXPECT_TRUE(eventually([&] { return lookUp(*one, key) == latest; })) << key;
    EXPECT_TRUE(eventually([&] { return lookUp(*other, key) == latest; })) << key;
  }
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(MemoryBeforeRedis, {.make = [] {
                           return std::make_unique<forage::test::TieredWithServer>();
                         }});
