// Canonical forms of URLs, as tables.
#include "forage/url.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage {
namespace {

struct Form {
  std::string given;
  std::string canonical;
};

void expectForms(const std::vector<Form>& forms) {
  for (const Form& form : forms) {
    SCOPED_TRACE(form.given);
    std::string why;
    const std::optional<Url> url = Url::parse(form.given, &why);
    ASSERT_TRUE(url) << why;
    EXPECT_EQ(url->text(), form.canonical);
    EXPECT_EQ(why, "");
  }
}

void expectRefused(const std::vector<Form>& forms) {
  for (const Form& form : forms) {
    SCOPED_TRACE(form.given);
    std::string why;
    EXPECT_FALSE(Url::parse(form.given, &why));
    EXPECT_EQ(why, form.canonical);
    EXPECT_FALSE(Url::parse(form.given));
  }
}

TEST(Url, KeepsWhatIsCanonicalByteForByte) {
  for (const std::string text : {
           "https://httpbin.org/delay/1",
           "http://example.com/",
           "http://example.com:8080/",
           "https://example.com:80/",
           "http://127.0.0.1:1/x",
           "http://[::1]/",
           "http://[2001:db8::1]:8080/",
           "http://localhost/",
           "http://my_host.example/",
           "http://example.com./",
           "http://-a-.example/",
           "http://xn--bcher-kva.example/",
           "http://a1.2b/",
           "http://1.2.3.4.example.com/",
           "http://example.com/a%2Fb,c;d=e&f:g@h!$'()*+~",
           "http://example.com/%e4%E4",
           "http://example.com/%2e%2e/%2E/x",
           "http://example.com/.well-known/..a/...",
           "http://example.com//a///b/",
           "http://example.com/?",
           "http://example.com/a?b=1&a=2&&=",
           "http://example.com/?q=a/b?c:d@e",
           "http://example.com/?../x/./",
           "http://example.com/?list[]=1&list[2]=3",
       }) {
    expectForms({{text, text}});
  }
}

// Boost.URL 1.81 refuses such names; upper case takes the long way.
TEST(Url, TakesNamesThatBeginLikeAnAddress) {
  expectForms({{"http://u:p@1.2.3.4.Example.com:80/", "http://1.2.3.4.example.com/"},
               {"http://1.2.3.4X/", "http://1.2.3.4x/"}});
}

TEST(Url, LowersSchemeAndHostOnly) {
  expectForms({{"HTTP://EXAMPLE.com/Path?Query", "http://example.com/Path?Query"},
               {"hTTpS://Example.COM:444/A", "https://example.com:444/A"},
               {"http://[2001:DB8::A]/", "http://[2001:db8::a]/"}});
}

TEST(Url, DropsWhatAddsNothing) {
  expectForms({{"http://example.com:80/", "http://example.com/"},
               {"https://example.com:443/", "https://example.com/"},
               {"http://example.com:/", "http://example.com/"},
               {"http://example.com:0080/", "http://example.com/"},
               {"http://example.com:08080/", "http://example.com:8080/"},
               {"http://[::1]:80/", "http://[::1]/"},
               {"http://example.com/a#fragment", "http://example.com/a"},
               {"http://example.com#fragment", "http://example.com/"},
               {"http://example.com/?#", "http://example.com/?"},
               {"http://example.com/a#b#c?d", "http://example.com/a"},
               {" \t\r\nhttp://example.com/a \n", "http://example.com/a"}});
}

TEST(Url, FillsInAnEmptyPath) {
  expectForms({{"http://example.com", "http://example.com/"},
               {"http://x?y=1", "http://x/?y=1"},
               {"http://x:81?y=1", "http://x:81/?y=1"},
               {"http://[::1]?", "http://[::1]/?"}});
}

TEST(Url, RemovesDotSegments) {
  expectForms({{"http://h/a/b/../c", "http://h/a/c"},
               {"http://h/a/./b", "http://h/a/b"},
               {"http://h/..", "http://h/"},
               {"http://h/../../a", "http://h/a"},
               {"http://h/a/..", "http://h/"},
               {"http://h/a/b/.", "http://h/a/b/"},
               {"http://h/a/../..//b", "http://h//b"},
               {"http://h/a//../b", "http://h/a/b"},
               {"http://h/./?a/../b", "http://h/?a/../b"},
               {"http://h/a/..?x", "http://h/?x"}});
}

TEST(Url, EncodesWhatBrowsersAcceptButNoUrlMayHold) {
  expectForms({{"http://h/a b", "http://h/a%20b"},
               {"http://h/\"<>`{}|^", "http://h/%22%3C%3E%60%7B%7D%7C%5E"},
               {"http://h/a\\b", "http://h/a%5Cb"},
               {"http://h/a[1]", "http://h/a%5B1%5D"},
               {"http://h/a?b c\"<>\\[]", "http://h/a?b%20c%22%3C%3E%5C[]"},
               {"http://h/\xc3\xa4?\xe2\x82\xac", "http://h/%C3%A4?%E2%82%AC"},
               {"http://h/\xe4", "http://h/%E4"},
               {"http://h/'", "http://h/'"}});
}

TEST(Url, EncodesAPercentSignThatEncodesNothing) {
  expectForms({{"http://h/100%", "http://h/100%25"},
               {"http://h/100%?50%z", "http://h/100%25?50%25z"},
               {"http://h/%4", "http://h/%254"},
               {"http://h/%%41", "http://h/%25%41"}});
}

TEST(Url, WritesInternationalHostsAsALabels) {
  expectForms({{"http://b\xc3\xbc"
                "cher.example/",
                "http://xn--bcher-kva.example/"},
               {"http://B\xc3\x9c"
                "CHER.Example:81/",
                "http://xn--bcher-kva.example:81/"},
               {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"},
               {"http://fa\xc3\x9f.example/", "http://xn--fa-hia.example/"},
               {"http://a\xe3\x80\x82"
                "b/",
                "http://a.b/"},
               {"http://\xef\xbd\x81/", "http://a/"},
               {"http://ex%61mple.com/", "http://example.com/"}});
}

TEST(Url, TakesUserInformationOff) {
  struct Case {
    std::string given, user, canonical;
  };
  for (const Case& c : std::vector<Case>{
           {"http://user:pass@h/", "user:pass", "http://h/"},
           {"http://user@h:81/", "user", "http://h:81/"},
           {"http://:pass@h/", ":pass", "http://h/"},
           {"http://@h/", "", "http://h/"},
           {"http://u%40x:p%3ass@h/", "u%40x:p%3ass", "http://h/"},
           {"http://u:p w%@[::1]:81/", "u:p%20w%25", "http://[::1]:81/"},
           {"http://u:a:b@h/", "u:a:b", "http://h/"},
           {"http://h/a@b", "", "http://h/a@b"},
           {"http://h?a@b", "", "http://h/?a@b"},
           {"http://h#a@b", "", "http://h/"},
       }) {
    SCOPED_TRACE(c.given);
    const std::optional<Url> url = Url::parse(c.given);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->userInfo(), c.user);
    EXPECT_EQ(url->text(), c.canonical);
  }
}

TEST(Url, RefusesWhatIsNoWebAddress) {
  const std::string scheme = "neither http:// nor https:// at its beginning";
  expectRefused({{"", scheme},
                 {"   ", scheme},
                 {"example.com/", scheme},
                 {"ftp://example.com/", scheme},
                 {"http:/example.com", scheme},
                 {"http:example.com", scheme},
                 {"//example.com/", scheme},
                 {"httpss://example.com/", scheme},
                 {"file:///etc/passwd", scheme}});
}

TEST(Url, RefusesHostsThatCannotBe) {
  const std::string byte = "a character that no host name may have";
  const std::string numeric = "a numeric host that is no IPv4 address of four decimal numbers";
  const std::string label = "an empty label in its host name";
  expectRefused(
      {{"http://", "no host"},
       {"http:///path", "no host"},
       {"http://:80/", "no host"},
       {"http://user@/", "no host"},
       {"http://?x", "no host"},
       {"http://a b/", byte},
       {"http://a%20b/", byte},
       {"http://a%2Fb/", byte},
       {"http://a%00b/", byte},
       {"http://\xc3\xbc%00b/", byte},
       {"http://a%zz/", byte},
       {"http://a*b/", byte},
       {"http://a,b/", byte},
       {"http://<a>/", byte},
       {"http://a..b/", label},
       {"http://.a/", label},
       {"http://./", label},
       {"http://2130706433/", numeric},
       {"http://0x7f.1/", numeric},
       {"http://0x7F000001/", numeric},
       {"http://127.1/", numeric},
       {"http://1.2.3.256/", numeric},
       {"http://01.2.3.4/", numeric},
       {"http://1.2.3.4.5/", numeric},
       {"http://1.2.3.4./", numeric},
       {"http://a.0/", numeric},
       {"http://" + std::string(64, 'a') + "/", "a host name with a label of more than 63 bytes"}});
}

TEST(Url, RefusesHostNamesThatAreTooLong) {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "a.";
  expectRefused({{"http://" + name + "b/", "a host of more than 253 bytes"}});
  expectForms({{"http://" + name + "/", "http://" + name + "/"}});
  std::string why;
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "\xc3\xbc";
  EXPECT_FALSE(Url::parse("http://" + many + "/", &why));
  EXPECT_EQ(why, "an international host name that is too long");
}

TEST(Url, RefusesInternationalHostsThatCannotBe) {
  for (const std::string host : {"\xff\xfe", "xn--a\xc3\xa4", "\xcc\x80", "a%ff", "\xe2\x80\x8d"}) {
    std::string why;
    EXPECT_FALSE(Url::parse("http://" + host + "/", &why)) << host;
    EXPECT_NE(why.find("host"), std::string::npos) << why;
  }
}

TEST(Url, RefusesAuthoritiesThatReadersTakeApartDifferently) {
  const std::string backslash = "a backslash before its path";
  const std::string at = "more than one @ before its path (write %40 in a name or password)";
  const std::string literal = "no IPv6 address in its brackets";
  const std::string port = "a port that is not between 1 and 65535";
  expectRefused({{"http://good.example\\@evil.example/", backslash},
                 {"http://good.example\\x/", backslash},
                 {"http://a@b@c/", at},
                 {"http://[::1/", "a bracket without its end"},
                 {"http://::1/", "no host"},
                 {"http://[::g]/", literal},
                 {"http://[fe80::1%25eth0]/", literal},
                 {"http://[::1]x/", literal},
                 {"http://[v1.a]/", literal},
                 {"http://[]/", literal},
                 {"http://h:8a/", port},
                 {"http://h:-1/", port},
                 {"http://h:80:80/", port}});
}

TEST(Url, RefusesPortsThatDoNotExist) {
  const std::string port = "a port that is not between 1 and 65535";
  expectRefused({{"http://h:0/", port},
                 {"http://h:65536/", port},
                 {"http://h:00/", port},
                 {"http://h:99999999999999999999/", port}});
  expectForms({{"http://h:65535/", "http://h:65535/"}, {"http://h:1/", "http://h:1/"}});
}

TEST(Url, RefusesControlCharacters) {
  expectRefused({{"http://h/a\nb", "a control character at byte 11"},
                 {"  http://h/\x01", "a control character at byte 12"},
                 {"http://h/a\x7f", "a control character at byte 11"},
                 {"http://h/\tb#c", "a control character at byte 10"},
                 {"http://h/#\r\nx", "a control character at byte 11"},
                 {std::string("http://h/\0x", 11), "a control character at byte 10"}});
}

TEST(Url, RefusesMoreThan64KiB) {
  const std::string head = "http://h/";
  const std::string longest = head + std::string(65536 - head.size(), 'a');
  expectForms({{longest, longest}});
  expectRefused({{longest + "a", "longer than 65536 bytes"},
                 {head + std::string(30000, ' ') + "a", "longer than 65536 bytes once encoded"}});
}

TEST(Url, TellsItsParts) {
  const std::optional<Url> url = Url::parse("https://u:p@[2001:DB8::1]:8443/a/b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->isHttps());
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_EQ(url->host(), "2001:db8::1");
  EXPECT_EQ(url->authority(), "[2001:db8::1]:8443");
  EXPECT_EQ(url->port(), 8443);
  EXPECT_EQ(url->target(), "/a/b?c=d");
  EXPECT_EQ(url->origin(), "https://[2001:db8::1]:8443");
  EXPECT_EQ(url->userInfo(), "u:p");
}

TEST(Url, TellsTheDefaultPort) {
  EXPECT_EQ(Url::parse("http://h/")->port(), 80);
  EXPECT_EQ(Url::parse("https://h")->port(), 443);
  EXPECT_EQ(Url::parse("http://h/")->authority(), "h");
  EXPECT_EQ(Url::parse("http://H:81/x")->host(), "h");
}

TEST(Url, IsEmptyUntilParsed) {
  const Url url;
  EXPECT_TRUE(url.empty());
  EXPECT_EQ(url.host(), "");
  EXPECT_EQ(url.target(), "");
  EXPECT_EQ(url.origin(), "");
}

TEST(Url, ComparesByItsTextAlone) {
  EXPECT_EQ(*Url::parse("http://a:b@H:80"), *Url::parse("http://h/"));
  EXPECT_FALSE(*Url::parse("http://h/") == *Url::parse("https://h/"));
}

}  // namespace
}  // namespace forage
