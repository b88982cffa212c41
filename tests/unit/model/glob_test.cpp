#include "forage/glob.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace forage {
namespace {

struct Case {
  std::string_view pattern;
  std::string_view text;
  bool matches;
};

TEST(Glob, MatchesAsRedisDoes) {
  const Case cases[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"**", "abc", true},
      {"a", "", false},
      {"url:*", "url:http://h/", true},
      {"url:*", "other:http://h/", false},
      {"*.html", "url:http://h/a.html", true},
      {"*.html", "url:http://h/a.htm", false},
      {"*a*b*c*", "xxaxxbxxcxx", true},
      {"*a*b*c*", "xxcxxbxxaxx", false},
      {"a*b", "ab", true},
      {"a*b", "abab", true},
      {"a*bc", "abcbbc", true},
      {"h?llo", "hello", true},
      {"h?llo", "hllo", false},
      {"???", "ab", false},
      {"h[ae]llo", "hallo", true},
      {"h[ae]llo", "hillo", false},
      {"h[^e]llo", "hello", false},
      {"h[^e]llo", "hallo", true},
      {"h[a-b]llo", "hbllo", true},
      {"h[b-a]llo", "hallo", true},
      {"h[a-b]llo", "hcllo", false},
      {"[a-cx-z]", "y", true},
      {"[\\]]", "]", true},
      {"[\\-a]", "-", true},
      {"[a\\", "\\", true},
      {"[]", "a", false},
      {"[^]", "a", true},
      {"[abc", "c", true},
      {"[abc", "d", false},
      {"[", "[", false},
      {"[^", "a", true},
      {"[a-", "-", true},
      {"[a-]x", "b", false},
      {"\\*", "*", true},
      {"\\*", "a", false},
      {"a\\?b", "a?b", true},
      {"a\\", "a\\", true},
      {"*[0-9]", "page7", true},
      {"*[0-9]", "page", false},
      {"\xff*", "\xff\xfe", true},
      {"[\x80-\xff]", "\xc3", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(matchesGlob(c.pattern, c.text), c.matches) << c.pattern << " on " << c.text;
  }
  EXPECT_TRUE(matchesGlob(std::string_view("a\0*", 3), std::string_view("a\0b\0", 4)));
  EXPECT_FALSE(matchesGlob("a", std::string_view("a\0", 2)));
}

TEST(Glob, StaysFastWhateverThePattern) {
  std::string pattern;
  for (int i = 0; i < 300; ++i) pattern += "*a";
  pattern += "*b";
  std::string classes;
  for (int i = 0; i < 100; ++i) classes += "*[a-z][^b]";
  classes += "!";
  const std::string text(2000, 'a');
  // A matcher that tries every '*' again would take longer than the universe has lasted.
  EXPECT_FALSE(matchesGlob(pattern, text));
  EXPECT_FALSE(matchesGlob(classes, text));
}

/// The meaning, without a thought for time.
bool slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return slowly(pattern.substr(1), text) || (!text.empty() && slowly(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         slowly(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithItsDefinitionOnRandomPatterns) {
  std::mt19937 random(5);
  const auto randomText = [&](std::string_view alphabet, std::size_t most) {
    std::string text(random() % (most + 1), ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    return text;
  };
  int matched = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string pattern = randomText("ab*?", 8);
    const std::string text = randomText("ab", 10);
    const bool expected = slowly(pattern, text);
    matched += expected ? 1 : 0;
    ASSERT_EQ(matchesGlob(pattern, text), expected) << pattern << " on " << text;
  }
  EXPECT_GT(matched, 1000);
}

TEST(Glob, SurvivesRandomBytes) {
  std::mt19937 random(6);
  const std::string_view alphabet("a-]^[\\*?\xff\0", 10);
  for (int i = 0; i < 50'000; ++i) {
    std::string pattern(random() % 12, ' ');
    for (char& c : pattern) c = alphabet[random() % alphabet.size()];
    std::string text(random() % 12, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    (void)matchesGlob(pattern, text);
  }
}

}  // namespace
}  // namespace forage
