#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "http/robots_txt.h"
#include "unit/http/robots_file.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;

using File = test::RobotsFile;

class RobotsRules : public testing::TestWithParam<File> {};

TEST_P(RobotsRules, IsObeyed) { test::expectObeyed(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Paths, RobotsRules,
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
    SpecialCharacters, RobotsRules,
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
    Encodings, RobotsRules,
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

TEST(RobotsRule, SaysWhichPatternDecides) {
  const auto robots = RobotsTxt::parse("User-agent: *\nDisallow: /a\nAllow: /a/*b", "forage");
  EXPECT_EQ(robots.judge("/a/bb").pattern, "/a/*b");
  EXPECT_EQ(robots.judge("/a").pattern, "/a");
  EXPECT_EQ(robots.judge("/").pattern, "");
}

// Backtracking, or looking for a piece at every place, would take hours.
TEST(RobotsRule, TakesLinearTimeForHostilePatterns) {
  const std::string many(60'000, 'a');
  std::string stars;
  for (int i = 0; i < 50'000; ++i) stars += "*a";
  std::string text = "User-agent: *\nDisallow: /" + stars + "b\nDisallow: /*" + many + "b*c\n";
  for (int i = 0; i < 100; ++i) text += "Disallow: /*" + many.substr(0, 1'000 + i) + "b$\n";
  const RobotsTxt robots = RobotsTxt::parse(text, "forage");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(robots.judge("/" + many).allowed);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

// Both of what a site may send us: its robots.txt, and links to itself.
TEST(RobotsRule, RefusesRatherThanSearchingForLong) {
  std::string text = "User-agent: *\n";
  for (int i = 0; text.size() < 500'000; ++i) text += "Allow: /*a" + std::to_string(i) + "\n";
  const RobotsTxt robots = RobotsTxt::parse(text, "forage");
  ASSERT_GT(robots.rules(), 20'000u);
  EXPECT_TRUE(robots.judge("/" + std::string(200, 'a')).allowed);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(robots.judge("/" + std::string(60'000, 'a')).allowed);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace forage::http
