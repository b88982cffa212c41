#include "results.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "visits.h"

namespace forage::app {
namespace {

std::string expectedLines(const std::vector<std::pair<std::size_t, std::uint64_t>>& places) {
  std::string text;
  for (const auto& [group, position] : places) {
    text += "Thread g - URL: http://a/" + std::to_string(group) + "/" + std::to_string(position) +
            " - Response Length: 1\n";
  }
  return text;
}

TEST(Results, KeepTheFirstOfTheJobWhateverTheOrderOfArrival) {
  std::vector<std::pair<std::size_t, std::uint64_t>> places;
  for (std::size_t group = 0; group < 20; ++group) {
    for (std::uint64_t position = 0; position < 5; ++position) places.emplace_back(group, position);
  }
  const std::string expected = expectedLines({places.begin(), places.begin() + 12});
  std::minstd_rand random(7);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(places.begin(), places.end(), random);
    Results results(12);
    for (const auto& [group, position] : places) results.add(visitOf(group, position, "x"));
    EXPECT_EQ(results.size(), 12u);
    EXPECT_EQ(results.lines(), expected);
  }
}

TEST(Results, StayBoundedInAGroupOfAnyLength) {
  Results results(3);
  for (std::uint64_t position = 100; position-- > 0;) results.add(visitOf(0, position, "x"));
  EXPECT_EQ(results.lines(), expectedLines({{0, 0}, {0, 1}, {0, 2}}));
}

}  // namespace
}  // namespace forage::app
