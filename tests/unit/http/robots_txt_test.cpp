#include "http/robots_txt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "unit/http/robots_file.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Row;

bool allows(const std::string& text, const std::string& target) {
  return RobotsTxt::parse(text, "forage").judge(target).allowed;
}

using File = test::RobotsFile;

class RobotsFile : public testing::TestWithParam<File> {};

TEST_P(RobotsFile, IsObeyed) { test::expectObeyed(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Groups, RobotsFile,
    testing::Values(
        File{"NoGroup", "RFC 9309, 2.2.1", "", {"/", "/a"}, {}},
        File{"OurName", "RFC 9309, 2.2.1", "User-agent: forage\nDisallow: /a\n", {"/b"}, {"/a"}},
        File{"AnyCase", "RFC 9309, 2.2.1", "USER-AGENT: FoRaGe\ndisALLOW: /a\n", {"/b"}, {"/a"}},
        File{"WithAVersion",
             "RFC 9309, 2.2.1",
             "User-agent: Forage/2.0 (x)\nDisallow: /a",
             {},
             {"/a"}},
        File{
            "ALongerName", "RFC 9309, 2.2.1", "User-agent: forage-news\nDisallow: /\n", {"/a"}, {}},
        File{
            "AnotherLongerName", "RFC 9309, 2.2.1", "User-agent: forager\nDisallow: /", {"/a"}, {}},
        File{"AShorterName", "RFC 9309, 2.2.1", "User-agent: for\nDisallow: /\n", {"/a"}, {}},
        File{"EveryoneElse",
             "RFC 9309, 2.2.1",
             "User-agent: *\nDisallow: /a\nUser-agent: other\nDisallow: /b",
             {"/b"},
             {"/a"}},
        File{"EveryoneWithARemark", "RFC 9309, 2.2.1", "User-agent: * all\nDisallow: /", {}, {"/"}},
        File{"AStarThatIsNoName", "RFC 9309, 2.2.1", "User-agent: *bot\nDisallow: /", {"/"}, {}},
        File{"OursInsteadOfEveryones",
             "RFC 9309, 2.2.1",
             "User-agent: *\nDisallow: /a\nUser-agent: forage\nDisallow: /b\n",
             {"/a"},
             {"/b"}},
        File{"OursWithoutRules",
             "RFC 9309, 2.1",
             "User-agent: *\nDisallow: /\nUser-agent: forage\n",
             {"/a"},
             {}},
        File{"OursFirst",
             "RFC 9309, 2.2.1",
             "User-agent: forage\nAllow: /\nUser-agent: *\nDisallow: /\n",
             {"/a"},
             {}},
        File{"SeveralNames",
             "RFC 9309, 2.2.1",
             "User-agent: one\nUser-agent: forage\nUser-agent: two\nDisallow: /a\n",
             {},
             {"/a"}},
        File{"EmptyLinesWithin",
             "RFC 9309, 2.2",
             "User-agent: forage\n\nUser-agent: x\n\n\nDisallow: /a\n\nDisallow: /b",
             {},
             {"/a", "/b"}},
        File{"Merged",
             "RFC 9309, 2.2.1",
             "User-agent: forage\nDisallow: /a\nUser-agent: x\nDisallow: /b\n"
             "User-agent: FORAGE\nDisallow: /c\n",
             {"/b"},
             {"/a", "/c"}},
        File{
            "EveryonesMerged",
            "RFC 9309, 2.2.1",
            "User-agent: *\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: *\nDisallow: /c",
            {"/b"},
            {"/a", "/c"}},
        File{"RulesOfNobody",
             "RFC 9309, 2.2",
             "Disallow: /a\nUser-agent: x\nDisallow: /",
             {"/a"},
             {}},
        File{"OtherRecordsEndNoGroup",
             "RFC 9309, 2.2.4",
             "User-agent: forage\nSitemap: https://example.com/s\nNoindex: /x\nCrawl-delay: 3\n"
             "User-agent: x\nDisallow: /a",
             {},
             {"/a"}},
        File{"EmptyRuleEndsTheNames",
             "RFC 9309, 2.2",
             "User-agent: forage\nDisallow:\nUser-agent: x\nDisallow: /a",
             {"/a"},
             {}}),
    test::rowName<File>);

INSTANTIATE_TEST_SUITE_P(
    Writing, RobotsFile,
    testing::Values(
        File{"CarriageReturns",
             "RFC 9309, 2.2",
             "User-agent: *\rDisallow: /a\rDisallow: /b",
             {"/"},
             {"/a", "/b"}},
        File{"BothLineEnds",
             "RFC 9309, 2.2",
             "User-agent: *\r\nDisallow: /a\r\n\r\nDisallow: /b\r\n",
             {"/"},
             {"/a", "/b"}},
        File{"ByteOrderMark",
             "RFC 9309, 2.3",
             "\xEF\xBB\xBFUser-agent: *\nDisallow: /a",
             {},
             {"/a"}},
        File{"BlanksAround",
             "RFC 9309, 2.2",
             " \tUser-agent \t:\t * \n\t Disallow:/a \t\n",
             {},
             {"/a"}},
        File{"NoColon", "RFC 9309, 2.2", "user-agent *\ndisallow \t /a\n", {}, {"/a"}},
        File{"NoColonAndMoreWords", "RFC 9309, 2.2", "user-agent: *\ndisallow /a /b\n", {"/a"}, {}},
        File{"Misspelt",
             "RFC 9309, 2.2",
             "useragent: *\nDissallow: /a\nDissalow: /b\nDisalow: /c\nDiasllow: /d\nDisallaw: /e",
             {"/f"},
             {"/a", "/b", "/c", "/d", "/e"}},
        File{"MisspeltName", "RFC 9309, 2.2", "User agent: forage\nDisallow: /a", {}, {"/a"}},
        File{"OtherKeys",
             "RFC 9309, 2.2.4",
             "User-agent: *\nDisallowAITraining: /\nallowed: /",
             {"/a"},
             {}},
        File{"Nul",
             "RFC 9309, 2.2",
             "User-agent: *\nDisallow: /a\0\0\nDis\0allow: /b\n"s,
             {"/b"},
             {"/a"}},
        File{"NoText", "RFC 9309, 2.3", "\x89PNG\r\n\x1a\n\0\xFF\xFE:\n:::\n"s, {"/"}, {}},
        File{"Markup",
             "RFC 9309, 2.3",
             "<!doctype html>\n<p>User-agent: *\nDisallow: /</p>\n",
             {"/"},
             {}}),
    test::rowName<File>);

// Section 2.5.
TEST(RobotsTxt, ReadsAtLeastFiveHundredKibibytes) {
  std::string text = "User-agent: *\n";
  while (text.size() < 500 * 1024 - 12) text += "# filler\n";
  EXPECT_FALSE(allows(text + "Disallow: /a\n", "/a"));
}

TEST(RobotsTxt, DropsTheLineThatItsLimitCuts) {
  std::string text = "User-agent: *\n";
  text.append(RobotsTxt::kMaxBytes - text.size() - 11, '#');
  text += "\nDisallow: /only/this\n";  // of which "Disallow: " is within
  EXPECT_TRUE(allows(text, "/"));
  EXPECT_EQ(RobotsTxt::parse(text, "forage").rules(), 0u);
  EXPECT_TRUE(allows(std::string(RobotsTxt::kMaxBytes + 1, 'a'), "/"));
}

TEST(RobotsTxt, TakesLinesOfAnyLength) {
  const std::string path = "/" + std::string(60'000, 'a');
  const std::string text = "User-agent: *\nDisallow: " + path + "b\n";
  EXPECT_FALSE(allows(text, path + "b"));
  EXPECT_TRUE(allows(text, path));
}

TEST(RobotsTxt, KeepsRulesThatAreRepeatedOnce) {
  std::string text = "User-agent: *\n";
  for (int i = 0; i < 1'000; ++i) text += "Disallow: /a\nAllow: /b\n";
  EXPECT_EQ(RobotsTxt::parse(text, "forage").rules(), 2u);
}

struct Delay : Row {
  std::string text;
  std::optional<Millis> delay;
};

class RobotsCrawlDelay : public testing::TestWithParam<Delay> {};

TEST_P(RobotsCrawlDelay, IsRead) {
  EXPECT_EQ(RobotsTxt::parse(GetParam().text, "forage").crawlDelay(), GetParam().delay);
}

INSTANTIATE_TEST_SUITE_P(
    Values, RobotsCrawlDelay,
    testing::Values(
        Delay{"None", "RFC 9309, 2.2.4", "User-agent: *\nDisallow: /a", {}},
        Delay{"Seconds", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 10", 10s},
        Delay{"Fraction", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-Delay: 0.5", 500ms},
        Delay{"Zero", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 0", 0s},
        Delay{"TheLongest", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 5\nCrawl-delay: 2", 5s},
        Delay{"Words", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: ten", {}},
        Delay{"Negative", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: -1", {}},
        Delay{"Unit", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 1h", {}},
        Delay{"TwoPoints", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 1.2.3", {}},
        Delay{"LeadingZeros", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 00000000000002", 2s},
        Delay{"Huge", "RFC 9309, 2.2.4", "User-agent: *\nCrawl-delay: 99999999999999999999999",
              24h},
        Delay{"OfOthers", "RFC 9309, 2.2.4", "User-agent: x\nCrawl-delay: 5", {}},
        Delay{"OursInsteadOfEveryones",
              "RFC 9309, 2.2.4",
              "User-agent: *\nCrawl-delay: 5\nDisallow: /\nUser-agent: forage\nAllow: /",
              {}},
        Delay{"OfNamesAboveIt",
              "RFC 9309, 2.2.4",
              "User-agent: x\nCrawl-delay: 5\nUser-agent: forage\nDisallow: /a",
              {}}),
    test::rowName<Delay>);

TEST(PoliteDelay, IsTheLongerOneWithTheirsCapped) {
  EXPECT_EQ(politeDelay(2s, {}).delay, 2s);
  EXPECT_EQ(politeDelay(2s, 5s).delay, 5s);
  EXPECT_EQ(politeDelay(5s, 2s).delay, 5s);
  EXPECT_EQ(politeDelay(60s, 90s).delay, 60s);
  const PoliteDelay capped = politeDelay(1s, 24h);
  EXPECT_EQ(capped.delay, kMaxCrawlDelay);
  EXPECT_TRUE(capped.capped);
  EXPECT_FALSE(politeDelay(1s, kMaxCrawlDelay).capped);
  EXPECT_FALSE(politeDelay(60s, 45s).capped);
}

TEST(RobotsTxt, CollectsSitemapsForWhateverCrawler) {
  const auto robots = RobotsTxt::parse(
      "Sitemap: https://example.com/a.xml\nUser-agent: forage\nAllow: /\nUser-agent: x\n"
      "site-map: HTTP://example.com/b.xml\nSitemap: /c.xml\nSitemap: ftp://example.com/d\n"
      "Sitemap: https://example.com/e f\n",
      "forage");
  EXPECT_EQ(robots.sitemaps(),
            (std::vector<std::string>{"https://example.com/a.xml", "HTTP://example.com/b.xml"}));
}

TEST(RobotsTxt, KeepsABoundedNumberOfSitemaps) {
  std::string text = "Sitemap: https://a/" + std::string(RobotsTxt::kMaxSitemapBytes, 'a') + "\n";
  for (std::size_t i = 0; i <= RobotsTxt::kMaxSitemaps; ++i) text += "Sitemap: https://a/\n";
  EXPECT_EQ(RobotsTxt::parse(text, "forage").sitemaps().size(), RobotsTxt::kMaxSitemaps);
}

TEST(ProductToken, EndsWhereTheNameDoes) {
  EXPECT_EQ(productToken("forage/0.1.0"), "forage");
  EXPECT_EQ(productToken("My_Own-Bot2 (+https://example.com)"), "My_Own-Bot2");
  EXPECT_EQ(productToken("forage"), "forage");
  EXPECT_EQ(productToken("(x)"), "");
  EXPECT_EQ(productToken(""), "");
}

TEST(ProductToken, WithoutOneTheRulesForEveryoneHold) {
  const auto robots =
      RobotsTxt::parse("User-agent: x\nAllow: /\nUser-agent: *\nDisallow: /a", productToken("(x)"));
  EXPECT_FALSE(robots.judge("/a").allowed);
}

TEST(ProductToken, WithDigitsIsNotThatOfAnother) {
  const std::string text = "User-agent: bot3\nDisallow: /\nUser-agent: bot2/1.0\nDisallow: /a";
  EXPECT_TRUE(RobotsTxt::parse(text, "bot2").judge("/b").allowed);
  EXPECT_FALSE(RobotsTxt::parse(text, "bot2").judge("/a").allowed);
}

}  // namespace
}  // namespace forage::http
