#include "pool_transport.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "fault.h"
#include "redis_url.h"
#include "scripted_server.h"

namespace forage::redis {
namespace {

using test::Peer;
using test::ScriptedServer;

TEST(PoolTransport, SendsNothingAfterItsTimeAndKeepsTheConnection) {
  std::vector<std::string> seen;  // of the server's thread, until it has answered
  ScriptedServer server([&seen](Peer& peer) {
    peer.greet();
    while (const auto command = peer.read()) {
      seen.push_back(command->at(1));
      peer.send("+OK\r\n");
    }
  });
  Options options;
  options.location.host = "127.0.0.1";
  options.location.port = server.port();
  SystemClock clock;
  PoolTransport transport(options, clock);
  const auto ask = [&](const std::string& what, TimePoint latest) {
    Commands commands;
    commands.sendBy(latest);
    commands.begin(2);
    commands.add("ECHO");
    commands.add(what);
    Problem problem;
    transport.exchange(commands, problem, [](std::size_t, Reply&&) {});
  };
  const TimePoint now = std::chrono::steady_clock::now();
  try {
    ask("late", now - Millis(1));
    ADD_FAILURE() << "it was sent";
  } catch (const ConnectionError& error) {
    EXPECT_EQ(error.fault(), Fault::kLate);
  }
  ask("in time", now + std::chrono::hours(1));
  ask("whenever", kNever);
  EXPECT_EQ(seen, (std::vector<std::string>{"in time", "whenever"}));
  EXPECT_EQ(server.accepted(), 1u);
}

}  // namespace
}  // namespace forage::redis
