// How the Redis cache takes a cluster whose nodes say what they should not, with scripted ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "redis_plugin.h"
#include "scripted_server.h"

namespace forage::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::seconds;

const Key kKey = "url:http://example.com/";
const std::string kSlot = "4970";  // of kKey

std::string addressOf(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

/// CLUSTER SLOTS of a cluster in which `ports` share the slots.
std::string mapOf(const std::vector<std::uint16_t>& ports) {
  std::string map = "*" + std::to_string(ports.size()) + "\r\n";
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::size_t first = i * 16384 / ports.size();
    const std::size_t last = (i + 1) * 16384 / ports.size() - 1;
    map += "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) + "\r\n*2\r\n" +
           bulk("127.0.0.1") + ":" + std::to_string(ports[i]) + "\r\n";
  }
  return map;
}

/// A node of a cluster of `size` nodes, all with its address, that answers commands as `answer`
/// does.
class Node {
 public:
  using Answer = std::function<std::string(const Peer::Command&)>;

  explicit Node(Answer answer)
      : answer_(std::move(answer)), server_([this](Peer& peer) { serve(peer); }) {}

  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] std::string address() const { return addressOf(server_); }
  [[nodiscard]] std::string url() const { return "redis+cluster://" + address(); }
  /// How often it was asked for the slots.
  [[nodiscard]] int asked() const noexcept { return asked_; }
  /// The names of the other commands it was given, in order.
  [[nodiscard]] std::string given() const {
    const std::lock_guard lock(mutex_);
    return given_;
  }
  /// What it answers to CLUSTER SLOTS instead of that it has them all.
  void setMap(std::string map) {
    const std::lock_guard lock(mutex_);
    map_ = std::move(map);
  }

 private:
  void serve(Peer& peer) {
    peer.greet();
    while (const auto command = peer.read()) {
      if (command->front() == "CLUSTER") {
        ++asked_;
        const std::lock_guard lock(mutex_);
        peer.send(map_.empty() ? mapOf({port()}) : map_);
        continue;
      }
      {
        const std::lock_guard lock(mutex_);
        given_ += (given_.empty() ? "" : " ") + command->front();
      }
      peer.send(answer_(*command));
    }
  }

  const Answer answer_;
  std::atomic<int> asked_{0};
  mutable std::mutex mutex_;  // guards the next two
  std::string map_;
  std::string given_;
  ScriptedServer server_;  // last: its threads use all above
};

std::string nothing(const Peer::Command&) { return "$-1\r\n"; }

struct RedisClusterFaults : testing::Test {
  FakeClock clock;
};

TEST_F(RedisClusterFaults, AreReportedWhenTheMapIsNone) {
  for (const std::string& map :
       {std::string("+OK\r\n"), std::string(":1\r\n"), std::string("$-1\r\n"),
        std::string("*1\r\n:1\r\n"), std::string("*1\r\n*3\r\n:0\r\n:16384\r\n*0\r\n"),
        std::string("*1\r\n*3\r\n:0\r\n:5\r\n*2\r\n$9\r\nhost\r\nile\r\n:1\r\n"),
        std::string("*0\r\n")}) {
    Node node(nothing);
    node.setMap(map);
    const auto cache = makeRedis(node.url(), clock);
    const std::string error = errorOfFind(*cache);
    EXPECT_TRUE(
        error.starts_with("redis at cluster " + node.address() + ": node " + node.address() + ": "))
        << error;
    EXPECT_TRUE(error.find("CLUSTER SLOTS") != std::string::npos ||
                error.find("slots: give them some") != std::string::npos)
        << error;
  }
}

TEST_F(RedisClusterFaults, AreReportedWhenTheMapIsTooLarge) {
  Node node(nothing);
  node.setMap("$6000000\r\n" + std::string(6'000'000, 'x') + "\r\n");
  const auto cache = makeRedis(node.url(), clock, {{"max_value_size", std::string("1MiB")}});
  EXPECT_NE(errorOfFind(*cache).find("too large"), std::string::npos);
  EXPECT_EQ(cache->stats().misses, 0U);
}

TEST_F(RedisClusterFaults, CostOneQuestionPerPeriod) {
  Node node(nothing);
  node.setMap("*0\r\n");
  const auto cache = makeRedis(node.url(), clock);
  for (int period = 1; period <= 3; ++period) {
    for (int i = 0; i < 50; ++i) EXPECT_NE(errorOfFind(*cache), "");
    EXPECT_EQ(node.asked(), period);
    clock.advance(seconds(10));
  }
}

TEST_F(RedisClusterFaults, OfAFirstNodeLeaveTimeForAnother) {
  ScriptedServer silent([](Peer& peer) { peer.awaitClose(); });
  Node node(nothing);
  const auto cache = makeRedis(
      "redis+cluster://" + addressOf(silent) + "," + node.address(), clock,
      {{"connect_timeout", std::string("20ms")}, {"command_timeout", std::string("50ms")}});
  EXPECT_NE(errorOfFind(*cache).find("no answer within 50ms"), std::string::npos);
  clock.advance(seconds(10));  // both the question and the silent node are due again
  EXPECT_EQ(errorOfFind(*cache), "");
}

TEST_F(RedisClusterFaults, EndARedirectionInACircle) {
  std::string self;
  Node node([&self](const Peer::Command&) { return "-MOVED " + kSlot + " " + self + "\r\n"; });
  self = node.address();
  const auto cache = makeRedis(node.url(), clock);
  const std::string error = errorOfFind(*cache);
  EXPECT_NE(error.find("from one to the other"), std::string::npos) << error;
  EXPECT_EQ(node.given(), "GET GET GET GET GET GET");
  EXPECT_EQ(node.asked(), 1);  // the clock stands still
}

TEST_F(RedisClusterFaults, AreReportedWhenARedirectionLeadsNowhere) {
  for (const std::string& where : {kSlot + " nowhere", kSlot + " a b:1", kSlot + " h:0",
                                   std::string("1 127.0.0.1:1"), std::string()}) {
    Node node([&where](const Peer::Command&) { return "-MOVED " + where + "\r\n"; });
    const auto cache = makeRedis(node.url(), clock);
    EXPECT_NE(errorOfFind(*cache).find("it redirects to what is no node"), std::string::npos)
        << where;
  }
}

TEST_F(RedisClusterFaults, AreNoneForASlotThatHasMoved) {
  Node second([](const Peer::Command&) { return bulk(storedForm(*entryOf(kKey, "moved"))); });
  Node first([&second](const Peer::Command&) {
    return "-MOVED " + kSlot + " " + second.address() + "\r\n";
  });
  const auto cache = makeRedis(first.url(), clock);
  EXPECT_EQ(lookUp(*cache, kKey), "moved");
  EXPECT_EQ(lookUp(*cache, kKey), "moved");
  EXPECT_EQ(first.given(), "GET");
  EXPECT_EQ(second.given(), "GET GET");
}

TEST_F(RedisClusterFaults, AreNoneForASlotThatMoves) {
  Node second([](const Peer::Command& command) {
    return command.front() == "ASKING" ? "+OK\r\n" : bulk(storedForm(*entryOf(kKey, "there")));
  });
  Node first([&second](const Peer::Command&) {
    return "-ASK " + kSlot + " " + second.address() + "\r\n";
  });
  const auto cache = makeRedis(first.url(), clock);
  EXPECT_EQ(lookUp(*cache, kKey), "there");
  EXPECT_EQ(lookUp(*cache, kKey), "there");
  EXPECT_EQ(first.given(), "GET GET");  // ASK is for once
  EXPECT_EQ(second.given(), "ASKING GET ASKING GET");
}

TEST_F(RedisClusterFaults, AreReportedWhenAskingIsNotAllowed) {
  Node second([](const Peer::Command& command) {
    return command.front() == "ASKING" ? std::string("-NOPERM no\r\n")
                                       : "-MOVED " + kSlot + " 127.0.0.1:1\r\n";
  });
  Node first([&second](const Peer::Command&) {
    return "-ASK " + kSlot + " " + second.address() + "\r\n";
  });
  const std::string error = errorOfFind(*makeRedis(first.url(), clock));
  EXPECT_NE(error.find("NOPERM"), std::string::npos) << error;
}

TEST_F(RedisClusterFaults, AreNoneWhenAnIdleConnectionTurnsOutToBeClosed) {
  const auto server = [](std::string& map) {
    return [&map](Peer& peer) {
      peer.greet();
      while (const auto command = peer.read()) {
        if (command->front() == "CLUSTER") {
          peer.send(map);
        } else if (peer.index() == 0 && command->at(1) == kKey) {
          return;  // closes it, and says nothing
        } else {
          peer.send("$-1\r\n");
        }
      }
    };
  };
  std::string map;
  ScriptedServer first(server(map));
  ScriptedServer second(server(map));
  map = mapOf({first.port(), second.port()});
  const auto cache = makeRedis("redis+cluster://" + addressOf(first), clock);
  std::vector<Key> keys = keysOf(30);
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  keys.front() = kKey;
  cache->find(keys, found);
  EXPECT_EQ(cache->stats().misses, 60U);
  EXPECT_EQ(first.accepted() + second.accepted(), 3U);
}

TEST_F(RedisClusterFaults, AreNoneForANodeThatIsReadyOnTheNextTry) {
  for (const std::string refusal : {"-TRYAGAIN later\r\n", "-CLUSTERDOWN later\r\n"}) {
    std::atomic<int> refusals{2};
    Node node([&](const Peer::Command&) {
      return refusals-- > 0 ? refusal : bulk(storedForm(*entryOf(kKey, "ready")));
    });
    const auto cache = makeRedis(node.url(), clock, {{"retry_period", std::string("5ms")}});
    EXPECT_EQ(lookUp(*cache, kKey), "ready");
    EXPECT_EQ(node.given(), "GET GET GET");
  }
}

TEST_F(RedisClusterFaults, AreReportedWhenANodeIsNotReadyWithinTheCommandTimeout) {
  Node node([](const Peer::Command&) { return "-TRYAGAIN later\r\n"; });
  const auto cache =
      makeRedis(node.url(), clock,
                {{"command_timeout", std::string("100ms")}, {"retry_period", std::string("30ms")}});
  const auto begun = SteadyClock::now();
  EXPECT_NE(errorOfFind(*cache).find("TRYAGAIN"), std::string::npos);
  EXPECT_GE(SteadyClock::now() - begun, Millis(100));
  EXPECT_LT(SteadyClock::now() - begun, seconds(5));
  const auto commands = std::ranges::count(node.given(), 'G');
  EXPECT_GE(commands, 2);
  EXPECT_LE(commands, 6);
}

TEST_F(RedisClusterFaults, OfOneCommandLeaveTheOthersReplies) {
  const std::vector<Key> keys = keysOf(60);
  const Key large = keys[20];
  const auto answer = [&](const Peer::Command& command) {
    if (command[1] == large) return bulk(std::string(6u << 20, 'x'));
    return bulk(storedForm(*entryOf(command[1], "body of " + command[1])));
  };
  Node first(answer);
  Node second(answer);
  first.setMap(mapOf({first.port(), second.port()}));
  const auto cache = makeRedis(first.url(), clock, {{"max_value_size", std::string("1MiB")}});
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ(found[i] == nullptr, i == 20) << i;
    if (found[i]) {
      EXPECT_EQ(found[i]->body(), "body of " + keys[i]);
    }
  }
  EXPECT_EQ(cache->stats().damaged, 1U);
  EXPECT_NE(second.given(), "");
}

TEST_F(RedisClusterFaults, OfOneNodeDoNotHoldUpOthersForLong) {
  Node silent([](const Peer::Command&) { return std::string(); });
  Node other(nothing);
  silent.setMap(mapOf({silent.port(), other.port()}));
  other.setMap(mapOf({silent.port(), other.port()}));
  const auto cache = makeRedis(silent.url() + "," + other.address(), clock,
                               {{"command_timeout", std::string("100ms")}});
  const std::vector<Key> keys = keysOf(60);
  std::vector<EntryPtr> found(keys.size());
  const auto begun = SteadyClock::now();
  try {
    cache->find(keys, found);
    ADD_FAILURE() << "answered";
  } catch (const CacheError& error) {
    EXPECT_NE(error.message().find("node " + silent.address() + ": no answer within 100ms"),
              std::string::npos)
        << error.message();
  }
  EXPECT_LT(SteadyClock::now() - begun, seconds(5));
  EXPECT_EQ(counter(*cache, "timeouts"), 1U);
}

TEST_F(RedisClusterFaults, AreNoneForANodeWhoseSlotsAnotherHasTaken) {
  Node heir([](const Peer::Command&) { return bulk(storedForm(*entryOf(kKey, "inherited"))); });
  std::string url;
  {
    Node gone([](const Peer::Command&) { return bulk(storedForm(*entryOf(kKey, "before"))); });
    heir.setMap(mapOf({gone.port()}));
    url = heir.url();
  }
  // What the heir tells first is out of date.
  const auto cache = makeRedis(url, clock);
  EXPECT_NE(errorOfFind(*cache).find("Connection refused"), std::string::npos);
  heir.setMap("");
  EXPECT_NE(errorOfFind(*cache), "");  // within the period
  clock.advance(seconds(1));
  EXPECT_EQ(lookUp(*cache, kKey), "inherited");
}

}  // namespace
}  // namespace forage::test
