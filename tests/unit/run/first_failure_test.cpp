#include "run/first_failure.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace forage::run {
namespace {

TEST(FirstFailure, ThrowsNothingWhereNothingHasFailed) {
  std::stop_source stop;
  const FirstFailure failure(stop);
  EXPECT_NO_THROW(failure.rethrow());
  EXPECT_FALSE(stop.stop_requested());
}

TEST(FirstFailure, StopsTheRunAndThrowsTheFirst) {
  std::stop_source stop;
  FirstFailure failure(stop);
  failure.set(std::make_exception_ptr(std::out_of_range("first")));
  EXPECT_TRUE(stop.stop_requested());
  failure.set(std::make_exception_ptr(std::runtime_error("second")));
  EXPECT_THROW(failure.rethrow(), std::out_of_range);
}

}  // namespace
}  // namespace forage::run
