#include "pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "net/connect.h"
#include "scripted_server.h"
#include "support/fake_clock.h"

namespace forage::redis {
namespace {

using test::FakeClock;
using test::Peer;
using test::ScriptedServer;

constexpr Millis kPatience{10'000};
constexpr Millis kPeriod{100};

/// Connections to a server that never says anything, or none while `down`.
class Source {
 public:
  std::unique_ptr<Connection> operator()() {
    ++attempts;
    if (down) throw ConnectionError(Fault::kUnreachable, "Connection refused");
    const TimePoint deadline = std::chrono::steady_clock::now() + kPatience;
    return std::make_unique<Connection>(
        net::connectBlocking({"127.0.0.1", server.port(), {}, false}, nullptr, deadline), kPatience,
        1000);
  }

  std::atomic<int> attempts{0};
  std::atomic<bool> down{false};
  std::atomic<bool> talkative{false};
  ScriptedServer server{[this](Peer& peer) {
    if (talkative) peer.send("+unasked\r\n");
    peer.awaitClose();
  }};
};

struct PoolTest : testing::Test {
  Pool makePool(std::size_t max) {
    return Pool(max, kPeriod, clock, [this] { return source(); });
  }
  static bool fails(Pool& pool) {
    try {
      pool.take().giveBack();
    } catch (const ConnectionError& error) {
      EXPECT_STREQ(error.what(), "Connection refused");
      return true;
    }
    return false;
  }

  FakeClock clock;
  Source source;
};

using RedisPool = PoolTest;

TEST_F(RedisPool, UsesAnIdleConnectionAgain) {
  Pool pool = makePool(4);
  for (int i = 0; i < 3; ++i) {
    Pool::Lease lease = pool.take();
    EXPECT_EQ(lease.isReused(), i > 0);
    lease.giveBack();
  }
  EXPECT_EQ(source.attempts, 1);
  EXPECT_EQ(pool.stats().connections, 1U);
}

TEST_F(RedisPool, GivesAnotherOnlyWhereThatNeedsNoWaiting) {
  Pool pool = makePool(2);
  Pool::Lease first = pool.take();
  {
    std::optional<Pool::Lease> second = pool.takeAnother();
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->isReused());
    EXPECT_FALSE(pool.takeAnother());  // both are in use
    second->giveBack();
  }
  EXPECT_TRUE(pool.takeAnother()->isReused());
  source.down = true;
  EXPECT_FALSE(pool.takeAnother());
  EXPECT_EQ(source.attempts, 3);
  EXPECT_FALSE(pool.takeAnother());  // within the back-off
  EXPECT_EQ(source.attempts, 3);
}

TEST_F(RedisPool, ClosesWhatIsNotGivenBack) {
  Pool pool = makePool(4);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(pool.take().isReused());
  EXPECT_EQ(pool.stats().connections, 3U);
  EXPECT_EQ(pool.stats().reconnects, 2U);
}

TEST_F(RedisPool, MakesAFreshOneWhenAskedThoughOneIsIdle) {
  Pool pool = makePool(1);
  pool.take().giveBack();
  EXPECT_FALSE(pool.takeFresh().isReused());
  EXPECT_EQ(source.attempts, 2);
}

TEST_F(RedisPool, DropsAnIdleConnectionThatSaidSomethingUnasked) {
  Pool pool = makePool(1);
  source.talkative = true;
  Pool::Lease lease = pool.take();
  const TimePoint limit = std::chrono::steady_clock::now() + kPatience;
  while (lease->isUsable() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  lease.giveBack();
  EXPECT_FALSE(pool.take().isReused());
  EXPECT_EQ(pool.stats().reconnects, 1U);
}

TEST_F(RedisPool, WaitsForAConnectionWhenAllAreInUse) {
  Pool pool = makePool(2);
  Pool::Lease first = pool.take();
  Pool::Lease second = pool.take();
  std::latch begun(1);
  auto third = std::async(std::launch::async, [&] {
    begun.count_down();
    return pool.take().isReused();
  });
  begun.wait();
  first.giveBack();
  EXPECT_TRUE(third.get());
  EXPECT_EQ(source.attempts, 2);
}

TEST_F(RedisPool, NeverHasMoreConnectionsThanItMay) {
  Pool pool = makePool(3);
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        Pool::Lease lease = t == 0 ? pool.takeFresh() : pool.take();
        const int now = ++held;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        --held;
        if (i % 10 != 9) lease.giveBack();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
}

TEST_F(RedisPool, TriesOncePerPeriodWhileTheServerIsAway) {
  Pool pool = makePool(4);
  source.down = true;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(fails(pool));
  EXPECT_EQ(source.attempts, 1);
  clock.advance(kPeriod - Millis(1));
  EXPECT_TRUE(fails(pool));
  EXPECT_EQ(source.attempts, 1);
  clock.advance(kPeriod / 4 + Millis(1));
  EXPECT_TRUE(fails(pool));
  EXPECT_TRUE(fails(pool));
  EXPECT_EQ(source.attempts, 2);
  EXPECT_EQ(pool.stats().failures, 2U);
}

TEST_F(RedisPool, TriesOncePerPeriodHoweverManyThreadsAsk) {
  Pool pool = makePool(4);
  source.down = true;
  for (int round = 1; round <= 3; ++round) {
    std::latch together(8);
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        together.arrive_and_wait();
        for (int i = 0; i < 20; ++i) failed += fails(pool);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failed, 160);
    EXPECT_EQ(source.attempts, round);
    clock.advance(8 * kPeriod);
  }
}

TEST_F(RedisPool, ComesBackWithTheServer) {
  Pool pool = makePool(4);
  source.down = true;
  EXPECT_TRUE(fails(pool));
  source.down = false;
  EXPECT_TRUE(fails(pool));  // not before the period is over
  clock.advance(2 * kPeriod);
  EXPECT_FALSE(fails(pool));
  EXPECT_FALSE(fails(pool));
  EXPECT_EQ(source.attempts, 2);
}

TEST_F(RedisPool, WaitsForALiveConnectionWhenNoFurtherOneCanBeMade) {
  Pool pool = makePool(2);
  Pool::Lease live = pool.take();
  source.down = true;  // as a server does that has reached its limit of clients
  EXPECT_TRUE(fails(pool));
  std::latch begun(1);
  auto other = std::async(std::launch::async, [&] {
    begun.count_down();
    return fails(pool);
  });
  begun.wait();
  live.giveBack();
  EXPECT_FALSE(other.get());
}

TEST_F(RedisPool, ClosesIdleConnectionsOnRequest) {
  Pool pool = makePool(3);
  {
    Pool::Lease a = pool.take();
    Pool::Lease b = pool.take();
    a.giveBack();
    b.giveBack();
  }
  pool.closeIdle();
  EXPECT_FALSE(pool.take().isReused());
  EXPECT_EQ(source.attempts, 3);
}

TEST_F(RedisPool, DrawsNumbersThatDiffer) {
  Pool pool = makePool(1);
  EXPECT_NE(pool.chance(), pool.chance());
}

}  // namespace
}  // namespace forage::redis
