#include "visit/changed_urls.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::visit {
namespace {

WallTime at(int ms) { return WallTime(Millis(ms)); }

TEST(ChangedUrls, TellWhatIsOlderThanTheLastChange) {
  ChangedUrls urls;
  EXPECT_FALSE(urls.hasSince("a", "a#1", at(1)));
  urls.add("a", "a", at(5));
  EXPECT_TRUE(urls.hasSince("a", "a#1", at(5)));
  EXPECT_FALSE(urls.hasSince("a", "a#1", at(6)));
  EXPECT_FALSE(urls.hasSince("b", "b#1", at(5)));
  urls.add("a", "a", at(9));
  urls.add("a", "a", at(7));  // of another thread, and late
  EXPECT_TRUE(urls.hasSince("a", "a#1", at(8)));
}

TEST(ChangedUrls, AreExactForWhoMadeTheLastChange) {
  ChangedUrls urls;
  urls.add("a", "a#1", at(5));
  EXPECT_FALSE(urls.hasSince("a", "a#1", at(5))) << "what it had was erased, and this came since";
  EXPECT_TRUE(urls.hasSince("a", "a#2", at(5)));
  urls.add("a", "a#2", at(6));
  EXPECT_TRUE(urls.hasSince("a", "a#1", at(5)));
  EXPECT_FALSE(urls.hasSince("a", "a#2", at(5)));
}

TEST(ChangedUrls, ForgetNoChangeWhenThereAreTooMany) {
  ChangedUrls urls;
  urls.add("a", "a", at(5));
  for (std::size_t n = 0; n < ChangedUrls::kMost; ++n) {
    urls.add("b" + std::to_string(n), "b", at(6));
  }
  EXPECT_TRUE(urls.hasSince("a", "a#1", at(5)));
  EXPECT_TRUE(urls.hasSince("other", "other#1", at(6))) << "one too many, and not one too few";
  EXPECT_FALSE(urls.hasSince("other", "other#1", at(7)));
}

}  // namespace
}  // namespace forage::visit
