#include "visit/known_parts.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::visit {
namespace {

TEST(KnownParts, KnowWhatWasAddedAndNothingElse) {
  KnownParts parts;
  EXPECT_FALSE(parts.has("a"));
  parts.add("a");
  EXPECT_TRUE(parts.has("a"));
  EXPECT_FALSE(parts.has("b"));
  EXPECT_FALSE(parts.has(""));
}

TEST(KnownParts, MayForgetButTakeNoKeyForAnother) {
  KnownParts parts;
  for (std::size_t n = 0; n < 4 * KnownParts::kPlaces; ++n) parts.add("a" + std::to_string(n));
  std::size_t known = 0;
  for (std::size_t n = 0; n < 4 * KnownParts::kPlaces; ++n) {
    known += parts.has("a" + std::to_string(n)) ? 1 : 0;
    EXPECT_FALSE(parts.has("b" + std::to_string(n)));
  }
  EXPECT_GT(known, KnownParts::kPlaces / 2);
  EXPECT_LE(known, KnownParts::kPlaces);
}

}  // namespace
}  // namespace forage::visit
