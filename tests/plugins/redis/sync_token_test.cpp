#include "sync_token.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::redis {
namespace {

TEST(SyncToken, IsTheNewestThatCame) {
  SyncToken token;
  EXPECT_EQ(token.current().text, "");
  token.received("one", token.current(), true);
  token.received("two", token.current(), false);
  EXPECT_EQ(token.current().text, "two");
}

TEST(SyncToken, OfALookUpDoesNotTakeThePlaceOfOneThatCameSince) {
  SyncToken token;
  const SyncToken::Sent look_up = token.current();
  token.received("store", token.current(), true);
  token.received("look-up", look_up, false);
  EXPECT_EQ(token.current().text, "store");
  token.received("later-store", look_up, true);
  EXPECT_EQ(token.current().text, "later-store");
}

TEST(SyncToken, IsNothingThatCouldNotStandInAField) {
  SyncToken token;
  token.received("good", token.current(), true);
  for (const std::string& text : {std::string(), std::string("a\r\nHost: b"), std::string("a b"),
                                  std::string("\xff"), std::string(5000, 'x')}) {
    token.received(text, token.current(), true);
  }
  EXPECT_EQ(token.current().text, "good");
}

}  // namespace
}  // namespace forage::redis
