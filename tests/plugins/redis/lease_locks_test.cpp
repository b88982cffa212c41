#include "lease_locks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "fault.h"
#include "lease_protocol.h"

namespace forage::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::hours;
using std::chrono::seconds;

/// Answers as Redis does that has done it, and remembers what it was asked.
class Talk final : public Transport {
 public:
  void exchange(const Commands& commands, Problem&, const OnReply& on_reply) override {
    latest = commands.latest();
    if (late && latest != kNever) throw ConnectionError(Fault::kLate, "late");
    if (broken) throw ConnectionError(Fault::kClosed, "closed");
    for (std::size_t i = 0; i < commands.count(); ++i) {
      asked.emplace_back(commands.commands()[i].front().head);
      Reply reply;
      reply.type = Reply::Type::kInteger;
      reply.integer = asked.back() == "PTTL" ? 5'000 : 1;
      on_reply(i, std::move(reply));
    }
  }
  [[nodiscard]] PoolStats stats() const noexcept override { return {}; }
  [[nodiscard]] std::uint64_t timeouts() const noexcept override { return 0; }
  [[nodiscard]] std::uint64_t chance() noexcept override { return 0; }

  bool late = false;
  bool broken = false;
  TimePoint latest{};
  std::vector<std::string> asked;
};

using Asked = std::vector<std::string>;

class LeaseLocksTest : public testing::Test {
 protected:
  static Options options() {
    Options options;
    options.connect_timeout = seconds(10);
    options.command_timeout = seconds(20);
    return options;
  }
  bool end(TimePoint until) {
    const std::vector<std::string_view> keys{"url:a"};
    Problem problem;
    return locks_.end(keys, until, problem);
  }

  Talk talk_;
  LeaseLocks locks_{talk_, options()};
};

TEST_F(LeaseLocksTest, AreDeletedUnseenWhileTheyAreOursForSure) {
  const TimePoint until = SteadyClock::now() + hours(1);
  EXPECT_TRUE(end(until));
  EXPECT_EQ(talk_.asked, (Asked{"UNLINK", "PUBLISH"}));
  EXPECT_LE(talk_.latest, until - seconds(20)) << "it has to be answered in time";
}

// A connection that turns out to be closed, another one that is made, and the command.
TEST_F(LeaseLocksTest, AreComparedWhereTheyMayEndWhileTheyAreDeleted) {
  for (const seconds left : {seconds(-5), seconds(0), seconds(21), seconds(49)}) {
    talk_.asked.clear();
    EXPECT_TRUE(end(SteadyClock::now() + left));
    EXPECT_EQ(talk_.asked, Asked{"EVALSHA"}) << left.count();
    EXPECT_EQ(talk_.latest, kNever) << "it may be sent whenever it is";
  }
}

TEST_F(LeaseLocksTest, AreComparedWhereDeletingThemHadToWaitForTooLong) {
  talk_.late = true;
  EXPECT_TRUE(end(SteadyClock::now() + hours(1)));
  EXPECT_EQ(talk_.asked, Asked{"EVALSHA"});
}

TEST_F(LeaseLocksTest, AreLeftToTheirEndWhereRedisDoesNotAnswer) {
  talk_.broken = true;
  EXPECT_FALSE(end(SteadyClock::now() + hours(1)));
  EXPECT_EQ(talk_.asked, Asked{});
}

TEST_F(LeaseLocksTest, LastForSureFromWhenRedisWasAskedAndNotFromItsAnswer) {
  const std::vector<std::string_view> keys{"url:a"};
  Problem problem;
  const TimePoint before = SteadyClock::now();
  const LockState state = locks_.look(keys, problem).front();
  EXPECT_GE(state.sure, before + seconds(5));
  EXPECT_LE(state.sure, SteadyClock::now() + seconds(5));
  EXPECT_GT(state.until, state.sure);
}

}  // namespace
}  // namespace forage::redis
