#include "utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::redis {
namespace {

TEST(Utf8, IsAnyTextOfWholeCharacters) {
  for (const std::string_view text :
       {"", "plain", "longer than a word of the machine", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
        "12345678\xc3\xbc"
        "12345678"}) {
    EXPECT_TRUE(isUtf8(text)) << text;
  }
  EXPECT_TRUE(isUtf8(std::string_view("\0", 1)));
}

TEST(Utf8, IsNothingElse) {
  for (const std::string_view text :
       {"\x80", "\xff", "\xc3", "\xc3(", "12345678\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
        "\xe2\x82", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x9f\x98",
        "text\xfe"
        "more text than that"}) {
    EXPECT_FALSE(isUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace forage::redis
