// What must hold for any text: the canonical form is a fixed point, both ways into it agree, and no
// text does harm. Deterministic: the generator is seeded.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "forage/url.h"
#include "model/url_syntax.h"

namespace forage {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string_view pick(Random& random, const std::vector<std::string_view>& from) {
  return from[below(random, from.size())];
}

std::string joined(Random& random, const std::vector<std::string_view>& parts, std::size_t most) {
  std::string out;
  for (std::size_t n = below(random, most + 1); n > 0; --n) out += pick(random, parts);
  return out;
}

/// A URL that is often canonical, often nearly so.
std::string generated(Random& random) {
  std::string url(pick(random, {"http://", "https://", "http://", "HTTP://"}));
  if (below(random, 16) == 0) url += "user:pw@";
  url += pick(random, {"example.com", "a", "A.b", "127.0.0.1", "1.2.3", "1.2.3.4.b", "[::1]",
                       "x_y.z", "a..b", "b\xc3\xbc.de", "a.", "0x1", "xn--a-0a", "a%41"});
  url += pick(random, {"", "", "", ":80", ":443", ":8080", ":081", ":", ":65536"});
  if (below(random, 8) != 0) url += '/';
  url += joined(random,
                {"a", "/", "/",        ".", "..", "/./", "/..", "%2F", "%e4", "%", ";",    ",",
                 "@", ":", "\xc3\xa4", " ", "\\", "[",   "]",   "{",   "~",   "'", "page", "..a"},
                8);
  if (below(random, 2) == 0) {
    url += '?' + joined(random,
                        {"a", "=", "&", "/", "?", "[", "]", "%20", "%", " ", "..", "\xff", "|"}, 8);
  }
  if (below(random, 8) == 0) url += "#f";
  return url;
}

void expectFixedPoint(const Url& url) {
  const std::optional<Url> again = Url::parse(url.text());
  ASSERT_TRUE(again) << url.text();
  EXPECT_EQ(again->text(), url.text());
  EXPECT_EQ(again->host(), url.host());
  EXPECT_EQ(again->authority(), url.authority());
  EXPECT_EQ(again->target(), url.target());
  EXPECT_EQ(again->port(), url.port());
  EXPECT_EQ(again->userInfo(), "");
}

void expectAgreement(const std::string& text, int& recognised) {
  const std::optional<url::Layout> fast = url::recognise(text);
  std::string why;
  const std::optional<url::Canonical> slow = url::canonicalise(text, why);
  EXPECT_EQ(slow.has_value(), why.empty());
  if (fast) {
    ++recognised;
    ASSERT_TRUE(slow) << text << ": " << why;
    EXPECT_EQ(slow->text, text);
    EXPECT_EQ(slow->layout, *fast);
    EXPECT_EQ(slow->user_info, "");
  } else if (slow && slow->text.find('[', 0) != slow->layout.authority_begin) {
    EXPECT_TRUE(url::recognise(slow->text)) << slow->text;
  }
}

TEST(UrlProperty, CanonicalFormIsAFixedPoint) {
  Random random(1);
  int parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::optional<Url> url = Url::parse(generated(random));
    if (!url) continue;
    ++parsed;
    expectFixedPoint(*url);
  }
  EXPECT_GT(parsed, 5'000);
}

TEST(UrlProperty, BothWaysAgree) {
  Random random(2);
  int recognised = 0;
  for (int i = 0; i < 20'000; ++i) expectAgreement(generated(random), recognised);
  EXPECT_GT(recognised, 500);
}

// A Url that is read again takes a shorter way where the origin stays the same.
TEST(UrlProperty, WhatAUrlHeldBeforeMakesNoDifference) {
  Random random(5);
  Url url;
  int same_origin = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = generated(random);
    // Often the origin before, with something after it that may belong to the host.
    if (below(random, 2) == 0) {
      text = std::string(url.origin()) +
             std::string(pick(random, {"", "/", ":81", ".evil", "@x"})) +
             joined(random, {"/", "a", "..", "?", "#", "%", "%41", " ", "\\", "@"}, 6);
    }
    std::string why;
    std::string why_again;
    const std::string before(url.origin());
    const std::optional<Url> fresh = Url::parse(text, &why);
    const bool good = url.assign(text, &why_again);
    ASSERT_EQ(good, fresh.has_value()) << text << " after " << before;
    if (!good) {
      EXPECT_EQ(why_again, why);
      EXPECT_TRUE(url.empty());
      continue;
    }
    same_origin += !before.empty() && url.origin() == before ? 1 : 0;
    ASSERT_EQ(url.text(), fresh->text());
    EXPECT_EQ(url.userInfo(), fresh->userInfo());
    EXPECT_EQ(url.host(), fresh->host());
    EXPECT_EQ(url.port(), fresh->port());
    EXPECT_EQ(url.target(), fresh->target());
    EXPECT_EQ(url.isHttps(), fresh->isHttps());
  }
  EXPECT_GT(same_origin, 500);
}

TEST(UrlProperty, CanonicalTextHoldsOnlyWhatAUrlMay) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::optional<Url> url = Url::parse(generated(random));
    if (!url) continue;
    for (const char c : url->text()) {
      ASSERT_TRUE(c > 0x20 && c < 0x7f &&
                  std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos)
          << url->text();
    }
    ASSERT_TRUE(url->target().starts_with('/'));
  }
}

std::string mutated(Random& random, std::string text) {
  for (std::size_t n = 1 + below(random, 4); n > 0; --n) {
    const std::size_t at = below(random, text.size() + 1);
    switch (below(random, 5)) {
      case 0:
        text.insert(at, 1, static_cast<char>(random() & 0xff));
        break;
      case 1:
        text.erase(at, 1 + below(random, 3));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(random() & 0xff);
        break;
      case 3:
        text.insert(at,
                    pick(random, {"://", "//", "@", ":", "[", "]", "%", "%00", "..", "\\", "#", "?",
                                  "\xf0\x9f\x98\x80", "xn--", "0x", "::", "\xe2\x80\x8f"}));
        break;
      default:
        text.insert(at, text.substr(at / 2, below(random, 64)));
    }
  }
  return text;
}

TEST(UrlProperty, HostileTextDoesNoHarm) {
  Random random(4);
  const Url base = *Url::parse("https://user:pw@example.com:8443/a/b?c");
  int recognised = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = mutated(random, generated(random));
    expectAgreement(text, recognised);
    std::string why;
    const std::optional<Url> resolved =
        base.resolve(text.substr(below(random, text.size() + 1)), &why);
    EXPECT_EQ(resolved.has_value(), why.empty());
    if (resolved) expectFixedPoint(*resolved);
    if (testing::Test::HasFailure()) FAIL() << "text " << i;
  }
}

TEST(UrlProperty, LongDotSegmentsEndAtTheRoot) {
  std::string text = "http://h";
  for (int i = 0; i < 12'000; ++i) text += "/a";
  for (int i = 0; i < 13'000; ++i) text += "/..";
  ASSERT_LT(text.size(), url::kMaxBytes);
  EXPECT_EQ(Url::parse(text)->text(), "http://h/");
}

}  // namespace
}  // namespace forage
