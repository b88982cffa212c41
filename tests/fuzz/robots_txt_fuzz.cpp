// Fuzz target: patterns match as the plain table of all ends says, and what a robots.txt says of a
// target does not depend on how either is written. The first line of the input is the target, the
// second a pattern, the others are the file.
#include <algorithm>
#include <vector>

#include "fuzz/fuzz.h"
#include "http/robots_pattern.h"
#include "http/robots_txt.h"

namespace {

using forage::fuzz::expect;
using forage::http::RobotsTxt;

std::string_view takeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// By the table of which prefixes of `text` each prefix of `pattern` stands for.
bool matchesSlowly(std::string_view pattern, std::string_view text) {
  const bool to_the_end = pattern.ends_with('$');
  if (to_the_end) pattern.remove_suffix(1);
  std::vector<bool> ends(text.size() + 1);
  ends[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(ends.size());
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (c == '*') next[i] = ends[i] || (i > 0 && next[i - 1]);
      if (c != '*' && i > 0) next[i] = ends[i - 1] && text[i - 1] == c;
    }
    ends = std::move(next);
  }
  return to_the_end ? ends.back() : std::find(ends.begin(), ends.end(), true) != ends.end();
}

void checkPattern(std::string_view written, std::string_view target) {
  constexpr std::size_t kEnough = 200;
  const std::string pattern = forage::http::canonicalPattern(written.substr(0, kEnough));
  expect(forage::http::canonicalPattern(pattern) == pattern, "a canonical pattern is one");
  const forage::http::RobotsTarget text(target.substr(0, kEnough));
  forage::http::PatternMatcher matcher;
  for (const std::string& form : {text.text(), text.queryText()}) {
    expect(matcher.matches(pattern, form) == matchesSlowly(pattern, form), "a match is a match");
  }
}

/// With all letters and digits outside of encodings percent-encoded.
std::string encoded(std::string_view target) {
  std::string text;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (c == '%') return std::string(target);
    if (plain) text.append({'%', "0123456789ABCDEF"[c >> 4], "0123456789abcdef"[c & 15]});
    if (!plain) text += c;
  }
  return text;
}

std::string withCarriageReturns(std::string_view file) {
  std::string text;
  for (const char c : file) text.append(c == '\n' ? "\r\n" : std::string(1, c));
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view file = forage::fuzz::textOf(data, size);
  const std::string_view target = takeLine(file);
  checkPattern(takeLine(file), target);

  const RobotsTxt robots = RobotsTxt::parse(file, "forage");
  const forage::http::RobotsRuling ruling = robots.judge(target);
  expect(robots.judge("/robots.txt").allowed, "the file itself is allowed");
  expect(ruling.allowed || !ruling.pattern.empty(), "a pattern refuses");
  expect(robots.sitemaps().size() <= RobotsTxt::kMaxSitemaps, "sitemaps are bounded");
  expect(robots.crawlDelay().value_or(forage::Millis(0)) <= RobotsTxt::kLongestDelay,
         "delays are bounded");

  const std::string other = encoded(target);
  if (target != "/robots.txt") {
    expect(robots.judge(other).allowed == ruling.allowed, "encodings of letters mean nothing");
  }
  const std::string crlf = withCarriageReturns(file);
  if (crlf.size() > RobotsTxt::kMaxBytes) return 0;
  const RobotsTxt same = RobotsTxt::parse(crlf + "\r\n# nothing", "FORAGE");
  expect(same.judge(target).allowed == ruling.allowed, "line ends and case mean nothing");
  expect(same.rules() == robots.rules(), "rules are rules, whatever ends their lines");
  expect(same.sitemaps() == robots.sitemaps(), "sitemaps, too");
  return 0;
}
