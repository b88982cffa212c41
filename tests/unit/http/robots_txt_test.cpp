#include "http/robots_txt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Row;

constexpr const char* kTheProduct = "forage";

bool allows(const std::string& text, const std::string& target) {
  return RobotsTxt::parse(text, kTheProduct).judge(target).allowed;
}

/// What a file says to the crawler "forage" about some targets.
struct File : Row {
  std::string text;
  std::vector<std::string> allowed;
  std::vector<std::string> refused;
};

class RobotsFile : public testing::TestWithParam<File> {};

TEST_P(RobotsFile, IsObeyed) {
  const RobotsTxt robots = RobotsTxt::parse(GetParam().text, kTheProduct);
  for (const std::string& target : GetParam().allowed) {
    EXPECT_TRUE(robots.judge(target).allowed) << target;
  }
  for (const std::string& target : GetParam().refused) {
    EXPECT_FALSE(robots.judge(target).allowed) << target;
  }
}

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
    Rules, RobotsFile,
    testing::Values(
        File{"EmptyDisallow", "RFC 9309, 2.2.2", "User-agent: *\nDisallow:\n", {"/", "/a"}, {}},
        File{
            "Everything", "RFC 9309, 2.2.2", "User-agent: *\nDisallow: /\n", {}, {"", "/", "/a?b"}},
        File{"ItselfIsAllowed",
             "RFC 9309, 2.2.2",
             "User-agent: *\nDisallow: /\n",
             {"/robots.txt"},
             {"/robots.txt.bak"}},
        File{"LongestMatch",
             "RFC 9309, 2.2.2",
             "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c",
             {"/a/b", "/a/b/d"},
             {"/a", "/a/c", "/a/b/c"}},
        File{"OrderMeansNothing",
             "RFC 9309, 2.2.2",
             "User-agent: *\nAllow: /a/b\nDisallow: /a/b/c\nDisallow: /a",
             {"/a/b", "/a/b/d"},
             {"/a", "/a/c", "/a/b/c"}},
        File{"AllowWinsTies",
             "RFC 9309, 2.2.2",
             "User-agent: *\nDisallow: /a\nAllow: /a",
             {"/a"},
             {}},
        File{"AllowWinsTiesOfDifferentPatterns",
             "RFC 9309, 2.2.2",
             "User-agent: *\nDisallow: /a*c\nAllow: /a/b\nAllow: /*.x\nDisallow: /f.x",
             {"/a/bc", "/f.x"},
             {"/ac"}},
        File{"AStarIsAnOctet",
             "RFC 9309, 2.2.2",
             "User-agent: *\nAllow: /a\nDisallow: /*.html",
             {"/a.txt"},
             {"/a.html"}},
        File{"CaseOfPaths", "RFC 9309, 2.2.2", "User-agent: *\nDisallow: /A", {"/a"}, {"/A"}},
        File{"Queries",
             "RFC 9309, 2.2.2",
             "User-agent: *\nDisallow: /a?b=",
             {"/a", "/a?c=1"},
             {"/a?b=1"}},
        File{"NotFromTheRoot",
             "RFC 9309, 2.2",
             "User-agent: *\nDisallow: a\nDisallow: https://example.com/a\nDisallow: $",
             {"/", "/a", "/https://example.com/a"},
             {}}),
    test::rowName<File>);

INSTANTIATE_TEST_SUITE_P(
    SpecialCharacters, RobotsFile,
    testing::Values(File{"StarWithin",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a/*/c",
                         {"/a/c", "/a/b/d"},
                         {"/a//c", "/a/b/c", "/a/b/b/c?d"}},
                    File{"StarAtTheEnd",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a*",
                         {"/b"},
                         {"/a", "/ab"}},
                    File{"StarInFront",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: *.gif",
                         {"/a.png"},
                         {"/a.gif", "/a.gif?b"}},
                    File{"End",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a$",
                         {"/ab", "/a/", "/a?b"},
                         {"/a"}},
                    File{"StarAndEnd",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /*.php$",
                         {"/a.php?b", "/a.phps"},
                         {"/a.php", "/a.php.php"}},
                    File{"NothingBetweenStarAndEnd",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a*$",
                         {"/b"},
                         {"/a", "/abc"}},
                    File{"RootAlone",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /\nAllow: /$",
                         {"/", ""},
                         {"/a", "/?a"}},
                    File{"DollarWithin",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a$b",
                         {"/a"},
                         {"/a$b", "/a%24bc"}},
                    File{"TwoDollars",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a$$",
                         {"/a", "/a$b"},
                         {"/a$", "/a%24"}},
                    File{"StarsOfTheUrl",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /a%2Ab%24",
                         {"/axb$", "/a*b"},
                         {"/a*b$", "/a%2ab%24c"}},
                    File{"OverlapsAreNoMatch",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /*aba*aba$",
                         {"/ababa"},
                         {"/abaaba", "/xabaxxaba"}},
                    File{"LongPieces",
                         "RFC 9309, 2.2.3",
                         "User-agent: *\nDisallow: /*abababababababababababc*d$",
                         {"/ababababababababababab/d"},
                         {"/ababababababababababababababababc/d", "/abababababababababababcd"}},
                    File{"Comments",
                         "RFC 9309, 2.2.3",
                         "# all\nUser-agent: * # of you\nDisallow: /a#b\n#Disallow: /\n",
                         {"/b"},
                         {"/a", "/ac"}}),
    test::rowName<File>);

INSTANTIATE_TEST_SUITE_P(
    Encodings, RobotsFile,
    testing::Values(File{"ReservedInTheQuery",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar",
                         {"/foo/bar?baz=https"},
                         {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar/x"}},
                    File{"ReservedEncodedInTheQuery",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /foo/bar?baz=https%3A%2F%2ffoo.bar",
                         {"/foo/bar?baz=https"},
                         {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3a%2F%2Ffoo.bar"}},
                    File{"ReservedBehindAStar",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /*=http%3A%2F%2F",
                         {"/go?a=/"},
                         {"/go?a=http%3a%2f%2fx"}},
                    File{"OtherThanAscii",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /foo/bar/\u30c4",
                         {"/foo/bar/"},
                         {"/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84x", "/foo/bar/\u30c4"}},
                    File{"OtherThanAsciiEncoded",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /%e3%83%84",
                         {"/%E3%83%85"},
                         {"/%E3%83%84"}},
                    File{"Unreserved",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /foo/bar/%62%61%7A",
                         {"/foo/bar/ba"},
                         {"/foo/bar/baz", "/foo/bar/%62az"}},
                    File{"EncodedSlash",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /a%2Fb",
                         {"/a/b"},
                         {"/a%2Fb", "/a%2fbc"}},
                    File{"SlashThatIsNotEncoded",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /a/b",
                         {"/a%2Fb"},
                         {"/a/b"}},
                    File{"EncodedQuestionMark",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /a%3Fb",
                         {"/a?b"},
                         {"/a%3fb"}},
                    File{"Blanks",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /a b\nDisallow: /c%20\"d",
                         {"/a"},
                         {"/a%20b", "/c%20%22d"}},
                    File{"NothingEncoded",
                         "RFC 3986, 2.4",
                         "User-agent: *\nDisallow: /50%-off\nDisallow: /b%4",
                         {"/50", "/b"},
                         {"/50%25-off", "/b%254"}},
                    File{"DecodedOnce",
                         "RFC 3986, 2.4",
                         "User-agent: *\nDisallow: /a%2562",
                         {"/ab", "/a%62"},
                         {"/a%2562"}},
                    File{"LengthOfWhatIsEncoded",
                         "RFC 9309, 2.2.2",
                         "User-agent: *\nDisallow: /*ab\nAllow: /%61%62",
                         {"/b"},
                         {"/ab"}}),
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

TEST(RobotsTxt, SaysWhichPatternDecides) {
  const auto robots = RobotsTxt::parse("User-agent: *\nDisallow: /a\nAllow: /a/*b", "forage");
  EXPECT_EQ(robots.judge("/a/bb").pattern, "/a/*b");
  EXPECT_EQ(robots.judge("/a").pattern, "/a");
  EXPECT_EQ(robots.judge("/").pattern, "");
}

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

// Backtracking, or looking for a piece at every place, would take hours.
TEST(RobotsTxt, TakesLinearTimeForHostilePatterns) {
  const std::string many(60'000, 'a');
  std::string stars;
  for (int i = 0; i < 50'000; ++i) stars += "*a";
  std::string text = "User-agent: *\nDisallow: /" + stars + "b\nDisallow: /*" + many + "b*c\n";
  for (int i = 0; i < 200; ++i) text += "Disallow: /*" + many.substr(0, 1'000 + i) + "b$\n";
  const RobotsTxt robots = RobotsTxt::parse(text, "forage");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(robots.judge("/" + many).allowed);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
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
  EXPECT_EQ(RobotsTxt::parse(GetParam().text, kTheProduct).crawlDelay(), GetParam().delay);
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
