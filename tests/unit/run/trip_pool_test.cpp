#include "run/trip_pool.h"

#include <gtest/gtest.h>

namespace forage::run {
namespace {

TEST(TripPool, MakesAsManyTripsAsAreUnderWayAtOnce) {
  TripPool pool;
  visit::Trip& first = pool.take();
  visit::Trip& second = pool.take();
  EXPECT_NE(&first, &second);
  pool.give(first);
  EXPECT_EQ(&pool.take(), &first);
  EXPECT_EQ(pool.all().size(), 2u);
}

TEST(TripPool, WhatComesBackIsAsNew) {
  TripPool pool;
  visit::Trip& trip = pool.take();
  trip.key = "url:a";
  trip.requests = 3;
  trip.fetching = true;
  pool.give(trip);
  EXPECT_EQ(trip.key, "");
  EXPECT_EQ(trip.requests, 0u);
  EXPECT_FALSE(trip.fetching);
}

}  // namespace
}  // namespace forage::run
