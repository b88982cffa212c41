#include "lease_protocol.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace forage::redis {
namespace {

using Keys = std::vector<Key>;

TEST(LeaseProtocol, ReadsKeysOfAnyBytes) {
  EXPECT_EQ(readEndedKeys(""), Keys{});
  EXPECT_EQ(readEndedKeys("5:url:a"), Keys{"url:a"});
  EXPECT_EQ(readEndedKeys("5:url:a0:5:3:abc"), (Keys{"url:a", "", "3:abc"}));
  const Key odd("\0\r\n:\xff", 5);
  EXPECT_EQ(readEndedKeys("5:" + odd + "5:" + odd), (Keys{odd, odd}));
}

TEST(LeaseProtocol, TakesNothingElseForAMessage) {
  for (const char* text : {"url:a", "5", "5:", "5:url:", "5:url:ab", "-1:", "+1:a", " 1:a", "1 :a",
                           "99999999999999999999999:a", "18446744073709551615:a", ":"}) {
    EXPECT_EQ(readEndedKeys(text), std::nullopt) << text;
  }
}

TEST(LeaseProtocol, ReadsWhatItSays) {
  const Keys keys{"url:a", "", "3:abc"};
  EXPECT_EQ(readEndedKeys(endedMessage(std::vector<std::string_view>(keys.begin(), keys.end()))),
            keys);
}

TEST(LeaseProtocol, HasAChannelForEachDatabase) {
  EXPECT_EQ(leaseChannel(0), "lease:0");
  EXPECT_EQ(leaseChannel(12), "lease:12");
}

}  // namespace
}  // namespace forage::redis
