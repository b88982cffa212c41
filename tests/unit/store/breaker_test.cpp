#include "store/breaker.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <memory>
#include <system_error>
#include <thread>

#include "support/eventually.h"
#include "support/fake_clock.h"

namespace forage::store {
namespace {

using test::eventually;

constexpr Millis kNoPeriod{60'000};

class BreakerTest : public ::testing::Test {
 protected:
  /// Whoever asks finds the cache back if `back_` says so.
  void make(Millis period) {
    breaker_ = std::make_unique<Breaker>(clock_, metrics_, period, [this] {
      ++asked_;
      if (back_) last_ = breaker_->closeUnless([this] { return too_soon_; }).value_or(last_);
    });
  }

  test::FakeClock clock_;
  Metrics metrics_;
  std::atomic<int> asked_{0};
  std::atomic<bool> back_{false};
  bool too_soon_ = false;
  Breaker::Span last_{-1};
  std::unique_ptr<Breaker> breaker_;
};

TEST_F(BreakerTest, AFailureIsNewsOnce) {
  make(kNoPeriod);
  EXPECT_FALSE(breaker_->isOpen());
  EXPECT_TRUE(breaker_->open());
  EXPECT_FALSE(breaker_->open());
  EXPECT_TRUE(breaker_->isOpen());
  EXPECT_TRUE(metrics_.degraded.load());
}

TEST_F(BreakerTest, AsksEveryPeriodUntilTheCacheIsBack) {
  make(Millis(1));
  breaker_->open();
  ASSERT_TRUE(eventually([&] { return asked_ >= 3; }));
  EXPECT_TRUE(breaker_->isOpen());
  back_ = true;
  ASSERT_TRUE(eventually([&] { return !breaker_->isOpen(); }));
  EXPECT_FALSE(metrics_.degraded.load());
}

/// While it lives the system has no memory for the stack of a thread.
class NoThreads {
 public:
  NoThreads() {
    pthread_attr_t attributes;
    EXPECT_EQ(pthread_getattr_default_np(&attributes), 0);
    EXPECT_EQ(pthread_attr_getstacksize(&attributes, &before_), 0);
    pthread_attr_destroy(&attributes);
    setSize(std::size_t{1} << 47);
  }
  ~NoThreads() { setSize(before_); }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  static void setSize(std::size_t size) {
    pthread_attr_t attributes;
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, size), 0);
    EXPECT_EQ(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
  }

  std::size_t before_ = 0;
};

TEST_F(BreakerTest, OpensWithoutAThreadAndAsksOnceThereIsOne) {
  make(Millis(1));
  back_ = true;
  {
    const NoThreads none;
    EXPECT_THROW(std::thread([] {}), std::system_error);
    EXPECT_TRUE(breaker_->open());
    breaker_->keepAsking();
  }
  EXPECT_TRUE(breaker_->isOpen());
  EXPECT_EQ(asked_, 0);
  breaker_->keepAsking();
  EXPECT_TRUE(eventually([&] { return !breaker_->isOpen(); }));
  breaker_->keepAsking();
  EXPECT_FALSE(breaker_->isOpen());
}

TEST_F(BreakerTest, AsksAgainWhenTheCacheGoesAwayOnceMore) {
  make(Millis(1));
  back_ = true;
  EXPECT_TRUE(breaker_->open());
  ASSERT_TRUE(eventually([&] { return !breaker_->isOpen(); }));
  EXPECT_TRUE(breaker_->open());
  EXPECT_TRUE(eventually([&] { return !breaker_->isOpen(); }));
}

TEST_F(BreakerTest, AProbeAsksAtOnceAndOnlyForACacheThatIsAway) {
  make(kNoPeriod);
  breaker_->probe();
  EXPECT_EQ(asked_, 0);
  breaker_->open();
  breaker_->probe();
  EXPECT_EQ(asked_, 1);
}

TEST_F(BreakerTest, StaysOpenWhileItIsTooSoonToCloseIt) {
  make(kNoPeriod);
  back_ = too_soon_ = true;
  breaker_->open();
  breaker_->probe();
  EXPECT_TRUE(breaker_->isOpen());
  too_soon_ = false;
  breaker_->probe();
  EXPECT_FALSE(breaker_->isOpen());
}

TEST_F(BreakerTest, ActsWhileItIsOpenAlone) {
  make(kNoPeriod);
  int acts = 0;
  EXPECT_FALSE(breaker_->whileOpen([&] { ++acts; }));
  breaker_->open();
  EXPECT_TRUE(breaker_->whileOpen([&] { ++acts; }));
  EXPECT_EQ(acts, 1);
}

TEST_F(BreakerTest, AddsUpTheTimesThatItIsOpen) {
  make(kNoPeriod);
  back_ = true;
  clock_.advance(Millis(100));
  breaker_->open();
  clock_.advance(Millis(5));
  EXPECT_EQ(breaker_->openTime(), Millis(5)) << "the one that goes on counts";
  breaker_->probe();
  EXPECT_EQ(last_, Millis(5));
  clock_.advance(Millis(100));
  breaker_->open();
  clock_.advance(Millis(7));
  breaker_->probe();
  EXPECT_EQ(last_, Millis(7));
  EXPECT_EQ(breaker_->openTime(), Millis(12));
}

}  // namespace
}  // namespace forage::store
