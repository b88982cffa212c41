// How the Redis cache fails and comes back: a server that dies, stops, restarts, refuses, or says
// what it should not.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "forage/error.h"
#include "redis_plugin.h"
#include "scripted_server.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::seconds;

const Key kKey = "url:http://example.com/";
constexpr seconds kPatience{20};
constexpr Millis kBackOff{10'000};  // more than the longest with the default retry_period
const Options kShort{{"command_timeout", std::string("100ms")}};

std::string valueOf(const Key& key, const std::string& body) {
  return bulk(storedForm(*entryOf(key, body)));
}

struct RedisFaults : testing::Test {
  FakeClock clock;
};

TEST_F(RedisFaults, SayInOneLineWhereAndWhy) {
  RedisServer server;
  server.kill();
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_EQ(errorOfFind(*cache),
            "redis at 127.0.0.1:" + std::to_string(server.port()) + ": Connection refused");
  const auto by_socket = makeRedis("redis+unix:///nowhere/redis.sock", clock);
  EXPECT_EQ(errorOfStore(*by_socket), "redis at /nowhere/redis.sock: No such file or directory");
  EXPECT_THROW(cache->erase({&kKey, 1}), CacheError);
  EXPECT_THROW(cache->scan("*", [](const Scanned&) { return true; }), CacheError);
}

TEST_F(RedisFaults, EndWithTheServersReturn) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "before");
  server.kill();
  EXPECT_NE(errorOfFind(*cache), "");
  server.restart();
  EXPECT_NE(errorOfFind(*cache), "");  // within the back-off, which this test's clock holds still
  clock.advance(kBackOff);
  EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);  // nothing was saved
  keep(*cache, kKey, "after");
  EXPECT_EQ(lookUp(*cache, kKey), "after");
  EXPECT_EQ(counter(*cache, "reconnects"), 1U);
}

TEST_F(RedisFaults, AreNoneForARestartBetweenTwoCalls) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "before");
  server.stop();
  server.restart();
  keep(*cache, kKey, "after");
  EXPECT_EQ(lookUp(*cache, kKey), "after");
  EXPECT_EQ(counter(*cache, "reconnects"), 1U);
}

// The server closes after the check of an idle connection and before it reads the command.
TEST_F(RedisFaults, AreNoneWhenAnIdleConnectionTurnsOutToBeClosed) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    if (peer.index() == 0) {
      peer.read(1);
      peer.send("$-1\r\n");
      peer.read(1);  // and says nothing to it
      return;
    }
    while (peer.read()) peer.send("$-1\r\n");
  });
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_EQ(errorOfFind(*cache), "");
  EXPECT_EQ(errorOfFind(*cache), "");
  EXPECT_EQ(server.accepted(), 2U);
  EXPECT_EQ(cache->stats().misses, 2U);
}

TEST_F(RedisFaults, AreReportedWhenAFreshConnectionClosesToo) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    if (peer.index() == 0) {
      peer.read(1);
      peer.send("$-1\r\n");
    }
    peer.read(1);
  });
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_EQ(errorOfFind(*cache), "");
  EXPECT_NE(errorOfFind(*cache), "");
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(RedisFaults, AreReportedWhenAReplyIsCut) {
  const std::string value = valueOf(kKey, std::string(5000, 'b'));
  ScriptedServer server([&value](Peer& peer) {
    peer.greet();
    peer.read(1);
    if (peer.index() > 0) {
      peer.send(value);
      peer.awaitClose();
      return;
    }
    peer.send(value);
    peer.read(1);
    peer.send(value.substr(0, value.size() / 2));
    peer.close();
    peer.awaitClose();
  });
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_EQ(lookUp(*cache, kKey), std::string(5000, 'b'));
  EXPECT_NE(errorOfFind(*cache).find("closed"), std::string::npos);
  EXPECT_EQ(server.accepted(), 1U);  // part of the reply had come: no second try
  EXPECT_EQ(lookUp(*cache, kKey), std::string(5000, 'b'));
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(RedisFaults, AreReportedWhenTheServerIsKilledWithinABatch) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock);
  const std::vector<Key> keys = keysOf(64);
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, bytesOf(1u << 18))});
  std::latch storing(1);
  auto error = std::async(std::launch::async, [&] {
    try {
      for (int i = 0;; ++i) {
        cache->store(items);
        if (i == 0) storing.count_down();
      }
    } catch (const CacheError& caught) {
      return caught.message();
    }
  });
  storing.wait();
  server.kill();
  EXPECT_TRUE(error.get().starts_with("redis at 127.0.0.1:"));
}

// A connection that timed out and is used again gives the late reply to the next question.
TEST_F(RedisFaults, NeverReadALateReplyAsTheNextKeys) {
  const Key late = "url:http://example.com/late";
  const Key next = "url:http://example.com/next";
  ScriptedServer server([&](Peer& peer) {
    peer.greet();
    while (const auto command = peer.read()) {
      if (command->at(1) == late) {
        // Until the client has closed; then the answer, as a slow server would send it.
        EXPECT_EQ(peer.read(), std::nullopt);
        peer.send(valueOf(late, "late"));
        return;
      }
      peer.send(valueOf(next, "next"));
    }
  });
  const auto cache = makeRedis(server.url(), clock, kShort);
  EXPECT_EQ(lookUp(*cache, next), "next");
  EXPECT_NE(errorOfFind(*cache, late).find("no answer within 100ms"), std::string::npos);
  EXPECT_EQ(lookUp(*cache, next), "next");
  EXPECT_EQ(server.accepted(), 2U);
  EXPECT_EQ(counter(*cache, "timeouts"), 1U);
  EXPECT_EQ(cache->stats().damaged, 0U);
}

TEST_F(RedisFaults, TakeTheCommandTimeoutWhenTheServerStands) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock, kShort);
  const std::vector<Key> keys = keysOf(64);
  for (const Key& key : keys) keep(*cache, key, "body of " + key);
  server.pause();
  const auto begun = SteadyClock::now();
  EXPECT_NE(errorOfFind(*cache, keys[0]).find("no answer within 100ms"), std::string::npos);
  EXPECT_NE(errorOfFind(*cache, keys[1]), "");  // connects, and gets no greeting
  const auto taken = SteadyClock::now() - begun;
  for (int i = 0; i < 100; ++i) EXPECT_NE(errorOfFind(*cache, keys[2]), "");
  const auto all = SteadyClock::now() - begun;
  EXPECT_GE(taken, Millis(200));
  EXPECT_LT(all, seconds(5));  // the hundred cost nothing
  EXPECT_EQ(counter(*cache, "connect_failures"), 1U);
  server.resume();
  clock.advance(kBackOff);
  for (const Key& key : keys) EXPECT_EQ(lookUp(*cache, key), "body of " + key);
}

TEST_F(RedisFaults, TakeTheCommandTimeoutForAFullPipelineToo) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock, kShort);
  EXPECT_EQ(errorOfFind(*cache), "");
  server.pause();
  const std::vector<Key> keys = keysOf(64);
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, bytesOf(1u << 20))});
  const auto begun = SteadyClock::now();
  EXPECT_THROW(cache->store(items), CacheError);
  EXPECT_LT(SteadyClock::now() - begun, seconds(5));
}

TEST_F(RedisFaults, HoldUpNoThreadLongerThanAFewTimeouts) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock, kShort);
  EXPECT_EQ(errorOfFind(*cache), "");
  server.pause();
  const auto begun = SteadyClock::now();
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) failed += errorOfFind(*cache) != "";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 160);
  EXPECT_LT(SteadyClock::now() - begun, seconds(5));
}

TEST_F(RedisFaults, CostOneConnectionPerPeriod) {
  ScriptedServer server([](Peer&) {});  // takes connections and closes them
  const auto cache = makeRedis(server.url(), clock, {{"retry_period", std::string("1s")}});
  for (std::size_t period = 1; period <= 5; ++period) {
    for (int i = 0; i < 100; ++i) EXPECT_NE(errorOfFind(*cache), "");
    EXPECT_EQ(server.accepted(), period);
    clock.advance(8 * seconds(1));
  }
}

TEST_F(RedisFaults, SayThatTheServerLoads) {
  RedisServer server(
      {.lines = {"key-load-delay 50000", "loading-process-events-interval-bytes 1024"}});
  const auto cache = makeRedis(server.url(), clock);
  std::vector<Keep> items;
  for (const Key& key : keysOf(2000)) items.push_back({key, entryOf(key, "x")});
  cache->store(items);
  server.command({"SAVE"});
  server.kill();
  server.restart(false);  // needs 100 seconds to load
  const std::string error = errorOfFind(*cache);
  EXPECT_NE(error.find("LOADING"), std::string::npos) << error;
  EXPECT_NE(errorOfStore(*cache).find("LOADING"), std::string::npos);
  EXPECT_EQ(counter(*cache, "reconnects"), 1U);  // the connection is as good as before
}

TEST_F(RedisFaults, LeaveAReadOnlyServerForAnother) {
  RedisServer server;
  const auto cache = makeRedis(server.url(), clock);
  keep(*cache, kKey, "before");
  server.command({"REPLICAOF", "127.0.0.1", "1"});
  const std::string error = errorOfStore(*cache);
  EXPECT_NE(error.find("READONLY"), std::string::npos) << error;
  EXPECT_EQ(lookUp(*cache, kKey), "before");
  EXPECT_EQ(counter(*cache, "connections"), 2U);
  server.command({"CONFIG", "SET", "replica-serve-stale-data", "no"});
  EXPECT_NE(errorOfFind(*cache).find("MASTERDOWN"), std::string::npos);
  EXPECT_EQ(counter(*cache, "connections"), 2U);
  server.command({"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(errorOfStore(*cache), "");
}

TEST_F(RedisFaults, AreNoneForAServerThatIsFull) {
  RedisServer server({.lines = {"maxmemory 3mb", "maxmemory-policy noeviction"}});
  const auto cache = makeRedis(server.url(), clock);
  std::vector<Keep> items;
  const std::vector<Key> keys = keysOf(20);
  for (const Key& key : keys) items.push_back({key, entryOf(key, bytesOf(300'000))});
  EXPECT_NO_THROW(cache->store(items));
  const CacheStats stats = cache->stats();
  EXPECT_GT(stats.declined, 0U);
  EXPECT_EQ(stats.stores + stats.declined, 20U);
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  EXPECT_EQ(cache->stats().hits, stats.stores);
}

// A pipeline wakes us late (SO_RCVLOWAT): in pieces, with a long reply among short ones, and for a
// single reply after it.
TEST_F(RedisFaults, AreNoneForRepliesThatComeInPieces) {
  const std::vector<Key> keys = keysOf(64);
  ScriptedServer server([&](Peer& peer) {
    peer.greet();
    peer.read(keys.size());
    std::string replies;
    for (std::size_t i = 0; i < keys.size(); ++i)
      replies += i == 7 ? "-OOM no room\r\n" : "+OK\r\n";
    for (std::size_t at = 0; at < replies.size(); at += 3) peer.send(replies.substr(at, 3));
    while (peer.read()) peer.send("$-1\r\n");
  });
  const auto cache = makeRedis(server.url(), clock);
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, "x")});
  cache->store(items);
  EXPECT_EQ(cache->stats().stores, 63U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(errorOfFind(*cache), "");
  EXPECT_EQ(server.accepted(), 1U);
  EXPECT_EQ(counter(*cache, "timeouts"), 0U);
}

TEST_F(RedisFaults, AreReportedWhenAPipelineIsAnsweredInPart) {
  for (const bool closes : {true, false}) {
    const std::vector<Key> keys = keysOf(64);
    ScriptedServer server([&](Peer& peer) {
      peer.greet();
      peer.read(keys.size());
      for (int i = 0; i < 40; ++i) peer.send("+OK\r\n");
      if (closes) peer.close();
      peer.awaitClose();
    });
    const auto cache = makeRedis(server.url(), clock, kShort);
    std::vector<Keep> items;
    for (const Key& key : keys) items.push_back({key, entryOf(key, "x")});
    const auto begun = SteadyClock::now();
    EXPECT_THROW(cache->store(items), CacheError);
    EXPECT_LT(SteadyClock::now() - begun, seconds(5));
    EXPECT_EQ(cache->stats().stores, 40U);
  }
}

TEST_F(RedisFaults, OfOneCommandLeaveTheOthersReplies) {
  const std::vector<Key> keys = keysOf(4);
  ScriptedServer server([&](Peer& peer) {
    peer.greet();
    peer.read(4);
    peer.send("+OK\r\n-OOM no room\r\n-BUSY running a script\r\n+OK\r\n");
    peer.read(4);
    peer.send(valueOf(keys[0], "0") + "-WRONGTYPE no\r\n$-1\r\n" + valueOf(keys[3], "3"));
    peer.awaitClose();
  });
  const auto cache = makeRedis(server.url(), clock);
  std::vector<Keep> items;
  for (const Key& key : keys) items.push_back({key, entryOf(key, "x")});
  EXPECT_THROW(cache->store(items), CacheError);
  EXPECT_EQ(cache->stats().stores, 2U);
  EXPECT_EQ(cache->stats().declined, 1U);
  std::vector<EntryPtr> found(4);
  cache->find(keys, found);
  EXPECT_EQ(found[0]->body(), "0");
  EXPECT_EQ(found[1], nullptr);
  EXPECT_EQ(found[2], nullptr);
  EXPECT_EQ(found[3]->body(), "3");
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(RedisFaults, IncludeAnswersOfTheWrongKind) {
  for (const std::string answer : {":1\r\n", "*0\r\n", "+OK\r\n", "$1\r\nx\r\n", "$-1\r\n"}) {
    ScriptedServer server([&](Peer& peer) {
      peer.greet();
      while (peer.read()) peer.send(answer);
    });
    const auto cache = makeRedis(server.url(), clock);
    const bool value = answer.front() == '$';
    EXPECT_EQ(errorOfFind(*cache) == "", value) << answer;
    EXPECT_EQ(errorOfStore(*cache) == "", answer == "+OK\r\n" || answer == "$-1\r\n") << answer;
    EXPECT_THROW(cache->scan("*", [](const Scanned&) { return true; }), CacheError) << answer;
  }
}

TEST_F(RedisFaults, IncludeAScanThatWouldNeverEnd) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    while (peer.read()) peer.send("*2\r\n$2\r\n17\r\n*0\r\n");
  });
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_THROW(cache->scan("*", [](const Scanned&) { return true; }), CacheError);
}

TEST_F(RedisFaults, IncludeAGreetingWithoutEnd) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send("$500000000\r\n" + std::string(6u << 20, 'x'));
    peer.awaitClose();
  });
  const auto cache = makeRedis(server.url(), clock, {{"max_value_size", std::string("1MiB")}});
  EXPECT_NE(errorOfFind(*cache).find("too large"), std::string::npos);
  EXPECT_NE(errorOfFind(*cache).find("too large"), std::string::npos);
  EXPECT_EQ(cache->stats().misses, 0U);
}

TEST_F(RedisFaults, IncludeACountBeyondWhatWasErased) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.read(1);
    peer.send(":999999\r\n");
    peer.read(1);
    peer.send(":-5\r\n");
    peer.awaitClose();
  });
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_EQ(cache->erase({&kKey, 1}), 1U);
  EXPECT_EQ(cache->erase({&kKey, 1}), 0U);
}

}  // namespace
}  // namespace forage::test
