// The Redis cache in a real cluster: keys are spread over its nodes, slots move, nodes die.
#include "support/redis_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "redis_plugin.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::seconds;

/// So many keys of one slot.
std::vector<Key> keysOfOneSlot(std::size_t n) {
  std::vector<Key> keys;
  for (std::size_t i = 0; i < n; ++i) {
    keys.push_back("url:http://example.com/{moving}/" + std::to_string(i));
  }
  return keys;
}

std::uint16_t slotOf(const RedisCluster& cluster, const Key& key) {
  return static_cast<std::uint16_t>(cluster.node(0).command({"CLUSTER", "KEYSLOT", key}).integer);
}

std::string bodyOf(const Key& key) { return "body of " + key; }

void keepAll(Cache& cache, const std::vector<Key>& keys) {
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, bodyOf(key))});
  cache.store(items);
}

/// How many of `keys` are there, each with the body that belongs to it.
std::size_t found(Cache& cache, const std::vector<Key>& keys) {
  std::vector<EntryPtr> entries(keys.size());
  cache.find(keys, entries);
  std::size_t n = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (entries[i] && entries[i]->body() == bodyOf(keys[i])) ++n;
  }
  return n;
}

TEST(RedisCluster, HoldsEachKeyWhereItBelongs) {
  const RedisCluster cluster;
  const FakeClock clock;
  const auto cache = makeRedis(cluster.url(), clock);
  const std::vector<Key> keys = keysOf(600);
  keepAll(*cache, keys);
  EXPECT_EQ(found(*cache, keys), keys.size());
  for (std::size_t i = 0; i < cluster.masters(); ++i) {
    EXPECT_GT(cluster.node(i).command({"DBSIZE"}).integer, 100) << i;
  }
  std::set<Key> shown;
  cache->scan("url:*", [&](const Scanned& entry) { return shown.emplace(entry.key).second; });
  EXPECT_EQ(shown, std::set<Key>(keys.begin(), keys.end()));
  EXPECT_EQ(cache->erase(keys), keys.size());
  EXPECT_EQ(found(*cache, keys), 0U);
  // All of that was sent to the right place at once, over one connection to each.
  EXPECT_EQ(counter(*cache, "redirections"), 0U);
  EXPECT_EQ(counter(*cache, "connections"), cluster.masters());
}

TEST(RedisCluster, FollowsASlotThatMoves) {
  const RedisCluster cluster({.masters = 2});
  const FakeClock clock;
  const auto cache = makeRedis(cluster.url(), clock);
  const std::vector<Key> keys = keysOfOneSlot(20);
  const std::uint16_t slot = slotOf(cluster, keys.front());
  const std::size_t from = cluster.ownerOf(slot);
  const std::size_t to = 1 - from;
  keepAll(*cache, keys);

  cluster.beginMove(slot, from, to);
  for (std::size_t i = 0; i < 10; ++i) cluster.moveKey(keys[i], from, to);
  EXPECT_EQ(found(*cache, keys), keys.size());
  EXPECT_EQ(counter(*cache, "redirections"), 10U);  // ASK for each key that has moved
  const Key added = "url:http://example.com/{moving}/added";
  keep(*cache, added, bodyOf(added));
  EXPECT_EQ(cluster.node(to).command({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}).integer,
            11);
  EXPECT_EQ(counter(*cache, "redirections"), 11U);

  for (std::size_t i = 10; i < 20; ++i) cluster.moveKey(keys[i], from, to);
  cluster.endMove(slot, to);
  EXPECT_EQ(found(*cache, keys), keys.size());  // MOVED for each of the first batch
  EXPECT_EQ(counter(*cache, "redirections"), 31U);
  EXPECT_EQ(found(*cache, keys), keys.size());
  EXPECT_EQ(lookUp(*cache, added), bodyOf(added));
  EXPECT_EQ(cache->erase(keys), keys.size());
  EXPECT_EQ(counter(*cache, "redirections"), 31U);
}

TEST(RedisCluster, LosesNothingWhileSlotsMoveUnderTraffic) {
  const RedisCluster cluster;
  const SystemClock clock;
  // One connection to each node, so that batches wait for each other's.
  const auto cache = makeRedis(cluster.url(), clock, {{"max_connections", std::int64_t{1}}});
  const std::vector<Key> moving = keysOfOneSlot(40);
  std::vector<Key> keys = keysOf(40);
  keys.insert(keys.end(), moving.begin(), moving.end());
  const std::uint16_t slot = slotOf(cluster, moving.front());
  const std::size_t home = cluster.ownerOf(slot);
  keepAll(*cache, keys);

  std::atomic<bool> done{false};
  std::atomic<std::size_t> rounds{0};
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      while (!done) {
        try {
          if (t == 0) keepAll(*cache, keys);
          if (found(*cache, keys) != keys.size()) ++wrong;
        } catch (const CacheError& error) {
          ADD_FAILURE() << error.message();
          ++wrong;
        }
        ++rounds;
      }
    });
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t from = (home + i) % 3;
    const std::size_t to = (from + 1) % 3;
    cluster.beginMove(slot, from, to);
    for (const Key& key : moving) {
      // A store that was asked to the other node meanwhile may have made it there already.
      if (cluster.node(from).command({"EXISTS", key}).integer == 1) cluster.moveKey(key, from, to);
    }
    cluster.endMove(slot, to);
    const std::size_t seen = rounds;
    EXPECT_TRUE(eventually([&] { return rounds > seen + 5; }));
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(counter(*cache, "redirections"), 0U);
}

TEST(RedisCluster, WorksAgainAfterAMasterDied) {
  const RedisCluster cluster({.replicas = 1, .lines = {"cluster-node-timeout 1000"}});
  const SystemClock clock;
  const auto cache = makeRedis(cluster.url(), clock);
  const std::vector<Key> keys = keysOf(200);
  keepAll(*cache, keys);
  ASSERT_TRUE(eventually([&] {  // replication is not waited for by those who store
    return cluster.node(3).command({"DBSIZE"}).integer ==
           cluster.node(0).command({"DBSIZE"}).integer;
  }));
  cluster.node(0).kill();
  const auto works = [&] {
    try {
      return found(*cache, keys) == keys.size();
    } catch (const CacheError&) {
      return false;
    }
  };
  EXPECT_FALSE(works());
  EXPECT_TRUE(eventually(works));
  keepAll(*cache, keys);
  std::size_t shown = 0;
  cache->scan("*", [&](const Scanned&) { return ++shown > 0; });
  EXPECT_EQ(shown, keys.size());
}

TEST(RedisCluster, NeedsOneOfTheNodesThatItWasToldOf) {
  RedisCluster cluster({.masters = 2});
  const FakeClock clock;
  RedisServer gone;
  gone.kill();
  const std::string dead = "127.0.0.1:" + std::to_string(gone.port());
  std::string url = cluster.url();
  url.insert(url.find("://") + 3, dead + ",");
  const auto cache = makeRedis(url, clock);
  const std::vector<Key> keys = keysOf(50);
  keepAll(*cache, keys);
  EXPECT_EQ(found(*cache, keys), keys.size());
  EXPECT_EQ(errorOfFind(*makeRedis("redis+cluster://" + dead, clock)),
            "redis at cluster " + dead + ": node " + dead + ": Connection refused");
}

TEST(RedisCluster, SignsInToEveryNodeOverTls) {
  const RedisCluster cluster({.masters = 2, .tls = true, .password = "hunter2"});
  const FakeClock clock;
  const Options trust{{"ca_file", cluster.caFile().string()}};
  std::string url = cluster.url();
  EXPECT_NE(errorOfFind(*makeRedis(url, clock, trust)).find("set [cache.redis] password"),
            std::string::npos);
  url.insert(url.find("://") + 3, ":hunter2@");
  const auto cache = makeRedis(url, clock, trust);
  const std::vector<Key> keys = keysOf(50);
  keepAll(*cache, keys);
  EXPECT_EQ(found(*cache, keys), keys.size());
  EXPECT_EQ(counter(*cache, "connections"), 2U);
}

TEST(RedisCluster, NeedsLittleOfAUser) {
  const std::string user =
      "user forage on >pw ~url:* +get +set +unlink +scan +pttl +cluster|slots +asking";
  const RedisCluster cluster({.masters = 2, .lines = {user, "user reader on >pw ~url:* +get"}});
  const FakeClock clock;
  std::string url = cluster.url();
  url.insert(url.find("://") + 3, "forage:pw@");
  const auto cache = makeRedis(url, clock);
  const std::vector<Key> keys = keysOfOneSlot(2);
  const std::uint16_t slot = slotOf(cluster, keys.front());
  const std::size_t from = cluster.ownerOf(slot);
  keepAll(*cache, keys);
  cluster.beginMove(slot, from, 1 - from);
  cluster.moveKey(keys.front(), from, 1 - from);
  EXPECT_EQ(found(*cache, keys), keys.size());
  std::size_t shown = 0;
  cache->scan("url:*", [&](const Scanned&) { return ++shown > 0; });
  EXPECT_EQ(shown, keys.size());
  EXPECT_EQ(cache->erase(keys), keys.size());
  url.replace(url.find("forage"), 6, "reader");
  const std::string error = errorOfFind(*makeRedis(url, clock));
  EXPECT_NE(error.find("+cluster|slots"), std::string::npos) << error;
}

TEST(RedisCluster, WaitsForACommandTimeoutUntilTheClusterIsUp) {
  const RedisCluster cluster({.masters = 2});
  const SystemClock clock;
  const auto cache = makeRedis(cluster.url(), clock, {{"command_timeout", std::string("300ms")}});
  const Key key = keysOf(1).front();
  const std::string slot = std::to_string(slotOf(cluster, key));
  const RedisServer& owner = cluster.node(cluster.ownerOf(slotOf(cluster, key)));
  keep(*cache, key, "before");
  // Whoever knows a slot without an owner serves none.
  owner.command({"CLUSTER", "DELSLOTS", slot});
  const auto begun = SteadyClock::now();
  const std::string error = errorOfFind(*cache, key);
  const auto taken = SteadyClock::now() - begun;
  EXPECT_NE(error.find("CLUSTERDOWN"), std::string::npos) << error;
  EXPECT_GE(taken, Millis(300));
  EXPECT_LT(taken, seconds(5));
  owner.command({"CLUSTER", "ADDSLOTS", slot});
  EXPECT_TRUE(eventually([&] { return errorOfStore(*cache, key) == ""; }));
}

TEST(RedisCluster, IsNotTakenForAServerNorAServerForIt) {
  const RedisServer server;
  const FakeClock clock;
  const std::string none =
      errorOfFind(*makeRedis("redis+cluster://127.0.0.1:" + std::to_string(server.port()), clock));
  EXPECT_NE(none.find("it is no node of a cluster: write redis:// in url"), std::string::npos)
      << none;
  const RedisCluster cluster({.masters = 2});
  const auto cache = makeRedis(cluster.node(0).url(), clock);
  EXPECT_THROW(
      {
        for (const Key& key : keysOf(20)) keep(*cache, key, "body");
      },
      CacheError);
}

}  // namespace
}  // namespace forage::test
