// What Redis tells of changes, through the real cache.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "forage/error.h"
#include "scripted_server.h"
#include "shared_redis.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

const Key kKey = "url:http://h/a";

class Changes final : public ChangeListener {
 public:
  void changed(std::span<const Key> keys) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      for (const Key& key : keys) ++told_[key];
    }
    changed_.notify_all();
  }
  void allChanged() noexcept override {
    {
      const std::lock_guard lock(mutex_);
      ++all_;
    }
    changed_.notify_all();
  }
  [[nodiscard]] bool waitFor(const Key& key, int times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return told_[key] >= times; });
  }
  [[nodiscard]] bool waitForAll(int times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return all_ >= times; });
  }
  [[nodiscard]] std::map<Key, int> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  [[nodiscard]] int all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  static constexpr std::chrono::seconds kPatience{60};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<Key, int> told_;
  int all_ = 0;
};

struct RedisChanges : testing::Test {
  /// Has `listener` told by a new process; returns once it is.
  std::unique_ptr<Cache> watched(Changes& listener, const Options& more = {}) {
    auto cache = redis.process(more);
    EXPECT_TRUE(cache->watch(&listener));
    EXPECT_TRUE(listener.waitForAll(1));
    return cache;
  }
  static bool isTold(Cache& cache, Changes& listener) {
    try {
      return cache.watch(&listener);
    } catch (const CacheError& error) {
      EXPECT_TRUE(error.message().starts_with("redis at ")) << error.message();
      return false;
    }
  }

  SharedRedis redis;
  Changes changes;
};

TEST_F(RedisChanges, AreWhatOthersStoreEraseAndLetExpire) {
  const auto cache = watched(changes);
  const auto other = redis.process();
  keep(*other, kKey, "A");
  EXPECT_TRUE(changes.waitFor(kKey));
  keep(*other, kKey, "B");
  EXPECT_TRUE(changes.waitFor(kKey, 2));
  other->erase({&kKey, 1});
  EXPECT_TRUE(changes.waitFor(kKey, 3));
  keep(*other, "url:http://h/brief", "C", Millis(1));
  EXPECT_TRUE(changes.waitFor("url:http://h/brief", 2));
}

TEST_F(RedisChanges, AreOursToo) {
  const auto cache = watched(changes);
  keep(*cache, kKey, "A");
  EXPECT_TRUE(changes.waitFor(kKey));
}

TEST_F(RedisChanges, AreAllWhenTheStoreIsEmptied) {
  const auto cache = watched(changes);
  redis.server().command({"FLUSHDB"});
  EXPECT_TRUE(changes.waitForAll(2));
  redis.server().command({"FLUSHALL"});
  EXPECT_TRUE(changes.waitForAll(3));
  EXPECT_TRUE(changes.told().empty());
}

TEST_F(RedisChanges, AreNoLeases) {
  const auto cache = watched(changes);
  conformance::LeasingProcess other(redis.process());
  ASSERT_EQ(other.acquire(kKey), Leases::State::kMine);
  other.release(kKey);
  keep(*other.cache, "url:http://h/after", "A");
  EXPECT_TRUE(changes.waitFor("url:http://h/after"));
  EXPECT_EQ(changes.told(), (std::map<Key, int>{{"url:http://h/after", 1}}));
}

TEST_F(RedisChanges, AreThoseOfAnyPrefixUnlessSomeAreNamed) {
  Changes named;
  const auto all = watched(changes);
  const auto some = watched(named, {{"track_prefix", std::vector<std::string>{"url:", "mirror:"}}});
  for (const char* key : {"other's", "mirror:b", "url:a"}) {
    redis.server().command({"SET", key, "x"});
  }
  EXPECT_TRUE(changes.waitFor("url:a"));
  EXPECT_TRUE(named.waitFor("url:a"));
  EXPECT_EQ(changes.told(), (std::map<Key, int>{{"other's", 1}, {"mirror:b", 1}, {"url:a", 1}}));
  EXPECT_EQ(named.told(), (std::map<Key, int>{{"mirror:b", 1}, {"url:a", 1}}));
}

TEST_F(RedisChanges, AreKeysOfAnyBytesAndAnyNumber) {
  const auto cache = watched(changes);
  const Key odd("url:\r\n\0$5\xff", 10);
  std::vector<std::string> command{"MSET", odd, "x"};
  for (int i = 0; i < 5'000; ++i) {
    command.push_back("url:http://h/" + std::to_string(i));
    command.push_back("x");
  }
  redis.server().command(command);
  EXPECT_TRUE(changes.waitFor(odd));
  EXPECT_TRUE(eventually([&] { return changes.told().size() == 5'001; }));
}

TEST_F(RedisChanges, AreAllWhenTheConnectionIsLostAndMadeAgain) {
  const auto cache = watched(changes);
  const int before = changes.all();
  redis.cutConnections();
  EXPECT_TRUE(changes.waitForAll(before + 2));
  EXPECT_TRUE(eventually([&] { return isTold(*cache, changes); }));
  keep(*redis.process(), kKey, "A");
  EXPECT_TRUE(changes.waitFor(kKey));
}

TEST_F(RedisChanges, AreNotToldWhileTheServerIsAway) {
  const auto cache = watched(changes);
  redis.server().kill();
  EXPECT_TRUE(changes.waitForAll(2));
  EXPECT_FALSE(isTold(*cache, changes));
  redis.server().restart();
  EXPECT_TRUE(changes.waitForAll(3));
  EXPECT_TRUE(eventually([&] { return isTold(*cache, changes); }));
  keep(*redis.process(), kKey, "A");
  EXPECT_TRUE(changes.waitFor(kKey));
}

TEST_F(RedisChanges, AreToldOnceTheServerIsThere) {
  redis.server().kill();
  const auto cache = redis.process();
  EXPECT_FALSE(isTold(*cache, changes));
  EXPECT_EQ(changes.all(), 0);
  redis.server().restart();
  EXPECT_TRUE(changes.waitForAll(1));
  EXPECT_TRUE(isTold(*cache, changes));
}

TEST_F(RedisChanges, AreAllWhenTheServerIsSilent) {
  const auto cache = watched(changes, {{"command_timeout", std::string("300ms")}});
  redis.server().pause();
  EXPECT_TRUE(changes.waitForAll(2));
  EXPECT_FALSE(isTold(*cache, changes));
  redis.server().resume();
  EXPECT_TRUE(changes.waitForAll(3));
}

TEST_F(RedisChanges, EndWhenNobodyWatches) {
  auto first = std::make_unique<Changes>();
  const auto cache = watched(*first);
  EXPECT_TRUE(cache->watch(&changes));
  first.reset();
  EXPECT_TRUE(changes.waitForAll(1));
  keep(*cache, kKey, "A");
  EXPECT_TRUE(changes.waitFor(kKey));
  EXPECT_TRUE(cache->watch(nullptr));
  const int all = changes.all();
  keep(*cache, kKey, "B");
  redis.server().command({"FLUSHALL"});
  Changes again;
  EXPECT_TRUE(cache->watch(&again));
  keep(*cache, kKey, "C");
  EXPECT_TRUE(again.waitFor(kKey));
  EXPECT_EQ(changes.told()[kKey], 1);
  EXPECT_EQ(changes.all(), all);
  cache->watch(nullptr);
}

TEST_F(RedisChanges, CostAConnectionOnlyWhereSomebodyWatches) {
  const auto cache = redis.process();
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
  EXPECT_EQ(redis.server().info("connected_clients"), 2);  // one of ours, to ask
  EXPECT_TRUE(cache->watch(&changes));
  EXPECT_EQ(redis.server().info("connected_clients"), 3);
  EXPECT_TRUE(cache->watch(&changes));
  EXPECT_EQ(redis.server().info("connected_clients"), 3);
}

TEST_F(RedisChanges, AreToldOverUnixSocketsAndTls) {
  SharedRedis by_socket(false, &RedisServer::unixUrl);
  SharedRedis by_tls(true, &RedisServer::tlsUrl);
  for (SharedRedis* each : {&by_socket, &by_tls}) {
    Changes told;
    const auto cache = each->process();
    EXPECT_TRUE(cache->watch(&told));
    keep(*cache, kKey, std::string(100'000, 'x'));
    EXPECT_TRUE(told.waitFor(kKey));
  }
}

/// A server that answers `id` to CLIENT ID and `tracking` to CLIENT TRACKING, and then sends `push`
/// to who subscribes.
ScriptedServer::Script serverOf(std::string id, std::string tracking, std::string push = {}) {
  return [=](Peer& peer) {
    while (const auto command = peer.read()) {
      if (command->front() == "HELLO") peer.send("*0\r\n");
      if (command->front() == "PING") peer.send("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
      if (command->front() == "CLIENT") peer.send(command->at(1) == "ID" ? id : tracking);
      if (command->front() != "SUBSCRIBE") continue;
      peer.send("*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n" + push);
    }
  };
}

const std::string kMessage = "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n";

TEST_F(RedisChanges, AreNeverToldByServersThatCannot) {
  const std::string no_id = "-ERR Syntax error, try CLIENT (LIST | KILL)\r\n";
  const std::string no_tracking =
      "-ERR Unknown subcommand or wrong number of arguments for 'TRACKING'. Try CLIENT HELP.\r\n";
  ScriptedServer four(serverOf(no_id, no_tracking));
  ScriptedServer five(serverOf(":7\r\n", no_tracking));
  const SystemClock clock;
  for (ScriptedServer* server : {&four, &five}) {
    const auto cache = makeRedis(server->url(), clock);
    EXPECT_FALSE(cache->watch(&changes));
    EXPECT_FALSE(cache->watch(&changes));
    EXPECT_EQ(server->accepted(), 1u);
  }
  EXPECT_EQ(changes.all(), 0);
}

TEST_F(RedisChanges, AreAllAfterWhatIsNoMessage) {
  for (const std::string& push :
       {kMessage + ":1\r\n", kMessage + "*1\r\n:1\r\n", std::string("*1\r\n$1\r\nx\r\n"),
        std::string("$5\r\nhello\r\n"), std::string("-ERR no\r\n"), std::string("%1\r\n")}) {
    Changes told;
    ScriptedServer server(serverOf(":7\r\n", "+OK\r\n", push));
    const SystemClock clock;
    const auto cache = makeRedis(server.url(), clock);
    (void)isTold(*cache, told);
    EXPECT_TRUE(told.waitForAll(2)) << push;  // subscribed, and lost
    cache->watch(nullptr);
  }
}

TEST_F(RedisChanges, AreHeardTogetherWithTheAnswerToTheSubscription) {
  ScriptedServer server(serverOf(":7\r\n", "+OK\r\n", kMessage + "*1\r\n$5\r\nurl:a\r\n"));
  const SystemClock clock;
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_TRUE(cache->watch(&changes));
  EXPECT_TRUE(changes.waitFor("url:a"));
}

TEST_F(RedisChanges, NameTheRightsThatAreMissing) {
  redis.server().command({"ACL", "SETUSER", "forage", "on", ">pw", "~*", "+@all", "resetchannels"});
  std::string url = redis.server().url();
  url.insert(url.find("://") + 3, "forage:pw@");
  const SystemClock clock;
  const auto cache = makeRedis(url, clock);
  try {
    (void)cache->watch(&changes);
    ADD_FAILURE() << "told";
  } catch (const CacheError& error) {
    EXPECT_NE(error.message().find("&__redis__:invalidate"), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace forage::test
