#include "forage/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace forage {
namespace {

std::string jsonString(std::string_view text) {
  std::string out;
  appendJsonString(out, text);
  return out;
}

TEST(JsonText, EscapesWhatJsonForbids) {
  EXPECT_EQ(jsonString("a\"b\\c\n\r\t\x01\x1f/\x7f"), R"("a\"b\\c\n\r\t\u0001\u001f/)"
                                                      "\x7f\"");
  EXPECT_EQ(jsonString(std::string("\0", 1)), R"("\u0000")");
  EXPECT_EQ(jsonString("aeiou \u00e9\u20ac\U0001F600"), "\"aeiou \u00e9\u20ac\U0001F600\"");
}

TEST(JsonText, EscapesAtEveryOffset) {
  for (std::size_t length = 1; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (const char special : {'"', '\\', '\n', '\x1f'}) {
        std::string text(length, 'x');
        text[at] = special;
        EXPECT_EQ(nlohmann::json::parse(jsonString(text)).get<std::string>(), text);
      }
    }
  }
}

TEST(JsonText, KnowsUtf8FromItsTable) {
  for (const std::string_view good :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBB\xBFwith mark"}) {
    EXPECT_TRUE(isUtf8(good)) << testing::PrintToString(good);
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x28\xA1",
        "\xF0\x9F\x98"}) {
    EXPECT_FALSE(isUtf8(bad)) << testing::PrintToString(bad);
    EXPECT_FALSE(isUtf8("12345678" + std::string(bad)));
    EXPECT_EQ(utf8Prefix("1234567" + std::string(bad)), 7u);
  }
}

TEST(JsonText, AgreesWithAJsonLibraryOnAnyBytes) {
  std::minstd_rand random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 24, '\0');
    for (char& byte : text)
      byte = static_cast<char>(random() % 3 == 0 ? random() % 256 : 0xC3 - 64 * (random() % 2));
    const auto parsed = nlohmann::json::parse(jsonString(text), nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << testing::PrintToString(text);
    const auto dump = [&] { static_cast<void>(nlohmann::json(text).dump()); };
    if (isUtf8(text)) {
      EXPECT_EQ(parsed.get<std::string>(), text);
      EXPECT_NO_THROW(dump());
    } else {
      EXPECT_THROW(dump(), nlohmann::json::type_error);
    }
  }
}

TEST(JsonText, WritesBase64AsItsStandardShows) {
  const std::vector<std::pair<std::string, std::string>> table{{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"},
                                                               {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, expected] : table) {
    std::string out;
    appendBase64(out, bytes);
    EXPECT_EQ(out, expected);
  }
}

TEST(Base64, ReadsWhatItWritesWithOrWithoutPadding) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    appendBase64(text, bytes);
    EXPECT_EQ(decodeBase64(text), bytes);
    EXPECT_EQ(decodeBase64(text.substr(0, text.find('='))), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, ReadsNothingElse) {
  for (const char* text : {"A", "AAAAA", "AA=A", "=", "====", "AA A", "AA-_", "A\nAA",
                           "Zg=", "Zm9v=", "Z===", "Zg==Zg==", "Zm9v===="}) {
    EXPECT_EQ(decodeBase64(text), std::nullopt) << text;
  }
  // Bits that belong to no byte (RFC 4648, section 3.5).
  for (const char* text : {"Zh==", "Zh", "Zv==", "Zm9=", "Zm9", "Zm+=", "/x==", "//9="}) {
    EXPECT_EQ(decodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace forage
