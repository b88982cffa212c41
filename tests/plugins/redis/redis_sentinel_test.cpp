// The Redis cache behind sentinels: it finds the master, follows a failover, and is not led astray.
#include "support/redis_sentinel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "redis_plugin.h"
#include "scripted_server.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::seconds;

const Key kKey = "url:http://example.com/";

std::string urlOf(const std::vector<std::string>& sentinels, const std::string& user = "") {
  std::string url = "redis+sentinel://" + user;
  for (const std::string& sentinel : sentinels) {
    if (&sentinel != &sentinels.front()) url += ',';
    url += sentinel;
  }
  return url + "/" + RedisSentinel::kMaster;
}

std::string addressOf(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

/// A port that nobody listens on.
std::string deadAddress() {
  const ScriptedServer gone([](Peer&) {});
  return addressOf(gone);
}

std::string masterAnswer(const std::string& host, const std::string& port) {
  return "*2\r\n" + bulk(host) + bulk(port);
}

/// What a sentinel says that takes `port` for that of the master.
ScriptedServer::Script sentinelOf(std::uint16_t port) {
  return [port](Peer& peer) {
    while (peer.read()) peer.send(masterAnswer("127.0.0.1", std::to_string(port)));
  };
}

/// A server that tells `role` when it is asked for it, and has nothing.
ScriptedServer::Script serverWithRole(const std::string& role) {
  return [role](Peer& peer) {
    peer.greet();
    while (const auto command = peer.read()) {
      peer.send(command->front() == "ROLE" ? role : "$-1\r\n");
    }
  };
}

/// Stores and finds until both work.
bool worksAgain(Cache& cache, const std::string& body) {
  return eventually([&] {
    return errorOfStore(cache) == "" && (keep(cache, kKey, body), lookUp(cache, kKey) == body);
  });
}

TEST(RedisSentinel, WorksAgainAfterTheMasterDied) {
  const RedisSentinel servers;
  const SystemClock clock;
  const auto cache = makeRedis(servers.url(), clock);
  keep(*cache, kKey, "before");
  servers.master().kill();
  EXPECT_NE(errorOfFind(*cache), "");
  EXPECT_TRUE(worksAgain(*cache, "after")) << errorOfFind(*cache);
  EXPECT_EQ(servers.replica().command({"ROLE"}).items.front().text, "master");
  EXPECT_EQ(servers.replica().command({"EXISTS", kKey}).integer, 1);
}

TEST(RedisSentinel, FollowsAMasterThatIsReplaced) {
  const RedisSentinel servers;
  const SystemClock clock;
  const auto cache = makeRedis(servers.url(), clock);
  keep(*cache, kKey, "before");
  servers.sentinel().command({"SENTINEL", "FAILOVER", RedisSentinel::kMaster});
  const std::string port = std::to_string(servers.replica().port());
  ASSERT_TRUE(eventually([&] {
    const auto master =
        servers.sentinel().command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisSentinel::kMaster});
    return master.items.back().text == port;
  }));
  // As the sentinel does sixteen seconds later.
  servers.master().command({"REPLICAOF", "127.0.0.1", port});
  EXPECT_NE(errorOfStore(*cache).find("READONLY"), std::string::npos);
  keep(*cache, kKey, "after");
  EXPECT_EQ(lookUp(*cache, kKey), "after");
  EXPECT_EQ(servers.replica().command({"EXISTS", kKey}).integer, 1);
  EXPECT_EQ(counter(*cache, "connections"), 2U);
}

TEST(RedisSentinel, SignsInToSentinelsAndServersOverTls) {
  const RedisSentinel servers(
      {.tls = true, .password = "of-servers", .sentinel_password = "of-sentinels"});
  const FakeClock clock;
  std::string url = servers.url();
  url.insert(url.find("://") + 3, ":of-servers@");
  Options options{{"ca_file", servers.master().caFile().string()},
                  {"sentinel_password", std::string("of-sentinels")},
                  {"database", std::int64_t{2}}};
  keep(*makeRedis(url, clock, options), kKey, "body");
  EXPECT_EQ(lookUp(*makeRedis(url + "?db=2", clock, options), kKey), "body");
  options["database"] = std::int64_t{3};
  EXPECT_EQ(lookUp(*makeRedis(url, clock, options), kKey), std::nullopt);
}

TEST(RedisSentinel, NeedsRoleOfAUser) {
  const RedisSentinel servers({.replica = false});
  const FakeClock clock;
  servers.master().command({"ACL", "SETUSER", "forage", "on", ">pw", "~url:*", "+get", "+set"});
  std::string url = servers.url();
  url.insert(url.find("://") + 3, "forage:pw@");
  const std::string error = errorOfFind(*makeRedis(url, clock));
  EXPECT_NE(error.find("the user has no right to ROLE"), std::string::npos) << error;
  servers.master().command({"ACL", "SETUSER", "forage", "+role"});
  EXPECT_EQ(errorOfStore(*makeRedis(url, clock)), "");
}

TEST(RedisSentinel, SaysWhatToCheckWhenASignInIsWrong) {
  const RedisSentinel servers({.replica = false, .sentinel_password = "right"});
  const FakeClock clock;
  for (const std::string password : {"", "hunter2"}) {
    Options options;
    if (!password.empty()) options["sentinel_password"] = password;
    const std::string error = errorOfFind(*makeRedis(servers.url(), clock, options));
    EXPECT_TRUE(error.starts_with("redis at pages of sentinel " + servers.address() +
                                  ": sentinel " + servers.address() + ": it does not let us in"))
        << error;
    EXPECT_NE(error.find("sentinel_password"), std::string::npos) << error;
    EXPECT_EQ(error.find("hunter"), std::string::npos) << error;
  }
}

TEST(RedisSentinel, SaysWhatIsNoSentinelAndWhatNoneKnows) {
  const RedisSentinel servers({.replica = false});
  const FakeClock clock;
  const std::string unknown =
      errorOfFind(*makeRedis("redis+sentinel://" + servers.address() + "/other", clock));
  EXPECT_NE(unknown.find("it knows no master \"other\""), std::string::npos) << unknown;
  const std::string server = "127.0.0.1:" + std::to_string(servers.master().port());
  const std::string none = errorOfFind(*makeRedis(urlOf({server}), clock));
  EXPECT_NE(none.find("sentinel " + server + ": it is no sentinel"), std::string::npos) << none;
}

TEST(RedisSentinel, AsksTheNextOneWhileOneIsAwayOrLies) {
  const RedisSentinel servers({.replica = false});
  const ScriptedServer forgetful([](Peer& peer) {
    while (peer.read()) peer.send("*-1\r\n");
  });
  const ScriptedServer replica(serverWithRole("*1\r\n$5\r\nslave\r\n"));
  const ScriptedServer outdated(sentinelOf(replica.port()));
  const ScriptedServer mistaken([](Peer& peer) { peer.awaitClose(); });
  const FakeClock clock;
  const auto cache = makeRedis(urlOf({deadAddress(), addressOf(forgetful), addressOf(outdated),
                                      addressOf(mistaken), servers.address()}),
                               clock, {{"connect_timeout", std::string("1s")}});
  keep(*cache, kKey, "body");
  EXPECT_EQ(lookUp(*cache, kKey), "body");
  EXPECT_EQ(replica.accepted(), 1U);
}

TEST(RedisSentinel, TellsWhatStoodInTheWay) {
  const ScriptedServer replica(serverWithRole("*1\r\n$5\r\nslave\r\n"));
  const ScriptedServer outdated(sentinelOf(replica.port()));
  const std::string dead = deadAddress();
  const FakeClock clock;
  const std::string error = errorOfFind(
      *makeRedis(urlOf({dead, addressOf(outdated), addressOf(outdated), dead, dead}), clock));
  EXPECT_EQ(error, "redis at pages of sentinel " + dead + " and 4 more: sentinel " + dead +
                       ": Connection refused; its master " + addressOf(replica) +
                       ": it is no master (any more); sentinel " + dead +
                       ": Connection refused; and 1 more");
}

TEST(RedisSentinel, IsAskedOncePerPeriod) {
  const ScriptedServer replica(serverWithRole("*1\r\n$5\r\nslave\r\n"));
  const ScriptedServer sentinel(sentinelOf(replica.port()));
  FakeClock clock;
  const auto cache = makeRedis(urlOf({addressOf(sentinel)}), clock);
  for (int i = 0; i < 50; ++i) EXPECT_NE(errorOfFind(*cache), "");
  EXPECT_EQ(sentinel.accepted(), 1U);
  clock.advance(seconds(10));
  for (int i = 0; i < 50; ++i) EXPECT_NE(errorOfFind(*cache), "");
  EXPECT_EQ(sentinel.accepted(), 2U);
}

TEST(RedisSentinel, HoldsNobodyUpBeyondTheConnectTimeout) {
  const ScriptedServer silent([](Peer& peer) { peer.awaitClose(); });
  const FakeClock clock;
  const auto cache = makeRedis(urlOf({addressOf(silent), addressOf(silent), addressOf(silent)}),
                               clock, {{"connect_timeout", std::string("300ms")}});
  const auto begun = SteadyClock::now();
  EXPECT_NE(errorOfFind(*cache).find("no answer within"), std::string::npos);
  EXPECT_LT(SteadyClock::now() - begun, seconds(5));
}

TEST(RedisSentinel, IsNotBelievedWhenItTellsNonsense) {
  for (const std::string& answer :
       {masterAnswer("127.0.0.1", "0"), masterAnswer("127.0.0.1", "65536"),
        masterAnswer("127.0.0.1", "x"), masterAnswer("a b", "1"), masterAnswer("", "1"),
        masterAnswer("evil\r\nhost", "1"), masterAnswer(std::string(300, 'a'), "1"),
        std::string("*1\r\n$1\r\na\r\n"), std::string("*2\r\n*0\r\n*0\r\n"), std::string("+OK\r\n"),
        std::string(":1\r\n"), "$500000\r\n" + std::string(500'000, 'x') + "\r\n"}) {
    const ScriptedServer sentinel([&](Peer& peer) {
      while (peer.read()) peer.send(answer);
    });
    const FakeClock clock;
    const auto cache = makeRedis(urlOf({addressOf(sentinel)}), clock);
    const std::string error = errorOfFind(*cache);
    EXPECT_TRUE(error.find("something else") != std::string::npos ||
                error.find("too large") != std::string::npos)
        << error;
    EXPECT_EQ(cache->stats().misses, 0U);
  }
}

TEST(RedisSentinel, LeadsToAServerThatSaysItIsAMaster) {
  for (const std::string role :
       {"*0\r\n", "+master\r\n", "*1\r\n:1\r\n", "-NOPERM no\r\n", "-ERR unknown command\r\n"}) {
    const ScriptedServer server(serverWithRole(role));
    const ScriptedServer sentinel(sentinelOf(server.port()));
    const FakeClock clock;
    EXPECT_NE(errorOfFind(*makeRedis(urlOf({addressOf(sentinel)}), clock)), "") << role;
  }
  const ScriptedServer server(serverWithRole("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"));
  const ScriptedServer sentinel(sentinelOf(server.port()));
  const FakeClock clock;
  EXPECT_EQ(errorOfFind(*makeRedis(urlOf({addressOf(sentinel)}), clock)), "");
}

TEST(RedisSentinel, RepeatsNoSecretThatItSendsBack) {
  const ScriptedServer sentinel([](Peer& peer) {
    std::string said;
    while (const auto command = peer.read()) {
      said += command->back();
      peer.send("-ERR you said " + said + "\r\n");
    }
  });
  const FakeClock clock;
  const std::string error = errorOfFind(*makeRedis(
      urlOf({addressOf(sentinel)}), clock,
      {{"sentinel_user", std::string("bob")}, {"sentinel_password", std::string("hunter2")}}));
  EXPECT_NE(error.find("it refuses to let us in"), std::string::npos) << error;
}

}  // namespace
}  // namespace forage::test
