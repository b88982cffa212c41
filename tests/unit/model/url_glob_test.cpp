#include "model/url_glob.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage {
namespace {

std::vector<std::string> expanded(std::string_view text) {
  std::string why;
  const auto glob = UrlGlob::parse(text, why);
  EXPECT_TRUE(glob) << text << ": " << why;
  std::vector<std::string> all;
  if (!glob) return all;
  for (std::uint64_t i = 0; i < glob->size(); ++i) glob->write(i, all.emplace_back());
  return all;
}

std::string whyNot(std::string_view text) {
  std::string why;
  EXPECT_FALSE(UrlGlob::parse(text, why)) << text;
  return why;
}

using Urls = std::vector<std::string>;

TEST(UrlGlob, StandsForItselfWhereThereIsNothingToExpand) {
  EXPECT_EQ(expanded("http://a/b?c=d"), Urls{"http://a/b?c=d"});
  EXPECT_EQ(expanded(""), Urls{""});
}

TEST(UrlGlob, StandsForEachWordOfASet) {
  EXPECT_EQ(expanded("{one,two,}.txt"), (Urls{"one.txt", "two.txt", ".txt"}));
  EXPECT_EQ(expanded("{one}"), Urls{"one"});
}

TEST(UrlGlob, StandsForEachNumberOfARange) {
  EXPECT_EQ(expanded("[8-11]"), (Urls{"8", "9", "10", "11"}));
  EXPECT_EQ(expanded("[08-11]"), (Urls{"08", "09", "10", "11"}));
  EXPECT_EQ(expanded("[000-0]"), Urls{"000"});
  EXPECT_EQ(expanded("[0-10:5]"), (Urls{"0", "5", "10"}));
  EXPECT_EQ(expanded("[0-9:4]"), (Urls{"0", "4", "8"}));
  EXPECT_EQ(expanded("[5-5]"), Urls{"5"});
}

TEST(UrlGlob, StandsForEachLetterOfARange) {
  EXPECT_EQ(expanded("[a-d]"), (Urls{"a", "b", "c", "d"}));
  EXPECT_EQ(expanded("[A-E:2]"), (Urls{"A", "C", "E"}));
}

TEST(UrlGlob, ChangesTheRightmostFastest) {
  EXPECT_EQ(expanded("{a,b}/[1-2]/x{c,d}"),
            (Urls{"a/1/xc", "a/1/xd", "a/2/xc", "a/2/xd", "b/1/xc", "b/1/xd", "b/2/xc", "b/2/xd"}));
}

TEST(UrlGlob, TakesWhatABackslashPrecedesAsItIs) {
  EXPECT_EQ(expanded("\\[1-2\\]\\{a\\}[1-2]"), (Urls{"[1-2]{a}1", "[1-2]{a}2"}));
}

TEST(UrlGlob, LeavesAddressesAlone) {
  EXPECT_EQ(expanded("http://[::1]:80/[1-2]"), (Urls{"http://[::1]:80/1", "http://[::1]:80/2"}));
  EXPECT_EQ(expanded("http://[2001:db8::1]/"), Urls{"http://[2001:db8::1]/"});
}

TEST(UrlGlob, SaysWhereItIsNone) {
  EXPECT_EQ(whyNot("http://a/[1-"), "column 10: '[' is not closed");
  EXPECT_EQ(whyNot("http://a/{b"), "column 10: '{' is not closed");
  EXPECT_EQ(whyNot("a]"), "column 2: ']' closes nothing");
  EXPECT_EQ(whyNot("a}"), "column 2: '}' closes nothing");
  EXPECT_EQ(whyNot("{a{b}}"), "column 1: '{' has another within it");
  EXPECT_EQ(whyNot("{}"), "column 1: '{' wants words with commas between");
  for (const char* text : {"[]", "[1]", "[a-9]", "[9-1]", "[1-2:0]", "[1-2:x]", "[-1-2]", "[aa-b]",
                           "[1-99999999999999999999]", "[1-18446744073709551615]"}) {
    EXPECT_NE(whyNot(text).find("wants a range"), std::string::npos) << text;
  }
}

TEST(UrlGlob, IsNotMadeOfTooMany) {
  std::string why;
  EXPECT_TRUE(UrlGlob::parse("[1-1000000][1-1000]", why));
  EXPECT_NE(whyNot("[1-1000000][1-1001]").find("too many"), std::string::npos);
  EXPECT_NE(whyNot("[1-1000000][1-1000000][1-1000000][1-1000000]").find("too many"),
            std::string::npos);
}

TEST(UrlGlobOfTargets, MustMakeUrls) {
  EXPECT_EQ(whyNoGlob("http://a.test/[1-9]"), "");
  EXPECT_NE(whyNoGlob("[1-9]"), "");
  EXPECT_NE(whyNoGlob("{http,gopher}://a.test/"), "");
}

}  // namespace
}  // namespace forage
