#include "origin/arguments.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace forage::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(OriginArguments, AWholeNumberIsDigitsAloneWithinItsBounds) {
  EXPECT_EQ(wholeNumber("0", 10), 0u);
  EXPECT_EQ(wholeNumber("10", 10), 10u);
  for (const std::string_view text :
       {"", "11", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(wholeNumber(text, 10), std::nullopt) << text;
  }
}

TEST(OriginArguments, ADelayIsANumberOfUnits) {
  EXPECT_EQ(delayOf("0", seconds(1)), seconds(0));
  EXPECT_EQ(delayOf("1.5", seconds(1)), milliseconds(1500));
  EXPECT_EQ(delayOf("3600", milliseconds(1)), milliseconds(3600));
  for (const std::string_view text : {"", "3600.1", "-1", "nan", "inf", "1e3", "1s"}) {
    EXPECT_EQ(delayOf(text, seconds(1)), std::nullopt) << text;
  }
}

TEST(OriginArguments, AListOfTagsIsComparedWeakly) {
  for (const std::string_view list : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\" ,\t\"a\" ", "*"}) {
    EXPECT_TRUE(listsTag(list, "\"a\"")) << list;
  }
  for (const std::string_view list : {"", "a", "\"b\"", "\"ab\"", "\"b\",", ",,"}) {
    EXPECT_FALSE(listsTag(list, "\"a\"")) << list;
  }
}

}  // namespace
}  // namespace forage::origin
