#include "cache/url_pattern.h"

#include <gtest/gtest.h>

#include <string>

#include "forage/cache_key.h"
#include "forage/glob.h"

namespace forage::app {
namespace {

/// Whether a pattern takes a URL, by both of its ways: a cache must not hide what matches.
bool takesUrl(const std::string& pattern, const std::string& name) {
  const UrlPattern made("url:", pattern);
  const bool matches = made.matches(name);
  if (matches) {
    EXPECT_TRUE(matchesGlob(made.keyGlob(), "url:" + name)) << made.keyGlob() << " " << name;
  }
  return matches;
}

TEST(UrlPattern, TakesEverythingWhenEmpty) {
  EXPECT_TRUE(takesUrl("", "http://h/a"));
  EXPECT_TRUE(takesUrl("", "sha256:0123"));
}

TEST(UrlPattern, WithoutAStarIsFoundAnywhere) {
  EXPECT_TRUE(takesUrl("example.org", "http://www.example.org/a"));
  EXPECT_TRUE(takesUrl("/a?b=[1]", "http://h/a?b=[1]&c"));
  EXPECT_FALSE(takesUrl("/a?b", "http://h/a/b")) << "a ? is a ?";
  EXPECT_FALSE(takesUrl("example.org", "http://example.com/"));
}

TEST(UrlPattern, WithAStarMatchesTheWholeUrl) {
  EXPECT_TRUE(takesUrl("http://h/*", "http://h/a?b"));
  EXPECT_TRUE(takesUrl("*.pdf", "http://h/a.pdf"));
  EXPECT_FALSE(takesUrl("*.pdf", "http://h/a.pdf?x"));
  EXPECT_FALSE(takesUrl("h/*", "http://h/a"));
  EXPECT_TRUE(takesUrl("*[a-z]*", "http://h/[a-z]"));
  EXPECT_FALSE(takesUrl("*[a-z]*", "http://h/q")) << "brackets are brackets";
}

TEST(UrlPattern, OneWholeUrlIsThatUrlAlone) {
  EXPECT_TRUE(takesUrl("http://h/a", "http://h/a"));
  EXPECT_TRUE(takesUrl("HTTP://H:80/x/../a", "http://h/a")) << "however it is written";
  EXPECT_FALSE(takesUrl("http://h/a", "http://h/ab"));
  EXPECT_FALSE(takesUrl("http://h/", "http://h/a"));
}

TEST(UrlPattern, TakesEveryVariantOfWhatItMatches) {
  EXPECT_TRUE(takesUrl("http://h/a", "http://h/a#en"));
  EXPECT_TRUE(takesUrl("*.pdf", "http://h/a.pdf#en"));
  EXPECT_FALSE(takesUrl("en", "http://h/a#en")) << "a variant is no part of a URL";
}

TEST(UrlPattern, WithAHashIsAboutVariants) {
  EXPECT_TRUE(takesUrl("http://h/a#en", "http://h/a#en"));
  EXPECT_FALSE(takesUrl("http://h/a#en", "http://h/a#de"));
  EXPECT_TRUE(takesUrl("*#en", "http://h/a#en"));
  EXPECT_FALSE(takesUrl("*#en", "http://h/a"));
}

TEST(UrlPattern, KnowsALongUrlByItsDigest) {
  const std::string url = "http://h/" + std::string(2000, 'x');
  Key key;
  makeCacheKey("url:", url, key);
  EXPECT_TRUE(takesUrl(url, key.substr(4)));
}

TEST(UrlPattern, TakesThePrefixAsItStands) {
  const UrlPattern pattern("a*[b]?:", "");
  EXPECT_TRUE(matchesGlob(pattern.keyGlob(), "a*[b]?:http://h/"));
  EXPECT_FALSE(matchesGlob(pattern.keyGlob(), "axbx:http://h/"));
}

}  // namespace
}  // namespace forage::app
