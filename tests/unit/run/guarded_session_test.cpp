#include "run/guarded_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace forage::run {
namespace {

/// Throws where it is told to, and counts its calls.
class ThrowingSession final : public FetchSession {
 public:
  void start(FetchId, const Request&, const FetchLimits&) override { call(starts); }
  void cancel(FetchId) override { call(cancels); }
  void wait(TimePoint, std::vector<Fetched>& done) override {
    done.emplace_back().id = 7;
    call(waits);
  }
  void wake() noexcept override {}

  bool throws = false;
  int starts = 0;
  int cancels = 0;
  int waits = 0;

 private:
  void call(int& count) const {
    ++count;
    if (throws) throw std::runtime_error("broken");
  }
};

class GuardedSessionTest : public ::testing::Test {
 protected:
  int failures_ = 0;
  GuardedSession::Fail fail_ = [this](const std::exception_ptr& failure) {
    ++failures_;
    EXPECT_THROW(std::rethrow_exception(failure), std::runtime_error);
  };
  std::unique_ptr<ThrowingSession> owned_ = std::make_unique<ThrowingSession>();
  ThrowingSession& inner_ = *owned_;
  GuardedSession session_{std::move(owned_), fail_};
  std::vector<Fetched> done_;
};

TEST_F(GuardedSessionTest, PassesOnWhatItIsAskedFor) {
  session_.start(1, {}, {});
  session_.cancel(1);
  session_.wait(TimePoint::min(), done_);
  EXPECT_EQ(inner_.starts, 1);
  EXPECT_EQ(inner_.cancels, 1);
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].id, 7u);
  EXPECT_FALSE(session_.hasFailed());
  EXPECT_EQ(&session_.session(), &inner_);
}

TEST_F(GuardedSessionTest, ASessionThatThrowsHasFailedWhateverItWasAskedFor) {
  inner_.throws = true;
  session_.start(1, {}, {});
  EXPECT_TRUE(session_.hasFailed());
  EXPECT_EQ(failures_, 1);
  session_.cancel(1);
  EXPECT_EQ(failures_, 2);
}

TEST_F(GuardedSessionTest, ASessionThatFailsToWaitIsNotWaitedForAgain) {
  inner_.throws = true;
  session_.wait(kNever, done_);
  EXPECT_TRUE(session_.hasFailed());
  EXPECT_EQ(failures_, 1);
  session_.wait(kNever, done_);  // returns, for there is nothing that could wake it
  EXPECT_EQ(inner_.waits, 1);
  EXPECT_EQ(failures_, 1);
}

TEST_F(GuardedSessionTest, WhatIsInFlightIsStillCancelledAfterAFailure) {
  inner_.throws = true;
  session_.wait(kNever, done_);
  inner_.throws = false;
  session_.cancel(1);
  EXPECT_EQ(inner_.cancels, 1);
  EXPECT_TRUE(session_.hasFailed());
}

}  // namespace
}  // namespace forage::run
