// The leases of the Redis cache beyond what every cache with leases does: what Redis holds and is
// asked, what becomes of them when it fails, and their limits.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "forage/error.h"
#include "scripted_server.h"
#include "shared_redis.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using conformance::CountingHome;
using conformance::LeasingProcess;
using State = Leases::State;
using Type = RedisServer::Answer::Type;
using std::chrono::seconds;

const Key kKey = "url:http://h/a";
const std::string kLock = "lease:url:http://h/a";
const Options kBrief{{"lease", std::string("300ms")}};
const Options kLong{{"lease", std::string("1h")}};

struct RedisLeases : testing::Test {
  LeasingProcess start(const Options& more = {}) { return LeasingProcess(redis.process(more)); }
  /// How often the server has been asked to do `command`.
  long long calls(const std::string& command) {
    const std::string text = redis.server().command({"INFO", "commandstats"}).text;
    const std::string field = "cmdstat_" + command + ":calls=";
    const std::size_t at = text.find(field);
    return at == std::string::npos ? 0 : std::stoll(text.substr(at + field.size()));
  }
  long long number(const std::vector<std::string>& command) {
    return redis.server().command(command).integer;
  }
  static std::string errorOf(LeasingProcess& process, const std::vector<Key>& keys = {kKey}) {
    try {
      (void)process.acquire(keys);
    } catch (const CacheError& error) {
      return error.message();
    }
    return {};
  }
  /// Asks until the lease of kKey is another's, which it is once its end can be heard.
  static bool waitsAgain(LeasingProcess& process) {
    return eventually([&] {
      try {
        return process.acquire(kKey) == State::kOthers;
      } catch (const CacheError&) {
        return false;
      }
    });
  }
  static std::uint64_t count(const LeasingProcess& process, const char* name) {
    return counter(*process.cache, name);
  }

  SharedRedis redis;
};

TEST_F(RedisLeases, AreLocksBesideTheEntriesWithALife) {
  auto one = start();
  auto other = start();
  EXPECT_EQ(one.acquire(kKey), State::kMine);
  EXPECT_EQ(other.acquire("url:http://h/b"), State::kMine);
  EXPECT_EQ(number({"DBSIZE"}), 2);
  const long long left = number({"PTTL", kLock});
  EXPECT_GT(left, 0);
  EXPECT_LE(left, redis.life().count());
  const std::string token = redis.server().command({"GET", kLock}).text;
  EXPECT_EQ(token.size(), 32u);
  EXPECT_NE(token, redis.server().command({"GET", "lease:url:http://h/b"}).text);
  EXPECT_TRUE(redis.server().command({"KEYS", "url:*"}).items.empty());
  one.release(kKey);
  EXPECT_EQ(number({"EXISTS", kLock}), 0);
  EXPECT_EQ(count(one, "leases"), 1u);
  EXPECT_EQ(count(one, "lease_waits"), 0u);
}

TEST_F(RedisLeases, ConnectAtTheFirstUseAndNotBefore) {
  const long long before = redis.server().info("total_connections_received");
  auto process = start();
  ASSERT_NE(process.cache->leases(), nullptr);
  process.release(kKey);  // which it does not hold
  process.leases().forget(process.home);
  EXPECT_EQ(redis.server().info("total_connections_received"), before + 1);  // ours, to ask
}

TEST_F(RedisLeases, AreNotToBeHadWhenTheirLifeIsNought) {
  const auto cache = redis.process({{"lease", std::string("0s")}});
  EXPECT_EQ(cache->leases(), nullptr);
  keep(*cache, kKey, "body");
  EXPECT_EQ(lookUp(*cache, kKey), "body");
}

TEST_F(RedisLeases, DoNotAskRedisWhileSomebodyWaits) {
  auto process = start();
  redis.leaveBehind({kKey});
  ASSERT_EQ(process.acquire(kKey), State::kOthers);
  const long long before = calls("pttl") + calls("set") + calls("get") + calls("exists");
  EXPECT_TRUE(process.home.waitFor(kKey));
  EXPECT_EQ(calls("pttl") + calls("set") + calls("get") + calls("exists"), before);
}

TEST_F(RedisLeases, AreRenewedManyAtATime) {
  auto process = start(kBrief);
  std::vector<Key> keys;
  for (int i = 0; i < 60; ++i) keys.push_back("url:http://h/" + std::to_string(i));
  (void)process.acquire(keys);
  ASSERT_TRUE(eventually([&] { return calls("pexpire") >= 180; }));
  const std::string text = redis.server().command({"INFO", "commandstats"}).text;
  const auto callsIn = [&](const std::string& command) {
    const std::string field = "cmdstat_" + command + ":calls=";
    return std::stoll(text.substr(text.find(field) + field.size()));
  };
  EXPECT_EQ(callsIn("pexpire"), 60 * (callsIn("eval") + callsIn("evalsha") - 1));  // NOSCRIPT
  for (const Key& key : keys) EXPECT_EQ(number({"EXISTS", "lease:" + key}), 1);
}

TEST_F(RedisLeases, AreNotRenewedOnceReleased) {
  auto process = start(kBrief);
  ASSERT_EQ(process.acquire({kKey, "url:http://h/b"}), std::vector<State>(2, State::kMine));
  process.release(kKey);
  redis.server().command({"SET", kLock, "another's", "PX", "400"});
  EXPECT_TRUE(eventually([&] { return number({"EXISTS", kLock}) == 0; }));
  EXPECT_EQ(number({"EXISTS", "lease:url:http://h/b"}), 1);
  EXPECT_EQ(count(process, "leases_lost"), 0u);
}

TEST_F(RedisLeases, AreGivenUpWhenAnotherHasThem) {
  auto process = start(kBrief);
  ASSERT_EQ(process.acquire(kKey), State::kMine);
  redis.server().command({"SET", kLock, "another's"});
  ASSERT_TRUE(eventually([&] { return count(process, "leases_lost") == 1; }));
  EXPECT_EQ(number({"PTTL", kLock}), -1);  // left as it was
  EXPECT_EQ(process.acquire(kKey), State::kOthers);
  process.release(kKey);
  EXPECT_EQ(number({"EXISTS", kLock}), 1);
}

TEST_F(RedisLeases, AreGivenUpWhenWhatIsThereIsNoLock) {
  auto process = start(kBrief);
  const std::vector<Key> keys{kKey, "url:http://h/b"};
  ASSERT_EQ(process.acquire(keys), std::vector<State>(2, State::kMine));
  redis.server().command({"DEL", kLock});
  redis.server().command({"RPUSH", kLock, "a", "b"});
  ASSERT_TRUE(eventually([&] { return count(process, "leases_lost") == 1; }));
  EXPECT_EQ(process.acquire(kKey), State::kOthers);
  process.release(keys);
  EXPECT_EQ(number({"LLEN", kLock}), 2);
  EXPECT_EQ(number({"EXISTS", "lease:url:http://h/b"}), 0);
  EXPECT_EQ(count(process, "lease_failures"), 0u);
}

// Somebody set it by hand, or it has lost its end: nobody waits for ever.
TEST_F(RedisLeases, WaitOneLifeForALockWithoutAnEnd) {
  auto process = start(kBrief);
  redis.server().command({"SET", kLock, "x"});
  ASSERT_EQ(process.acquire(kKey), State::kOthers);
  EXPECT_TRUE(process.home.waitFor(kKey));
}

TEST_F(RedisLeases, EndThoughTheServerHasForgottenTheScripts) {
  auto holder = start(kLong);
  auto waiting = start(kLong);
  for (std::size_t round = 1; round <= 3; ++round) {
    ASSERT_EQ(holder.acquire(kKey), State::kMine);
    ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
    redis.server().command({"SCRIPT", "FLUSH"});
    holder.release(kKey);
    EXPECT_TRUE(waiting.home.waitForTotal(round));
  }
  EXPECT_EQ(count(holder, "lease_failures"), 0u);
}

TEST_F(RedisLeases, AreOfADatabase) {
  auto zero = start(kLong);
  Options options = kLong;
  options["database"] = std::int64_t{1};
  auto one = start(options);
  auto other = start(options);
  EXPECT_EQ(zero.acquire(kKey), State::kMine);
  EXPECT_EQ(one.acquire(kKey), State::kMine);
  EXPECT_EQ(other.acquire(kKey), State::kOthers);
  auto waiting = start(kLong);
  EXPECT_EQ(waiting.acquire(kKey), State::kOthers);
  one.release(kKey);
  EXPECT_TRUE(other.home.waitFor(kKey));
  EXPECT_EQ(waiting.home.total(), 0u);
  zero.release(kKey);
  EXPECT_TRUE(waiting.home.waitFor(kKey));
}

TEST_F(RedisLeases, TakeNoNoticeOfWhatElseIsPublished) {
  auto holder = start(kLong);
  auto waiting = start(kLong);
  ASSERT_EQ(holder.acquire(kKey), State::kMine);
  ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
  const std::string ended = std::to_string(kKey.size()) + ":" + kKey;
  for (const std::string& text :
       {std::string(), std::string("hello"), std::string("3:ab"), std::string("-1:"),
        "99999999999999999999:" + kKey, ended + "x", std::string(1u << 20, '9')}) {
    redis.server().command({"PUBLISH", "lease:0", text});
  }
  EXPECT_EQ(waiting.home.total(), 0u);
  holder.release(kKey);
  EXPECT_TRUE(waiting.home.waitFor(kKey));
  EXPECT_EQ(waiting.home.total(), 1u);
}

TEST_F(RedisLeases, EndForThoseWhoWaitWhenAMessageIsTooLarge) {
  auto holder = start(kLong);
  auto waiting = start(kLong);
  ASSERT_EQ(holder.acquire(kKey), State::kMine);
  ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
  redis.server().command({"PUBLISH", "lease:0", std::string(6u << 20, '9')});
  EXPECT_TRUE(waiting.home.waitFor(kKey));
  ASSERT_TRUE(waitsAgain(waiting));
  holder.release(kKey);
  EXPECT_TRUE(waiting.home.waitForTotal(2));
}

TEST_F(RedisLeases, EndForThoseWhoWaitWhenTheServerDies) {
  auto holder = start(kLong);
  auto waiting = start(kLong);
  ASSERT_EQ(holder.acquire(kKey), State::kMine);
  ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
  redis.server().kill();
  EXPECT_TRUE(waiting.home.waitFor(kKey));
  EXPECT_TRUE(errorOf(waiting).starts_with("redis at 127.0.0.1:")) << errorOf(waiting);
  holder.release(kKey);
  EXPECT_EQ(count(holder, "lease_failures"), 1u);
  redis.server().restart();
  ASSERT_TRUE(eventually([&] { return errorOf(holder).empty(); }));  // nothing was saved
  ASSERT_TRUE(waitsAgain(waiting));
  holder.release(kKey);
  EXPECT_TRUE(waiting.home.waitForTotal(2));
}

TEST_F(RedisLeases, EndForThoseWhoWaitWhenTheServerIsSilent) {
  Options options = kLong;
  options["command_timeout"] = std::string("300ms");
  auto holder = start(kLong);
  auto waiting = start(options);
  ASSERT_EQ(holder.acquire(kKey), State::kMine);
  ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
  redis.server().pause();
  EXPECT_TRUE(waiting.home.waitFor(kKey));
  redis.server().resume();
  EXPECT_TRUE(waitsAgain(waiting));
}

// Who cannot be told does not wait: the cache is as good as before.
TEST_F(RedisLeases, MakeNobodyWaitWhoseChannelIsNotHeard) {
  std::atomic<int> subscriptions{0};
  std::latch cut(1);
  ScriptedServer server([&](Peer& peer) {
    while (const auto command = peer.read()) {
      const std::string& name = command->front();
      if (name == "HELLO") peer.send("*0\r\n");
      if (name == "SET" || name == "GET") peer.send("$-1\r\n");
      if (name == "EXISTS") peer.send(":0\r\n");
      if (name == "PTTL") peer.send(":3600000\r\n");
      if (name != "SUBSCRIBE" || subscriptions++ > 0) continue;
      peer.send("*3\r\n$9\r\nsubscribe\r\n$7\r\nlease:0\r\n:1\r\n");
      cut.wait();
      return;
    }
  });
  SystemClock clock;
  LeasingProcess process(makeRedis(server.url(), clock));
  ASSERT_EQ(process.acquire(kKey), State::kOthers);
  cut.count_down();
  EXPECT_TRUE(process.home.waitFor(kKey));
  EXPECT_EQ(process.acquire(kKey), State::kMine);
  EXPECT_EQ(count(process, "lease_failures"), 1u);
}

TEST_F(RedisLeases, TellWhetherAnEntryIsThere) {
  auto process = start();
  keep(*process.cache, kKey, "body");
  EXPECT_EQ(process.acquireExactly({kKey, "url:http://h/b"}),
            (std::vector<State>{State::kMine, State::kMineMissing}));
}

// A process that died, or whose answer was lost, must not be waited for by itself.
TEST_F(RedisLeases, AreOursWhereTheLockCarriesOurToken) {
  auto process = start(kLong);
  ASSERT_EQ(process.acquire(kKey), State::kMine);
  const std::string token = redis.server().command({"GET", kLock}).text;
  process.release(kKey);
  redis.server().command({"SET", kLock, token, "PX", "3600000"});
  EXPECT_EQ(process.acquire(kKey), State::kMine);
  process.release(kKey);
  EXPECT_EQ(number({"EXISTS", kLock}), 0);
}

// What may have ended is compared within the server before it is deleted; the others need not be.
TEST_F(RedisLeases, AreDeletedWithoutAScriptWhileTheyAreOursForSure) {
  auto process = start(kLong);
  ASSERT_EQ(process.acquire(kKey), State::kMine);
  process.release(kKey);
  EXPECT_EQ(calls("unlink"), 1);
  EXPECT_EQ(calls("evalsha"), 0);
  auto brief = start(kBrief);  // shorter than a command may take
  ASSERT_EQ(brief.acquire(kKey), State::kMine);
  brief.release(kKey);
  EXPECT_EQ(number({"EXISTS", kLock}), 0);
  EXPECT_EQ(calls("evalsha"), 1);
}

// Nobody is told, and no connection is made to hear it, while nobody waits.
TEST_F(RedisLeases, SubscribeOnceSomebodyHasToWait) {
  auto holder = start();
  auto waiting = start();
  ASSERT_EQ(holder.acquire(kKey), State::kMine);
  EXPECT_EQ(calls("subscribe"), 0);
  ASSERT_EQ(waiting.acquire(kKey), State::kOthers);
  EXPECT_EQ(calls("subscribe"), 1);
  holder.release(kKey);
  EXPECT_TRUE(waiting.home.waitFor(kKey));
}

TEST_F(RedisLeases, TakeTheCommandTimeoutWhenTheServerStands) {
  auto process = start({{"command_timeout", std::string("100ms")}});
  ASSERT_EQ(process.acquire(kKey), State::kMine);
  redis.server().pause();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_NE(errorOf(process, {"url:http://h/b"}), "");
  process.release(kKey);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));
  redis.server().resume();
}

TEST_F(RedisLeases, AreOursWithoutALockWhereThereIsNoRoom) {
  SharedRedis full;
  full.server().command({"CONFIG", "SET", "maxmemory", "1"});
  LeasingProcess one(full.process());
  LeasingProcess other(full.process());
  EXPECT_EQ(one.acquire(kKey), State::kMine);
  EXPECT_EQ(other.acquire(kKey), State::kMine);
  EXPECT_EQ(count(one, "leases"), 0u);
  one.release(kKey);
  EXPECT_EQ(count(one, "lease_failures"), 0u);
}

TEST_F(RedisLeases, AreOursWithoutALockForKeysThatNoRunMakes) {
  auto one = start();
  auto other = start();
  const Key longest(4096, 'k');
  const Key longer(4097, 'k');
  EXPECT_EQ(one.acquire({longest, longer}), std::vector<State>(2, State::kMine));
  EXPECT_EQ(other.acquire({longest, longer}), (std::vector<State>{State::kOthers, State::kMine}));
  EXPECT_EQ(number({"DBSIZE"}), 1);
  one.release({longest, longer});
  EXPECT_TRUE(other.home.waitFor(longest));
}

// The threads of a process do not wait for each other's leases.
TEST_F(RedisLeases, AreOursInEveryThread) {
  auto process = start();
  for (int round = 0; round < 50; ++round) {
    const Key key = "url:http://h/" + std::to_string(round);
    const std::vector<Key> keys{key, "url:http://h/other", key};
    std::latch together(4);
    std::atomic<int> mine{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        together.arrive_and_wait();
        for (const State state : process.acquire(keys)) mine += state == State::kMine ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(mine, 12);
    process.release(keys);
    EXPECT_EQ(number({"DBSIZE"}), 0);
  }
}

struct RedisLeaseRights : RedisLeases {
  std::unique_ptr<Cache> as(const std::string& user) {
    std::string url = redis.server().url();
    url.insert(url.find("://") + 3, user + ":pw@");
    return makeRedis(url, clock);
  }
  void allow(const std::string& user, const std::vector<std::string>& rights) {
    std::vector<std::string> command{"ACL", "SETUSER", user, "on", ">pw"};
    command.insert(command.end(), rights.begin(), rights.end());
    ASSERT_NE(redis.server().command(command).type, Type::kError);
  }

  SystemClock clock;
};

// As docs/cache-redis.md gives them.
TEST_F(RedisLeaseRights, AreThoseOfTheManual) {
  allow("forage",
        {"~url:*", "~lease:*", "&lease:*", "+get", "+set", "+exists", "+unlink", "+scan", "+pttl",
         "+select", "+pexpire", "+eval", "+evalsha", "+publish", "+subscribe", "+ping"});
  LeasingProcess one(as("forage"));
  LeasingProcess other(as("forage"));
  EXPECT_EQ(one.acquire(kKey), State::kMine);
  EXPECT_EQ(other.acquire(kKey), State::kOthers);
  one.release(kKey);
  EXPECT_TRUE(other.home.waitFor(kKey));
  EXPECT_EQ(count(one, "lease_failures"), 0u);
}

// Once, and no more: the cache is as good as before.
TEST_F(RedisLeaseRights, AreNamedWhereTheyAreMissing) {
  const std::vector<std::string> entries{"~url:*", "+get",  "+set",   "+unlink",
                                         "+scan",  "+pttl", "+select"};
  std::vector<std::string> channel = entries;
  channel.insert(channel.end(), {"&lease:*", "+subscribe", "+ping"});
  std::vector<std::string> locks = channel;
  locks.insert(locks.end(), {"~lease:*", "+publish"});
  for (const auto& rights : {entries, channel, locks}) {
    allow("forage", rights);
    LeasingProcess process(as("forage"));
    std::string error = errorOf(process);
    if (error.empty()) {  // Redis takes the lock and refuses the script that releases it
      process.release(kKey);
      error = errorOf(process, {"url:http://h/b"});
    }
    EXPECT_NE(error.find("&lease:*"), std::string::npos) << error;
    EXPECT_NE(error.find("lease = \"0s\""), std::string::npos) << error;
    const long long size = number({"DBSIZE"});
    const std::vector<Key> keys{"url:http://h/c", "url:http://h/d"};
    EXPECT_EQ(process.acquire(keys), std::vector<State>(2, State::kMine));
    process.release(keys);
    EXPECT_EQ(number({"DBSIZE"}), size);
    keep(*process.cache, kKey, "body");
    EXPECT_EQ(lookUp(*process.cache, kKey), "body");
    redis.server().command({"FLUSHALL"});
    redis.server().command({"ACL", "DELUSER", "forage"});
  }
}

TEST_F(RedisLeaseRights, LeaveNothingLockedWhenTheyAreNotEnoughForAll) {
  allow("partly", {"~lease:url:http://h/a", "&lease:*", "+@all"});
  LeasingProcess process(as("partly"));
  EXPECT_NE(errorOf(process, {kKey, "url:http://h/b"}), "");
  EXPECT_EQ(number({"DBSIZE"}), 0);
}

TEST_F(RedisLeases, AreDoneWithoutWhereTheServerKnowsNoChannels) {
  ScriptedServer server([](Peer& peer) {
    while (const auto command = peer.read()) {
      peer.send(command->front() == "HELLO" ? "*0\r\n" : "-ERR unknown command\r\n");
    }
  });
  SystemClock clock;
  LeasingProcess process(makeRedis(server.url(), clock));
  EXPECT_NE(errorOf(process).find("unknown command"), std::string::npos);
  EXPECT_EQ(process.acquire(kKey), State::kMine);
}

TEST_F(RedisLeases, AreNotToBeHadWhileTheServerLoads) {
  ScriptedServer server([](Peer& peer) {
    while (const auto command = peer.read()) {
      peer.send(command->front() == "HELLO" ? "*0\r\n" : "-LOADING wait\r\n");
    }
  });
  SystemClock clock;
  LeasingProcess process(makeRedis(server.url(), clock));
  for (int i = 0; i < 3; ++i) EXPECT_NE(errorOf(process).find("LOADING"), std::string::npos);
}

}  // namespace
}  // namespace forage::test
