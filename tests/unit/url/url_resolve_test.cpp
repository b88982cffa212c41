// References, such as Location fields, resolved against a URL.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "forage/url.h"

namespace forage {
namespace {

struct Case {
  std::string reference;
  std::string result;
};

void expectResolved(const std::string& base_text, const std::vector<Case>& cases) {
  const std::optional<Url> base = Url::parse(base_text);
  ASSERT_TRUE(base);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reference);
    std::string why;
    const std::optional<Url> url = base->resolve(c.reference, &why);
    ASSERT_TRUE(url) << why;
    EXPECT_EQ(url->text(), c.result);
    const std::optional<Url> again = Url::parse(url->text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text(), url->text());
    EXPECT_EQ(again->target(), url->target());
    EXPECT_EQ(again->authority(), url->authority());
    EXPECT_EQ(again->port(), url->port());
  }
}

TEST(UrlResolve, FollowsTheNormalExamplesOfRfc3986) {
  expectResolved("http://a/b/c/d;p?q", {
                                           {"g", "http://a/b/c/g"},
                                           {"./g", "http://a/b/c/g"},
                                           {"g/", "http://a/b/c/g/"},
                                           {"/g", "http://a/g"},
                                           {"//g", "http://g/"},
                                           {"?y", "http://a/b/c/d;p?y"},
                                           {"g?y", "http://a/b/c/g?y"},
                                           {"#s", "http://a/b/c/d;p?q"},
                                           {"g#s", "http://a/b/c/g"},
                                           {"g?y#s", "http://a/b/c/g?y"},
                                           {";x", "http://a/b/c/;x"},
                                           {"g;x", "http://a/b/c/g;x"},
                                           {"g;x?y#s", "http://a/b/c/g;x?y"},
                                           {"", "http://a/b/c/d;p?q"},
                                           {".", "http://a/b/c/"},
                                           {"./", "http://a/b/c/"},
                                           {"..", "http://a/b/"},
                                           {"../", "http://a/b/"},
                                           {"../g", "http://a/b/g"},
                                           {"../..", "http://a/"},
                                           {"../../", "http://a/"},
                                           {"../../g", "http://a/g"},
                                       });
}

TEST(UrlResolve, FollowsTheAbnormalExamplesOfRfc3986) {
  expectResolved("http://a/b/c/d;p?q", {
                                           {"../../../g", "http://a/g"},
                                           {"../../../../g", "http://a/g"},
                                           {"/./g", "http://a/g"},
                                           {"/../g", "http://a/g"},
                                           {"g.", "http://a/b/c/g."},
                                           {".g", "http://a/b/c/.g"},
                                           {"g..", "http://a/b/c/g.."},
                                           {"..g", "http://a/b/c/..g"},
                                           {"./../g", "http://a/b/g"},
                                           {"./g/.", "http://a/b/c/g/"},
                                           {"g/./h", "http://a/b/c/g/h"},
                                           {"g/../h", "http://a/b/c/h"},
                                           {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
                                           {"g;x=1/../y", "http://a/b/c/y"},
                                           {"g?y/./x", "http://a/b/c/g?y/./x"},
                                           {"g?y/../x", "http://a/b/c/g?y/../x"},
                                           {"g#s/./x", "http://a/b/c/g"},
                                           {"g#s/../x", "http://a/b/c/g"},
                                           {"http:g", "http://a/b/c/g"},
                                       });
}

TEST(UrlResolve, TakesLocationsAsServersSendThem) {
  expectResolved("https://Host:8443/dir/page?old",
                 {{"/a b", "https://host:8443/a%20b"},
                  {"  /a  ", "https://host:8443/a"},
                  {"/caf\xc3\xa9", "https://host:8443/caf%C3%A9"},
                  {"/caf\xe9", "https://host:8443/caf%E9"},
                  {"/a?x={\"y\"}", "https://host:8443/a?x=%7B%22y%22%7D"},
                  {"100%", "https://host:8443/dir/100%25"},
                  {"?", "https://host:8443/dir/page?"},
                  {"?a=b c", "https://host:8443/dir/page?a=b%20c"},
                  {"\\a", "https://host:8443/dir/%5Ca"},
                  {"//Other", "https://other/"},
                  {"//other:443/x", "https://other/x"},
                  {"HTTPS:x", "https://host:8443/dir/x"},
                  {"https:", "https://host:8443/dir/page?old"},
                  {"HTTP://Other:80/a/../b", "http://other/b"},
                  {"/..//evil/x", "https://host:8443//evil/x"},
                  {"2023:page", "https://host:8443/dir/2023:page"},
                  {"a/b:c", "https://host:8443/dir/a/b:c"},
                  {"?a:b", "https://host:8443/dir/page?a:b"},
                  {"//b\xc3\xbc"
                   "cher.example/",
                   "https://xn--bcher-kva.example/"}});
}

TEST(UrlResolve, RefusesOtherSchemesAndBadReferences) {
  const Url base = *Url::parse("http://a/b");
  const std::string scheme = "neither http:// nor https:// at its beginning";
  for (const Case& c :
       std::vector<Case>{{"g:h", scheme},
                         {"mailto:a@b", scheme},
                         {"javascript:alert(1)", scheme},
                         {"file:///etc/passwd", scheme},
                         {"https:g", scheme},
                         {"//", "no host"},
                         {"///x", "no host"},
                         {"http://", "no host"},
                         {"//h:0/", "a port that is not between 1 and 65535"},
                         {"a\r\nb", "a control character at byte 2"},
                         {std::string(70000, 'a'), "longer than 65536 bytes"},
                         {std::string(30000, '"'), "longer than 65536 bytes once resolved"}}) {
    std::string why;
    EXPECT_FALSE(base.resolve(c.reference, &why)) << c.reference.substr(0, 40);
    EXPECT_EQ(why, c.result);
  }
}

TEST(UrlResolve, KeepsCredentialsOnlyWhereTheAuthorityIsKept) {
  const Url base = *Url::parse("http://u:p@a/b");
  EXPECT_EQ(base.resolve("c")->userInfo(), "u:p");
  EXPECT_EQ(base.resolve("#c")->userInfo(), "u:p");
  EXPECT_EQ(base.resolve("//a/c")->userInfo(), "");
  EXPECT_EQ(base.resolve("http://a/c")->userInfo(), "");
  EXPECT_EQ(base.resolve("http://x:y@a/c")->userInfo(), "x:y");
}

TEST(UrlResolve, ParsesWhenThereIsNoBase) {
  EXPECT_EQ(Url().resolve("http://A")->text(), "http://a/");
  EXPECT_FALSE(Url().resolve("/a"));
}

}  // namespace
}  // namespace forage
