#include "http/poller.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

namespace forage::http1 {
namespace {

class PollerTest : public ::testing::Test {
 protected:
  PollerTest() { EXPECT_EQ(::pipe(pipe_.data()), 0); }
  ~PollerTest() override {
    for (const int fd : pipe_) ::close(fd);
  }
  void write() { ASSERT_EQ(::write(pipe_[1], "x", 1), 1); }

  std::array<int, 2> pipe_{};
  Poller poller_;
};

TEST_F(PollerTest, TellsWhatHasHappenedWithItsTag) {
  ASSERT_TRUE(poller_.add(pipe_[0], EPOLLIN, 7));
  EXPECT_TRUE(poller_.wait(0).empty());
  write();
  const auto events = poller_.wait(-1);
  ASSERT_EQ(events.size(), 1u);
  const std::uint64_t tag = events[0].data.u64;
  EXPECT_EQ(tag, 7u);
  EXPECT_FALSE(poller_.takeWake());
}

TEST_F(PollerTest, AWakeIsNoEvent) {
  poller_.wake();
  EXPECT_TRUE(poller_.wait(-1).empty());
  EXPECT_TRUE(poller_.takeWake());
  EXPECT_FALSE(poller_.takeWake());
}

TEST_F(PollerTest, EventsBesideAWakeAreToldToo) {
  ASSERT_TRUE(poller_.add(pipe_[0], EPOLLIN, 7));
  poller_.wake();
  write();
  EXPECT_EQ(poller_.wait(-1).size(), 1u);
  EXPECT_TRUE(poller_.takeWake());
}

TEST_F(PollerTest, ManyWakesAreOne) {
  poller_.wake();
  poller_.wake();
  (void)poller_.wait(-1);
  poller_.wake();  // before the caller has looked for what it was woken for
  EXPECT_TRUE(poller_.takeWake());
  (void)poller_.wait(0);
  EXPECT_FALSE(poller_.takeWake());
}

TEST_F(PollerTest, AWakeAfterTheLastOneWasTakenCountsAnew) {
  for (int i = 0; i < 3; ++i) {
    poller_.wake();
    (void)poller_.wait(-1);
    EXPECT_TRUE(poller_.takeWake());
  }
}

TEST_F(PollerTest, IsWokenByAnotherThread) {
  std::thread other([this] { poller_.wake(); });
  (void)poller_.wait(-1);
  EXPECT_TRUE(poller_.takeWake());
  other.join();
}

TEST_F(PollerTest, WaitsForWhatItWasLastToldTo) {
  ASSERT_TRUE(poller_.add(pipe_[1], EPOLLOUT, 7));
  EXPECT_EQ(poller_.wait(-1).size(), 1u);
  poller_.change(pipe_[1], 0, 7);
  EXPECT_TRUE(poller_.wait(0).empty());
  poller_.change(pipe_[1], EPOLLOUT, 9);
  const auto events = poller_.wait(-1);
  ASSERT_EQ(events.size(), 1u);
  const std::uint64_t tag = events[0].data.u64;
  EXPECT_EQ(tag, 9u);
  poller_.remove(pipe_[1]);
  EXPECT_TRUE(poller_.wait(0).empty());
}

TEST_F(PollerTest, SaysWhyItCannotWaitForWhatIsNoDescriptor) {
  EXPECT_FALSE(poller_.add(-1, EPOLLIN, 7));
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace forage::http1
