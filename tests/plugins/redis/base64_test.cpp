#include "base64.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "forage/json_text.h"

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

// RFC 4648, sections 3.2, 3.3 and 3.5: padding, foreign characters, bits that belong to no byte.
TEST(Base64, HasOneTextForEachBytes) {
  constexpr std::string_view kSome = "ABQgwk/+9z=-_ \n";
  for (const char a : kSome) {
    for (const char b : kSome) {
      for (const char c : kSome) {
        for (const char d : kSome) {
          const std::string text{'Z', 'm', '9', 'v', a, b, c, d};
          const auto bytes = decodeBase64(text);
          if (!bytes) continue;
          std::string again;
          appendBase64(again, *bytes);
          EXPECT_EQ(again, text);
        }
      }
    }
  }
}

}  // namespace
}  // namespace forage::redis
