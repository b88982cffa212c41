// What the Redis cache keeps and finds, with a real server.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "redis_plugin.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

const Key kKey = "url:http://example.com/";
using Type = RedisServer::Answer::Type;

struct RedisCache : testing::Test {
  FakeClock clock;
  RedisServer server;
};

TEST_F(RedisCache, ConnectsAtTheFirstUseAndNotBefore) {
  const long long before = server.info("total_connections_received");
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_FALSE(cache->answersWithoutIo());
  EXPECT_EQ(counter(*cache, "connections"), 0U);
  EXPECT_EQ(server.info("total_connections_received"), before + 1);  // ours, to ask
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
  EXPECT_EQ(counter(*cache, "connections"), 1U);
}

TEST_F(RedisCache, KeepsAnEntryAsAnHttpMessageUnderItsKey) {
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "hello");
  const std::string value = server.command({"GET", kKey}).text;
  EXPECT_EQ(value, storedForm(*entryOf(kKey, "hello")));
  EXPECT_TRUE(value.starts_with("HTTP/1.1 200 OK\r\nForage-Entry: v=1,"));
  EXPECT_TRUE(value.ends_with("\r\n\r\nhello"));
}

TEST_F(RedisCache, GivesBackAnyBytesOfAnyLength) {
  const auto cache = makeRedis(server.url(), clock);
  for (const std::size_t size : {0U, 1U, 100U, 16'384U, 16'385U, 1'000'000U, 9'000'000U}) {
    const std::string body = bytesOf(size, static_cast<unsigned>(size));
    keep(*cache, kKey, body);
    EXPECT_TRUE(lookUp(*cache, kKey) == body) << size;
  }
}

TEST_F(RedisCache, SendsKeysWithAnyBytesAsTheyAre) {
  const auto cache = makeRedis(server.url(), clock);
  const Key key = "url:\xc3\xa9\r\n$3\r\nDEL\r\n#" + std::string(3000, 'k') + '\0';
  keep(*cache, key, "x");
  EXPECT_EQ(server.command({"EXISTS", key}).integer, 1);
  EXPECT_EQ(server.command({"DBSIZE"}).integer, 1);
  EXPECT_EQ(cache->erase({&key, 1}), 1U);
}

TEST_F(RedisCache, FindsManyKeysWithTheirGaps) {
  const auto cache = makeRedis(server.url(), clock);
  const std::vector<Key> keys = keysOf(200);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < keys.size(); i += 2) {
    items.push_back({keys[i], entryOf(keys[i], "body " + std::to_string(i))});
  }
  cache->store(items);
  std::vector<EntryPtr> found(keys.size(), entryOf("old", "old"));
  cache->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ(found[i] != nullptr, i % 2 == 0) << i;
    if (found[i]) {
      EXPECT_EQ(found[i]->body(), "body " + std::to_string(i));
    }
  }
  const CacheStats stats = cache->stats();
  EXPECT_EQ(stats.hits, 100U);
  EXPECT_EQ(stats.misses, 100U);
  EXPECT_EQ(stats.stores, 100U);
  EXPECT_EQ(counter(*cache, "connections"), 1U);
}

TEST_F(RedisCache, DoesNothingForNothing) {
  const auto cache = makeRedis(server.url(), clock);
  cache->find({}, {});
  cache->store({});
  EXPECT_EQ(cache->erase({}), 0U);
  EXPECT_EQ(counter(*cache, "connections"), 0U);
}

TEST_F(RedisCache, LengthensALifetimeByAtMostATenth) {
  const auto cache = makeRedis(server.url(), clock);
  constexpr long long kLifetime = 1'000'000;
  const std::vector<Key> keys = keysOf(100);
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, "x"), Millis(kLifetime)});
  cache->store(items);
  std::set<long long> drawn;
  for (const Key& key : keys) {
    const long long left = server.command({"PTTL", key}).integer;
    EXPECT_GE(left, kLifetime - 30'000);  // what this test may have taken until here
    EXPECT_LE(left, kLifetime + kLifetime / 10);
    drawn.insert(left / 1000);
  }
  EXPECT_GT(drawn.size(), 10U);
}

TEST_F(RedisCache, KeepsWithoutEndWhatLivesForEver) {
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "x", kForever);
  EXPECT_EQ(server.command({"PTTL", kKey}).integer, -1);
  keep(*cache, kKey, "x", kForever - Millis(1));
  EXPECT_EQ(server.command({"PTTL", kKey}).integer, -1);
}

TEST_F(RedisCache, ForgetsAtTheEndOfALifetime) {
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "x", Millis(1));
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (lookUp(*cache, kKey) && std::chrono::steady_clock::now() < limit) {
    std::this_thread::yield();
  }
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
}

TEST_F(RedisCache, ReplacesUnlessAskedNotTo) {
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "first");
  keep(*cache, kKey, "second");
  EXPECT_EQ(lookUp(*cache, kKey), "second");
  const Keep item{kKey, entryOf(kKey, "third"), Millis(1'000'000), true};
  cache->store({&item, 1});
  EXPECT_EQ(lookUp(*cache, kKey), "second");
  EXPECT_EQ(cache->stats().stores, 2U);
  EXPECT_EQ(cache->stats().declined, 0U);
  EXPECT_EQ(server.command({"PTTL", kKey}).integer, -1);
}

TEST_F(RedisCache, ErasesWithUnlinkAndCounts) {
  const auto cache = makeRedis(server.url(), clock);
  const std::vector<Key> keys = keysOf(600);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < 500; ++i) items.push_back({keys[i], entryOf(keys[i], "x")});
  cache->store(items);
  EXPECT_EQ(cache->erase(keys), 500U);
  EXPECT_EQ(cache->erase(keys), 0U);
  EXPECT_EQ(server.command({"DBSIZE"}).integer, 0);
  const std::string stats = server.command({"INFO", "commandstats"}).text;
  EXPECT_NE(stats.find("cmdstat_unlink"), std::string::npos);
  EXPECT_EQ(stats.find("cmdstat_del:"), std::string::npos);
}

TEST_F(RedisCache, TakesAValueThatIsNoneOfItsOwnForADamagedMiss) {
  const auto cache = makeRedis(server.url(), clock);
  const std::string whole = storedForm(*entryOf(kKey, std::string(1000, 'b')));
  std::string flipped = whole;
  flipped[whole.size() - 10] = 'X';
  const std::vector<std::vector<std::string>> ways = {
      {"SET", kKey, flipped},     {"SET", kKey, whole.substr(0, whole.size() - 1)},
      {"SET", kKey, whole + "x"}, {"SET", kKey, "<html>as the tutorial stores it</html>"},
      {"SET", kKey, ""},          {"SET", kKey, "12345"},
      {"RPUSH", kKey, "a", "b"},  {"HSET", kKey, "a", "b"},
  };
  std::uint64_t damaged = 0;
  for (const auto& way : ways) {
    server.command({"DEL", kKey});
    ASSERT_NE(server.command(way).type, Type::kError);
    EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
    EXPECT_EQ(cache->stats().damaged, ++damaged);
    EXPECT_EQ(cache->stats().misses, damaged);
  }
  keep(*cache, kKey, "whole again");
  EXPECT_EQ(lookUp(*cache, kKey), "whole again");
}

TEST_F(RedisCache, TakesAnotherKeysValueForADamagedMiss) {
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, "url:http://example.com/a", "a");
  server.command({"RENAME", "url:http://example.com/a", "url:http://example.com/b"});
  EXPECT_EQ(lookUp(*cache, "url:http://example.com/b"), std::nullopt);
  EXPECT_EQ(cache->stats().damaged, 1U);
}

TEST_F(RedisCache, InspectsWhatIsNoEntryAndLeavesOutWhatIsTooLarge) {
  const auto cache = makeRedis(server.url(), clock, {{"max_value_size", std::string("4KiB")}});
  const std::vector<Key> keys = keysOf(6);
  for (const Key& key : keys) keep(*cache, key, "body", std::chrono::hours(1));
  server.command({"SET", keys[1], "<html>of somebody else</html>"});
  server.command({"DEL", keys[2]});
  server.command({"RPUSH", keys[2], "a", "list"});
  server.command({"SET", keys[3], std::string(5000, 'x')});
  server.command({"SET", keys[4], std::string(6u << 20, 'x')});
  std::map<Key, bool> shown;
  cache->inspect("url:*", [&](const Scanned& one) {
    shown[Key(one.key)] = one.entry != nullptr;
    return true;
  });
  const std::map<Key, bool> expected{
      {keys[0], true}, {keys[1], false}, {keys[2], false}, {keys[5], true}};
  EXPECT_EQ(shown, expected);
  std::size_t scanned = 0;
  cache->scan("url:*", [&](const Scanned& one) {
    EXPECT_NE(one.entry, nullptr) << one.key;
    return ++scanned > 0;
  });
  EXPECT_EQ(scanned, 2U);
}

TEST_F(RedisCache, DeclinesAndDoesNotReadWhatIsTooLarge) {
  const auto large = makeRedis(server.url(), clock);
  const auto small = makeRedis(server.url(), clock, {{"max_value_size", std::string("4KiB")}});
  keep(*small, kKey, std::string(5000, 'x'));
  EXPECT_EQ(small->stats().declined, 1U);
  EXPECT_EQ(lookUp(*large, kKey), std::nullopt);
  keep(*large, kKey, std::string(5000, 'x'));
  EXPECT_EQ(lookUp(*small, kKey), std::nullopt);
  EXPECT_EQ(small->stats().damaged, 1U);
}

// A value far beyond the limit costs the connection, and nothing else: the keys after it are found.
TEST_F(RedisCache, FindsTheOthersBesideAValueFarTooLarge) {
  const auto cache = makeRedis(server.url(), clock, {{"max_value_size", std::string("4KiB")}});
  const std::vector<Key> keys = keysOf(5);
  for (const Key& key : keys) keep(*cache, key, "body of " + key);
  server.command({"SET", keys[1], std::string(6u << 20, 'x')});
  server.command({"SET", keys[4], std::string(6u << 20, 'x')});
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  for (const std::size_t i : {0U, 2U, 3U}) {
    ASSERT_NE(found[i], nullptr) << i;
    EXPECT_EQ(found[i]->body(), "body of " + keys[i]);
  }
  EXPECT_EQ(found[1], nullptr);
  EXPECT_EQ(found[4], nullptr);
  EXPECT_EQ(cache->stats().damaged, 2U);
  std::size_t shown = 0;
  cache->scan("*", [&](const Scanned&) { return ++shown < 100; });
  EXPECT_EQ(shown, 3U);
}

TEST_F(RedisCache, MovesLargePipelinesBothWays) {
  const auto cache = makeRedis(server.url(), clock);
  const std::vector<Key> keys = keysOf(64);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    items.push_back({keys[i], entryOf(keys[i], bytesOf(1u << 20, static_cast<unsigned>(i)))});
  }
  cache->store(items);
  std::vector<EntryPtr> found(keys.size());
  for (int round = 0; round < 2; ++round) {  // the second one knows how large values are
    cache->find(keys, found);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      ASSERT_NE(found[i], nullptr) << i;
      EXPECT_TRUE(found[i]->body() == items[i].entry->body()) << i;
    }
  }
  EXPECT_EQ(cache->stats().hits, 128U);
  EXPECT_EQ(counter(*cache, "connections"), 1U);
}

TEST_F(RedisCache, ServesManyThreadsOverFewConnections) {
  const auto cache = makeRedis(server.url(), clock, {{"max_connections", std::int64_t{3}}});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const std::string prefix = "url:http://host" + std::to_string(t) + "/";
      for (unsigned i = 0; i < 50; ++i) {
        const Key key = prefix + std::to_string(i);
        const std::string body = bytesOf(1000 + 997 * i, 100 * t + i);
        keep(*cache, key, body);
        if (lookUp(*cache, key) != body) ++wrong;
        if (i % 10 == 0 && cache->erase({&key, 1}) != 1) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(counter(*cache, "connections"), 3U);
  EXPECT_EQ(cache->stats().stores, 400U);
  EXPECT_EQ(cache->stats().hits, 400U);
}

TEST_F(RedisCache, NamesItsConnection) {
  const auto cache = makeRedis(server.url(), clock);
  (void)lookUp(*cache, kKey);
  EXPECT_NE(server.command({"CLIENT", "LIST"}).text.find("name=forage"), std::string::npos);
}

TEST_F(RedisCache, UsesTheDatabaseOfItsUrlOrOption) {
  const auto by_url = makeRedis(server.url() + "/3", clock);
  const auto by_option = makeRedis(server.url() + "/2", clock, {{"database", std::int64_t{3}}});
  const auto other = makeRedis(server.unixUrl() + "?db=2", clock);
  keep(*by_url, kKey, "three");
  EXPECT_EQ(lookUp(*by_option, kKey), "three");
  EXPECT_EQ(lookUp(*other, kKey), std::nullopt);
  EXPECT_EQ(server.command({"GET", kKey}).type, Type::kNil);
}

TEST_F(RedisCache, SaysThatADatabaseDoesNotExist) {
  const auto cache = makeRedis(server.url() + "/99", clock);
  EXPECT_NE(errorOfFind(*cache).find("DB index is out of range"), std::string::npos);
}

struct RedisScan : RedisCache {
  void SetUp() override {
    const std::vector<Key> keys = keysOf(1000);
    std::vector<Keep> items;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Millis lifetime = i % 2 == 0 ? kForever : Millis(1'000'000);
      items.push_back({keys[i], entryOf(keys[i], "body of " + keys[i]), lifetime});
    }
    cache->store(items);
    server.command({"SET", "url:http://example.com/plain", "text"});
    server.command({"RPUSH", "url:http://example.com/list", "a"});
    server.command({"SET", "another's", "text"});
  }

  std::unique_ptr<Cache> cache =
      makeRedis(server.url(), clock, {{"max_connections", std::int64_t{1}}});
};

TEST_F(RedisScan, ShowsEveryEntryOnceWithWhatRemains) {
  std::set<std::string> shown;
  cache->scan("url:*", [&](const Scanned& scanned) {
    const std::string key(scanned.key);
    EXPECT_TRUE(shown.insert(key).second) << key;
    EXPECT_EQ(scanned.entry->key(), key);
    EXPECT_EQ(scanned.entry->body(), "body of " + key);
    const bool forever = (key.back() - '0') % 2 == 0;
    EXPECT_EQ(scanned.remaining == kForever, forever) << key;
    EXPECT_GT(scanned.remaining, Millis(900'000));
    return true;
  });
  EXPECT_EQ(shown.size(), 1000U);
  const std::string stats = server.command({"INFO", "commandstats"}).text;
  EXPECT_EQ(stats.find("cmdstat_keys:"), std::string::npos);
  EXPECT_EQ(cache->stats().hits + cache->stats().misses, 0U);
}

TEST_F(RedisScan, ShowsWhatMatches) {
  std::set<std::string> shown;
  cache->scan("url:http://example.com/1[2-3]?", [&](const Scanned& scanned) {
    shown.emplace(scanned.key);
    return true;
  });
  EXPECT_EQ(shown.size(), 20U);
  EXPECT_TRUE(shown.contains("url:http://example.com/120"));
}

TEST_F(RedisScan, EndsWhenItsVisitorHasSeenEnough) {
  int shown = 0;
  cache->scan("*", [&](const Scanned&) { return ++shown < 7; });
  EXPECT_EQ(shown, 7);
}

TEST_F(RedisScan, HoldsNoConnectionWhileItsVisitorUsesTheCache) {
  std::size_t erased = 0;
  cache->scan("*", [&](const Scanned& scanned) {
    const Key key(scanned.key);
    erased += cache->erase({&key, 1});
    return true;
  });
  EXPECT_EQ(erased, 1000U);
  EXPECT_EQ(server.command({"DBSIZE"}).integer, 3);
}

TEST_F(RedisScan, ShowsNothingThatHasExpiredMeanwhile) {
  int limited = 0;
  cache->scan("*", [&](const Scanned& scanned) {
    limited += scanned.remaining != kForever;
    clock.advance(Millis(2'000'000));  // a slow visitor
    return true;
  });
  EXPECT_LT(limited, 100);  // of 500: at most one or so of each page that was read in one go
}

}  // namespace
}  // namespace forage::test
