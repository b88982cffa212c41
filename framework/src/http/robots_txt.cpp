#include "http/robots_txt.h"

#include <algorithm>

#include "http/robots_pattern.h"
#include "http/robots_reader.h"

namespace forage::http {

std::size_t RobotsTxt::bytes() const noexcept {
  std::size_t sum = patterns_.capacity() + rules_.capacity() * sizeof(Rule);
  for (const std::string& one : sitemaps_) sum += sizeof(one) + one.capacity();
  return sum;
}

RobotsTxt RobotsTxt::parse(std::string_view text, std::string_view product) {
  RobotsReader reader(product);
  reader.read(text);
  return reader.take();
}

void RobotsTxt::add(std::string_view path, bool allow) {
  // No URL matches any other: it would be one of another site, or the name of a file.
  if (!path.starts_with('/') && !path.starts_with('*')) return;
  const std::string pattern = canonicalPattern(path);
  rules_.push_back({static_cast<std::uint32_t>(patterns_.size()),
                    static_cast<std::uint32_t>(pattern.size()), allow, namesQuery(pattern)});
  patterns_ += pattern;
}

void RobotsTxt::sort() {
  const auto before = [this](const Rule& a, const Rule& b) {
    if (a.size != b.size) return a.size > b.size;
    if (a.allow != b.allow) return a.allow;
    return patternOf(a) < patternOf(b);
  };
  const auto same = [this](const Rule& a, const Rule& b) {
    return a.allow == b.allow && patternOf(a) == patternOf(b);
  };
  std::sort(rules_.begin(), rules_.end(), before);
  rules_.erase(std::unique(rules_.begin(), rules_.end(), same), rules_.end());
  rules_.shrink_to_fit();
  patterns_.shrink_to_fit();
}

RobotsRuling RobotsTxt::judge(std::string_view target) const {
  if (rules_.empty() || target == "/robots.txt") return {};
  const RobotsTarget wanted(target);
  PatternMatcher matcher;
  std::size_t searched = 0;
  for (const Rule& rule : rules_) {
    const std::string_view pattern = patternOf(rule);
    const std::string& text = rule.names_query ? wanted.queryText() : wanted.text();
    if (pattern.find('*') != std::string_view::npos) searched += text.size();
    if (searched > kMaxSearched) return {false, pattern};
    if (matcher.matches(pattern, text)) return {rule.allow, pattern};
  }
  return {};
}

PoliteDelay politeDelay(Millis own, std::optional<Millis> crawl_delay) noexcept {
  const Millis theirs = crawl_delay.value_or(Millis(0));
  return {std::max(own, std::min(theirs, kMaxCrawlDelay)), theirs > std::max(own, kMaxCrawlDelay)};
}

}  // namespace forage::http
