#include "connection.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <optional>
#include <string>
#include <vector>

#include "fault.h"
#include "net/connect.h"
#include "scripted_server.h"

namespace forage::redis {
namespace {

using test::bulk;
using test::Peer;
using test::ScriptedServer;

constexpr Millis kPatience{30'000};
constexpr std::size_t kMaxReply = 64u << 20;

Connection connectTo(const ScriptedServer& server, Millis timeout = kPatience,
                     std::size_t max_reply = kMaxReply) {
  const TimePoint deadline = std::chrono::steady_clock::now() + kPatience;
  return Connection(
      net::connectBlocking({"127.0.0.1", server.port(), {}, false}, nullptr, deadline), timeout,
      max_reply);
}

Commands gets(std::size_t n) {
  Commands commands;
  for (std::size_t i = 0; i < n; ++i) {
    commands.begin(2);
    commands.add("GET");
    commands.add("key" + std::to_string(i));
  }
  return commands;
}

std::vector<std::string> exchange(Connection& connection, const Commands& commands) {
  std::vector<std::string> texts;
  connection.exchange(commands, [&](std::size_t index, Reply&& reply) {
    EXPECT_EQ(index, texts.size());
    texts.push_back(std::move(reply.text));
  });
  return texts;
}

std::optional<Fault> faultOf(Connection& connection, const Commands& commands) {
  try {
    exchange(connection, commands);
  } catch (const ConnectionError& error) {
    return error.fault();
  }
  return std::nullopt;
}

TEST(RedisConnection, HandsOverTheRepliesInOrder) {
  ScriptedServer server([](Peer& peer) {
    while (const auto command = peer.read()) peer.send(bulk("value of " + command->at(1)));
  });
  Connection connection = connectTo(server);
  EXPECT_EQ(exchange(connection, gets(2)),
            (std::vector<std::string>{"value of key0", "value of key1"}));
  EXPECT_EQ(exchange(connection, gets(1)), (std::vector<std::string>{"value of key0"}));
  EXPECT_TRUE(connection.isUsable());
}

// A client that sends all before it reads anything, against a server that does not read on while
// its replies are not taken, waits for ever: each side's socket buffers are full.
TEST(RedisConnection, ReadsWhileItSends) {
  const std::string body(1u << 20, 'b');
  ScriptedServer server([](Peer& peer) {
    while (const auto command = peer.read()) peer.send(bulk(command->at(1)));
  });
  Connection connection = connectTo(server);
  Commands echoes;
  for (int i = 0; i < 64; ++i) {
    echoes.begin(2);
    echoes.add("ECHO");
    echoes.add(std::to_string(i), body);
  }
  std::size_t replies = 0;
  connection.exchange(echoes, [&](std::size_t index, Reply&& reply) {
    EXPECT_TRUE(reply.text == std::to_string(index) + body) << index;
    ++replies;
  });
  EXPECT_EQ(replies, 64U);
  EXPECT_TRUE(connection.isUsable());
}

TEST(RedisConnection, GivesUpOnASilentServer) {
  ScriptedServer server([](Peer& peer) { peer.awaitClose(); });
  Connection connection = connectTo(server, Millis(50));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(faultOf(connection, gets(1)), Fault::kTimeout);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Millis(50));
  EXPECT_TRUE(connection.heardNothing());
}

TEST(RedisConnection, GivesUpOnAServerThatReadsNothing) {
  std::latch done(1);
  ScriptedServer server([&done](Peer&) { done.wait(); });
  const std::string body(32u << 20, 'b');
  Connection connection = connectTo(server, Millis(50));
  Commands commands;
  commands.begin(1);
  commands.add("", body);
  EXPECT_EQ(faultOf(connection, commands), Fault::kTimeout);
  done.count_down();
}

TEST(RedisConnection, GivesUpOnAServerThatDripsBytes) {
  std::atomic<bool> done{false};
  ScriptedServer server([&done](Peer& peer) {
    peer.read(1);
    peer.send("$60000000\r\n");
    while (!done) peer.send("x");  // each byte comes in time; all of them would take minutes
  });
  Connection connection = connectTo(server, Millis(50));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(faultOf(connection, gets(1)), Fault::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  done = true;
}

TEST(RedisConnection, TellsAClosedConnectionFromACutReply) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    if (peer.index() == 1) peer.send("$10\r\nabc");
    peer.close();
  });
  Connection closed = connectTo(server);
  EXPECT_EQ(faultOf(closed, gets(1)), Fault::kClosed);
  EXPECT_TRUE(closed.heardNothing());
  Connection cut = connectTo(server);
  EXPECT_EQ(faultOf(cut, gets(1)), Fault::kClosed);
  EXPECT_FALSE(cut.heardNothing());
}

TEST(RedisConnection, ReportsAReset) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.reset();
  });
  Connection connection = connectTo(server);
  EXPECT_EQ(faultOf(connection, gets(1)), Fault::kClosed);
}

TEST(RedisConnection, RefusesMoreRepliesThanCommands) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send(peer.index() == 0 ? "+OK\r\n+OK\r\n" : "+OK\r\n+O");
    peer.awaitClose();
  });
  Connection whole = connectTo(server);
  EXPECT_EQ(faultOf(whole, gets(1)), Fault::kProtocol);
  Connection part = connectTo(server);
  EXPECT_EQ(faultOf(part, gets(1)), Fault::kProtocol);
}

TEST(RedisConnection, RefusesAnAnswerToWhatIsNotSentYet) {
  std::latch done(1);
  ScriptedServer server([&done](Peer& peer) {
    peer.send("+OK\r\n");
    done.wait();  // and reads nothing
  });
  const std::string body(32u << 20, 'b');
  Commands commands;
  commands.begin(1);
  commands.add("", body);
  Connection connection = connectTo(server);
  EXPECT_EQ(faultOf(connection, commands), Fault::kProtocol);
  done.count_down();
}

TEST(RedisConnection, IsNotUsableOnceTheServerHasClosedOrSpoken) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send("+OK\r\n");
    peer.read(1);
    // Both are there before the answer to the second command, on which the test waits.
    peer.send("+OK\r\n");
    if (peer.index() == 0) peer.send("+late\r\n");
    peer.close();
    peer.awaitClose();
  });
  for (int i = 0; i < 2; ++i) {
    Connection connection = connectTo(server);
    EXPECT_EQ(faultOf(connection, gets(1)), std::nullopt);
    EXPECT_TRUE(connection.isUsable());
    try {
      exchange(connection, gets(1));
    } catch (const ConnectionError&) {  // where the rest came with the answer
      continue;
    }
    const TimePoint limit = std::chrono::steady_clock::now() + kPatience;
    while (connection.isUsable() && std::chrono::steady_clock::now() < limit) {
      std::this_thread::yield();
    }
    EXPECT_FALSE(connection.isUsable());
  }
}

TEST(RedisConnection, LeavesAnExceptionOfItsReceiverAlone) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send("+OK\r\n");
    peer.awaitClose();
  });
  Connection connection = connectTo(server);
  EXPECT_THROW(connection.exchange(gets(1), [](std::size_t, Reply&&) { throw std::bad_alloc(); }),
               std::bad_alloc);
}

}  // namespace
}  // namespace forage::redis
