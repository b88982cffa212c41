#include "base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace forage::redis {
namespace {

TEST(Base64, DecodesWhatAnEncoderWrites) {
  const std::pair<std::string, std::string> table[] = {{"", ""},
                                                       {"Zg==", "f"},
                                                       {"Zm8=", "fo"},
                                                       {"Zm9v", "foo"},
                                                       {"Zm9vYg==", "foob"},
                                                       {"Zm9vYmE=", "fooba"},
                                                       {"Zm9vYmFy", "foobar"},
                                                       {"AP/+", std::string("\0\xff\xfe", 3)},
                                                       {"+/+/", "\xfb\xff\xbf"}};
  for (const auto& [text, bytes] : table) EXPECT_EQ(decodeBase64(text), bytes) << text;
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
  for (const std::string_view text :
       {"OK", "Z", "Zg=", "Zg", "Zm9v=", "====", "Z===", "Zm 9", "Zm9v\n", "Zh==", "Zm9=", "_-__",
        "Zg==Zg==", "=g==", "Zm\xff\xff"}) {
    EXPECT_EQ(decodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace forage::redis
