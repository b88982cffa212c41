#include "run/first_failure.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace forage::run {
namespace {

class FirstFailureTest : public ::testing::Test {
 protected:
  std::stop_source stop_;
  FirstFailure failure_{stop_};
};

TEST_F(FirstFailureTest, ThrowsNothingWhereNothingHasFailed) {
  EXPECT_NO_THROW(failure_.rethrow());
  EXPECT_FALSE(stop_.stop_requested());
}

TEST_F(FirstFailureTest, StopsTheRunAndThrowsTheFirst) {
  failure_.set(std::make_exception_ptr(std::out_of_range("first")));
  EXPECT_TRUE(stop_.stop_requested());
  failure_.set(std::make_exception_ptr(std::runtime_error("second")));
  EXPECT_THROW(failure_.rethrow(), std::out_of_range);
}

}  // namespace
}  // namespace forage::run
