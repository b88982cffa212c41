#include "cache/nearby_urls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST(NearbyUrls, DifferInWhatIsEasilyMistaken) {
  const std::vector<std::string> near = nearbyUrls(*Url::parse("http://h/a?b=1"));
  for (const char* url : {"http://h/a/?b=1", "https://h/a?b=1", "http://www.h/a?b=1", "http://h/a",
                          "https://www.h/a/"}) {
    EXPECT_THAT(near, Contains(url));
  }
  EXPECT_THAT(near, Not(Contains("http://h/a?b=1"))) << "itself";
  EXPECT_EQ(near.front(), "http://h/a/?b=1") << "the nearest first";
  EXPECT_THAT(nearbyUrls(*Url::parse("https://www.h/")),
              ElementsAre("http://www.h/", "https://h/", "http://h/"));
}

}  // namespace
}  // namespace forage::app
