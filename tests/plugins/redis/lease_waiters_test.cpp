#include "lease_waiters.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <latch>
#include <string>
#include <vector>

namespace forage::redis {
namespace {

const TimePoint kEpoch{std::chrono::hours(1)};

TimePoint at(int millis) { return kEpoch + Millis(millis); }

class Home final : public LeaseHome {
 public:
  void leaseEnded(const Key& key) noexcept override {
    told.push_back(key);
    if (when_told) when_told();
  }

  std::vector<Key> told;
  std::function<void()> when_told;
};

struct LeaseWaitersTest : testing::Test {
  /// `home` waits for `key` until `until`.
  void await(const Key& key, Home& who, TimePoint until) {
    ASSERT_TRUE(waiters.expect(key, who));
    waiters.await(key, who, until);
  }
  void end(const Key& key) {
    waiters.end(key);
    waiters.tell();
  }
  TimePoint endDue(TimePoint now) {
    const TimePoint next = waiters.endDue(now);
    waiters.tell();
    return next;
  }

  LeaseWaiters waiters{4};
  Home home;
  Home other;
};

TEST_F(LeaseWaitersTest, AreToldOnceByAMessage) {
  await("a", home, at(100));
  end("b");
  EXPECT_TRUE(home.told.empty());
  end("a");
  end("a");
  EXPECT_EQ(home.told, std::vector<Key>{"a"});
  EXPECT_EQ(endDue(at(1000)), kNever);
  EXPECT_EQ(home.told.size(), 1u);
}

TEST_F(LeaseWaitersTest, AreToldOnceWhenTheLifeIsOver) {
  await("a", home, at(100));
  await("b", home, at(50));
  await("c", other, at(70));
  EXPECT_EQ(endDue(at(0)), at(50));
  EXPECT_EQ(endDue(at(49)), at(50));
  EXPECT_EQ(endDue(at(70)), at(100));
  EXPECT_EQ(home.told, std::vector<Key>{"b"});
  EXPECT_EQ(other.told, std::vector<Key>{"c"});
  end("b");
  EXPECT_EQ(endDue(at(100)), kNever);
  EXPECT_EQ(home.told, (std::vector<Key>{"b", "a"}));
}

TEST_F(LeaseWaitersTest, SayWhenTheyEndSoonerThanWasAwaited) {
  EXPECT_EQ(endDue(at(0)), kNever);
  ASSERT_TRUE(waiters.expect("a", home));
  EXPECT_TRUE(waiters.await("a", home, at(100)));
  EXPECT_EQ(endDue(at(0)), at(100));
  ASSERT_TRUE(waiters.expect("b", home));
  EXPECT_FALSE(waiters.await("b", home, at(200)));
  ASSERT_TRUE(waiters.expect("c", home));
  EXPECT_TRUE(waiters.await("c", home, at(99)));
}

TEST_F(LeaseWaitersTest, MissNothingThatEndsWhileTheStoreIsAsked) {
  ASSERT_TRUE(waiters.expect("a", home));
  ASSERT_TRUE(waiters.expect("b", home));
  end("a");
  EXPECT_TRUE(home.told.empty());  // it does not wait yet
  EXPECT_TRUE(waiters.await("a", home, at(100)));
  waiters.await("b", home, at(100));
  EXPECT_EQ(endDue(at(0)), at(100));
  EXPECT_EQ(home.told, std::vector<Key>{"a"});
}

TEST_F(LeaseWaitersTest, AreToldNothingOfWhatIsDropped) {
  ASSERT_TRUE(waiters.expect("a", home));
  waiters.drop("a", home);
  await("b", home, at(50));
  waiters.drop("b", home);
  waiters.drop("never", home);
  end("a");
  end("b");
  EXPECT_EQ(endDue(at(100)), kNever);
  EXPECT_TRUE(home.told.empty());
}

TEST_F(LeaseWaitersTest, WaitOnceWhenTheyAskAgain) {
  await("a", home, at(50));
  await("a", home, at(100));
  EXPECT_EQ(endDue(at(50)), at(100));
  end("a");
  EXPECT_EQ(home.told.size(), 1u);
}

TEST_F(LeaseWaitersTest, AreToldOfBothWhenOneEndsWhileTheNextIsAskedFor) {
  await("a", home, at(50));
  ASSERT_TRUE(waiters.expect("a", home));
  end("a");
  EXPECT_EQ(home.told.size(), 1u);
  waiters.await("a", home, at(100));
  EXPECT_EQ(endDue(at(0)), kNever);
  EXPECT_EQ(home.told.size(), 2u);
}

TEST_F(LeaseWaitersTest, AreAllToldWhenNothingIsHeardAnyMore) {
  await("a", home, at(50));
  await("b", home, at(100));
  await("b", other, at(100));
  ASSERT_TRUE(waiters.expect("c", other));
  waiters.endAll();
  waiters.tell();
  EXPECT_EQ(home.told.size(), 2u);
  EXPECT_EQ(other.told, std::vector<Key>{"b"});
  waiters.await("c", other, at(100));
  EXPECT_EQ(endDue(at(0)), kNever);
  EXPECT_EQ(other.told, (std::vector<Key>{"b", "c"}));
}

TEST_F(LeaseWaitersTest, AreNoMoreThanMayBe) {
  for (const char* key : {"a", "b", "c"}) await(key, home, at(50));
  await("a", other, at(50));
  EXPECT_FALSE(waiters.expect("d", home));
  EXPECT_TRUE(waiters.expect("a", home));  // it waits already
  end("b");
  EXPECT_TRUE(waiters.expect("d", home));
}

TEST_F(LeaseWaitersTest, AreForgottenWithAllTheyWaitFor) {
  await("a", home, at(50));
  await("a", other, at(50));
  ASSERT_TRUE(waiters.expect("b", home));
  waiters.forget(home);
  waiters.await("b", home, at(50));
  end("a");
  EXPECT_EQ(endDue(at(100)), kNever);
  EXPECT_TRUE(home.told.empty());
  EXPECT_EQ(other.told, std::vector<Key>{"a"});
}

TEST_F(LeaseWaitersTest, AreForgottenWhileTheyAreAboutToBeTold) {
  await("a", home, at(50));
  await("b", home, at(50));
  home.when_told = [&] { waiters.forget(home); };  // by the call that tells
  waiters.endAll();
  waiters.tell();
  EXPECT_EQ(home.told.size(), 1u);
}

TEST_F(LeaseWaitersTest, AreForgottenOnceTheyHaveBeenTold) {
  await("a", home, at(50));
  std::latch telling(1);
  std::latch go_on(1);
  bool over = false;
  home.when_told = [&] {
    telling.count_down();
    go_on.wait();
    over = true;
  };
  auto teller = std::async(std::launch::async, [&] { end("a"); });
  telling.wait();
  auto forgetting = std::async(std::launch::async, [&] {
    waiters.forget(home);
    return over;
  });
  waiters.forget(other);  // which is not being told, and so does not wait
  go_on.count_down();
  EXPECT_TRUE(forgetting.get());
  teller.get();
}

}  // namespace
}  // namespace forage::redis
