#include "model/charset.h"

#include <gtest/gtest.h>

#include <string>

namespace forage {
namespace {

using namespace std::string_literals;

struct Row {
  std::string type;
  std::string content;
  std::string charset;
};

class Charset : public testing::TestWithParam<Row> {};

TEST_P(Charset, IsWhatIsSaidOfIt) {
  EXPECT_EQ(charsetOf(GetParam().type, GetParam().content), GetParam().charset)
      << GetParam().type << " " << GetParam().content;
}

INSTANTIATE_TEST_SUITE_P(
    Header, Charset,
    testing::Values(
        Row{"text/html; charset=UTF-8", "", "utf-8"}, Row{"text/html;charset=utf8", "", "utf-8"},
        Row{"text/html; charset=\"windows-1251\"", "", "windows-1251"},
        Row{"text/html; CHARSET = 'koi8-r'", "", "koi8-r"},
        Row{"text/html; charset=latin1; x=y", "", "windows-1252"},
        Row{"text/html; charset=ISO-8859-1", "", "windows-1252"},
        Row{"text/plain; charset=", "", ""}, Row{"text/plain", "plain", ""},
        Row{"text/plain; charset=\"never closed", "", ""}, Row{"text/plain; charset=a/b", "", ""},
        Row{"text/plain; charset=x-my-own", "", "x-my-own"}, Row{"text/plain; mycharset", "", ""},
        Row{"text/plain; charset=" + std::string(200, 'a'), "", ""}));

INSTANTIATE_TEST_SUITE_P(Mark, Charset,
                         testing::Values(Row{"text/html; charset=latin1", "\xef\xbb\xbfx", "utf-8"},
                                         Row{"", "\xfe\xff\0x"s, "utf-16be"},
                                         Row{"text/plain", "\xff\xfex\0"s, "utf-16le"},
                                         Row{"image/jpeg", "\xff\xfe\xe0", ""}));

INSTANTIATE_TEST_SUITE_P(
    Within, Charset,
    testing::Values(
        Row{"text/html", "<html><head><meta charset=\"shift-jis\">", "shift_jis"},
        Row{"text/html", "<META CHARSET=gb2312>", "gbk"},
        Row{"text/html", "<meta charset='utf-8'/>", "utf-8"},
        Row{"text/html",
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1250\">",
            "windows-1250"},
        Row{"", "<!doctype html><meta charset=euc-kr>", "euc-kr"},
        Row{"text/html", "<!-- <meta charset=big5> --><meta charset=utf-8>", "utf-8"},
        Row{"text/html", "<!-- <meta charset=big5>", ""},
        Row{"text/html", "<metadata charset=big5>", ""},
        Row{"text/html", "<meta charset=utf-16>", "utf-8"},
        Row{"text/html", std::string(1024, ' ') + "<meta charset=big5>", ""},
        Row{"text/html; charset=utf-8", "<meta charset=big5>", "utf-8"},
        Row{"application/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?>", "iso-8859-2"},
        Row{"text/plain", "<meta charset=big5>", ""}, Row{"text/html", "<meta", ""},
        Row{"text/html", "<meta charset", ""}, Row{"text/html", "<meta charset=", ""}));

TEST(Utf8, IsMadeOfOtherCharacterSets) {
  EXPECT_EQ(toUtf8("gr\xfc\xdf", "windows-1252"), "grüß");
  EXPECT_EQ(toUtf8("\xcf\xf0\xe8", "windows-1251"), "При");
  EXPECT_EQ(toUtf8("\x93\xfa\x96\x7b", "shift_jis"), "日本");
  EXPECT_EQ(toUtf8("\xff\xfeh\0i\0"s, "utf-16le"), "hi");
  EXPECT_EQ(toUtf8("\xef\xbb\xbfhi", "utf-8"), "hi");
  EXPECT_EQ(toUtf8("", "utf-8"), "");
}

TEST(Utf8, HasAReplacementForWhatIsNoCharacter) {
  EXPECT_EQ(toUtf8("a\xff"
                   "b",
                   "utf-8"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(toUtf8("a\xe3\x81", "utf-8"), "a\xef\xbf\xbd");
}

TEST(Utf8, IsMadeOfLongTexts) {
  const std::string text(100'000, '\xfc');
  const auto made = toUtf8(text, "windows-1252");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 200'000u);
}

TEST(Utf8, IsNotMadeOfWhatBrowsersDoNotRead) {
  for (const char* name :
       {"iso-2022-cn-ext", "utf-7", "ebcdic-us", "", "x-unknown", "utf-8//TRANSLIT"}) {
    EXPECT_EQ(toUtf8("text", name), std::nullopt) << name;
  }
}

/// Every encoding that we convert is one that this machine can.
TEST(Utf8, IsMadeOfEveryEncodingOfTheWeb) {
  for (const char* name : {"big5", "euc-jp", "euc-kr", "gb18030", "gbk", "ibm866", "iso-2022-jp",
                           "iso-8859-2", "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "utf-16be",
                           "windows-874", "windows-1250", "windows-1258"}) {
    EXPECT_EQ(toUtf8(std::string(name).starts_with("utf-16") ? "\0a"s : "a"s, name), "a") << name;
  }
}

}  // namespace
}  // namespace forage
