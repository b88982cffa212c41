// Hearing what Redis says unasked: connections that listen, and the subscriber that keeps one.
#include "subscriber.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/connect.h"
#include "scripted_server.h"
#include "support/eventually.h"

namespace forage::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;
using test::eventually;
using test::Peer;
using test::ScriptedServer;

constexpr Millis kLimit{30'000};
const std::string kSubscribed = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n";
const std::string kPong = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";

std::string message(const std::string& text) {
  return "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n" + test::bulk(text);
}

std::unique_ptr<Connection> connectTo(const ScriptedServer& server, Millis timeout = kLimit) {
  return std::make_unique<Connection>(net::connectBlocking({"127.0.0.1", server.port(), {}, false},
                                                           nullptr, SteadyClock::now() + kLimit),
                                      timeout, 1000);
}

Commands command(std::string_view name, std::size_t times = 1) {
  Commands commands;
  for (; times > 0; --times) {
    commands.begin(1);
    commands.add(name);
  }
  return commands;
}

/// What a connection says next.
std::string heardBy(Connection& connection, const WakeEvent& wake) {
  std::string heard;
  const TimePoint limit = SteadyClock::now() + kLimit;
  while (heard.empty() && SteadyClock::now() < limit) {
    connection.listen(wake.fd(), limit, [&](Reply&& reply) { heard += reply.text; });
  }
  return heard;
}

TEST(RedisListening, HearsWhatNobodyAskedFor) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    for (const char piece : test::bulk("one")) peer.send({&piece, 1});
    peer.read(1);
    peer.send(test::bulk("two") + test::bulk("three"));
    peer.awaitClose();
  });
  const auto connection = connectTo(server);
  const WakeEvent wake;
  connection->post(command("A"));
  EXPECT_EQ(heardBy(*connection, wake), "one");
  connection->post(command("B"));
  EXPECT_EQ(heardBy(*connection, wake), "twothree");
}

// After a pipeline the socket may be set to wake late.
TEST(RedisListening, HearsTheShortestReplyAfterAPipeline) {
  ScriptedServer server([](Peer& peer) {
    peer.read(64);
    for (int i = 0; i < 64; ++i) peer.send("+OK\r\n");
    peer.read(1);
    peer.send("+y\r\n");
    peer.awaitClose();
  });
  const auto connection = connectTo(server);
  const WakeEvent wake;
  connection->exchange(command("A", 64), [](std::size_t, Reply&&) {});
  connection->post(command("B"));
  EXPECT_EQ(heardBy(*connection, wake), "y");
}

TEST(RedisListening, EndsWhenItIsWokenOrItsTimeIsOver) {
  ScriptedServer server([](Peer& peer) { peer.awaitClose(); });
  const auto connection = connectTo(server);
  const WakeEvent wake;
  const auto nothing = [](Reply&&) { ADD_FAILURE(); };
  EXPECT_FALSE(connection->listen(wake.fd(), SteadyClock::now() + Millis(5), nothing));
  EXPECT_FALSE(connection->listen(wake.fd(), TimePoint::min(), nothing));
  wake.set();
  EXPECT_FALSE(connection->listen(wake.fd(), SteadyClock::now() + kLimit, nothing));
  wake.clear();
  auto waker = std::async(std::launch::async, [&] { wake.set(); });
  EXPECT_FALSE(connection->listen(wake.fd(), kNever, nothing));
}

TEST(RedisListening, ThrowsWhatEndsTheConnection) {
  const auto faultAfter = [](const std::string& said) {
    ScriptedServer server([&](Peer& peer) { peer.send(said); });
    const auto connection = connectTo(server);
    const WakeEvent wake;
    try {
      for (;;) connection->listen(wake.fd(), kNever, [](Reply&&) {});
    } catch (const ConnectionError& error) {
      return error.fault();
    }
  };
  EXPECT_EQ(faultAfter(""), Fault::kClosed);
  EXPECT_EQ(faultAfter(kPong), Fault::kClosed);
  EXPECT_EQ(faultAfter("HTTP/1.1 400\r\n\r\n"), Fault::kProtocol);
  EXPECT_EQ(faultAfter(test::bulk(std::string(100'000, 'x'))), Fault::kTooLarge);
}

/// What a subscriber has told, in order.
class Log final : public Subscriber::Listener {
 public:
  void subscribed() override { add("subscribed"); }
  void heard(Reply&& message) override {
    if (message.text == "wrong") throw ConnectionError(Fault::kProtocol, "it is wrong");
    add(message.text);
  }
  void lost() override { add("lost"); }
  TimePoint due(TimePoint now) override {
    const std::lock_guard lock(mutex_);
    if (now >= due_) {
      lines_.push_back("due");
      due_ = kNever;
    }
    return due_;
  }

  void setDue(TimePoint due) {
    const std::lock_guard lock(mutex_);
    due_ = due;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] bool waitFor(const std::vector<std::string>& lines) const {
    return eventually([&] { return this->lines() == lines; });
  }

 private:
  void add(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }

  mutable std::mutex mutex_;  // guards what follows
  TimePoint due_ = kNever;
  std::vector<std::string> lines_;
};

struct RedisSubscriber : testing::Test {
  Subscriber::Subject subject{"news", "allow SUBSCRIBE on &news"};
  Options options = [] {
    Options brief;
    brief.command_timeout = Millis(200);
    brief.retry_period = Millis(20);
    return brief;
  }();
  Log log;
};

TEST_F(RedisSubscriber, HearsAChannelFromItsFirstUse) {
  ScriptedServer server([](Peer& peer) {
    const auto asked = peer.read();
    EXPECT_EQ(*asked, (Peer::Command{"SUBSCRIBE", "news"}));
    peer.send(kSubscribed + message("one"));
    peer.send(message("two") + kPong + message("three"));
    peer.awaitClose();
  });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  EXPECT_FALSE(subscriber.isUp());
  EXPECT_EQ(server.accepted(), 0u);
  subscriber.awaitUp();
  EXPECT_TRUE(subscriber.isUp());
  EXPECT_TRUE(log.waitFor({"subscribed", "one", "two", "three"}));
}

TEST_F(RedisSubscriber, DoesWhatIsDue) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send(kSubscribed);
    peer.awaitClose();
  });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  subscriber.awaitUp();
  log.setDue(SteadyClock::now() + Millis(10));
  subscriber.wake();
  EXPECT_TRUE(log.waitFor({"subscribed", "due"}));
}

TEST_F(RedisSubscriber, SaysWhyNothingIsHeard) {
  std::atomic<bool> away{true};
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send(kSubscribed);
    peer.awaitClose();
  });
  const auto connect = [&] {
    if (away) throw ConnectionError(Fault::kUnreachable, "Connection refused");
    return connectTo(server);
  };
  Subscriber subscriber(options, connect, subject, log);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(subscriber.awaitUp(), ConnectionError);
  EXPECT_TRUE(log.lines().empty());
  away = false;
  EXPECT_TRUE(log.waitFor({"subscribed"}));
  EXPECT_NO_THROW(subscriber.awaitUp());
}

TEST_F(RedisSubscriber, NamesTheRightsThatAreMissing) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send("-NOPERM no\r\n");
    peer.awaitClose();
  });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  try {
    subscriber.awaitUp();
    ADD_FAILURE() << "heard";
  } catch (const ConnectionError& error) {
    EXPECT_NE(std::string(error.what()).find(subject.rights), std::string::npos) << error.what();
  }
}

TEST_F(RedisSubscriber, MakesALostConnectionAnew) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send(kSubscribed + message(peer.index() == 0 ? "wrong" : "right"));
    peer.awaitClose();
  });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  subscriber.wake();  // before there is anything to wake
  try {
    subscriber.awaitUp();
  } catch (const ConnectionError&) {
    // Lost already.
  }
  EXPECT_TRUE(log.waitFor({"subscribed", "lost", "subscribed", "right"}));
}

TEST_F(RedisSubscriber, TakesNothingForASubscriptionButItsAnswer) {
  for (const std::string& said : {message("one"), kPong, std::string("+OK\r\n"), kPong + kPong}) {
    ScriptedServer server([&](Peer& peer) {
      peer.read(1);
      peer.send(said);
      peer.awaitClose();
    });
    Subscriber subscriber(
        options, [&] { return connectTo(server); }, subject, log);
    EXPECT_THROW(subscriber.awaitUp(), ConnectionError) << said;
  }
  EXPECT_TRUE(log.lines().empty());
}

TEST_F(RedisSubscriber, WaitsNoLongerThanTheCommandTimeoutForTheAnswer) {
  ScriptedServer server([](Peer& peer) { peer.awaitClose(); });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  EXPECT_THROW(subscriber.awaitUp(), ConnectionError);
}

TEST_F(RedisSubscriber, AsksASilentConnectionForASignOfLife) {
  std::latch asked_twice(1);
  ScriptedServer server([&](Peer& peer) {
    peer.read(1);
    peer.send(kSubscribed);
    if (peer.index() > 0) return peer.awaitClose();
    EXPECT_EQ(*peer.read(), Peer::Command{"PING"});
    peer.send(kPong);
    EXPECT_EQ(*peer.read(), Peer::Command{"PING"});
    asked_twice.count_down();  // and says nothing
    peer.awaitClose();
  });
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  subscriber.awaitUp();
  asked_twice.wait();
  EXPECT_TRUE(log.waitFor({"subscribed", "lost", "subscribed"}));
}

// Each connection is answered, and ended at once.
TEST_F(RedisSubscriber, DoesNotAskWithoutPauseWhereNothingLasts) {
  ScriptedServer server([](Peer& peer) {
    peer.read(1);
    peer.send(kSubscribed);
  });
  const auto begun = SteadyClock::now();
  Subscriber subscriber(
      options, [&] { return connectTo(server); }, subject, log);
  try {
    subscriber.awaitUp();
  } catch (const ConnectionError&) {
    // Lost already.
  }
  EXPECT_TRUE(eventually([&] { return server.accepted() >= 5; }));
  EXPECT_GE(SteadyClock::now() - begun, Millis(20 + 40 + 80 + 128));  // by the back-off
}

TEST_F(RedisSubscriber, EndsAtOnceWhileItWaits) {
  options.retry_period = std::chrono::hours(1);
  const auto begun = SteadyClock::now();
  {
    Subscriber subscriber(
        options,
        []() -> std::unique_ptr<Connection> {
          throw ConnectionError(Fault::kUnreachable, "Connection refused");
        },
        subject, log);
    EXPECT_THROW(subscriber.awaitUp(), ConnectionError);
  }
  EXPECT_LT(SteadyClock::now() - begun, std::chrono::seconds(10));
}

}  // namespace
}  // namespace forage::redis
