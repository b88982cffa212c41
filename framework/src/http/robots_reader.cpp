#include "http/robots_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "forage/message.h"
#include "forage/units.h"

namespace forage::http {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kAroundWords(" \t\v\f\0", 5);

std::string_view stripped(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kAroundWords);
  if (first == kNone) return {};
  return text.substr(first, text.find_last_not_of(kAroundWords) + 1 - first);
}

enum class Key : std::uint8_t { kUserAgent, kAllow, kDisallow, kCrawlDelay, kSitemap, kOther };

/// The keys, and how they are often misspelt.
constexpr std::array<std::pair<std::string_view, Key>, 15> kKeys{{
    {"user-agent", Key::kUserAgent},
    {"useragent", Key::kUserAgent},
    {"user agent", Key::kUserAgent},
    {"allow", Key::kAllow},
    {"disallow", Key::kDisallow},
    {"dissallow", Key::kDisallow},
    {"dissalow", Key::kDisallow},
    {"disalow", Key::kDisallow},
    {"diasllow", Key::kDisallow},
    {"disallaw", Key::kDisallow},
    {"crawl-delay", Key::kCrawlDelay},
    {"crawldelay", Key::kCrawlDelay},
    {"crawl delay", Key::kCrawlDelay},
    {"sitemap", Key::kSitemap},
    {"site-map", Key::kSitemap},
}};

Key keyOf(std::string_view name) noexcept {
  for (const auto& [known, key] : kKeys) {
    if (equalsIgnoreCase(name, known)) return key;
  }
  return Key::kOther;
}

struct KeyValue {
  std::string_view key;
  std::string_view value;
};

/// "key: value", or "key value" of two words. Of anything else the key is empty.
KeyValue keyValueOf(std::string_view line) noexcept {
  line = stripped(line.substr(0, line.find('#')));
  const std::size_t colon = line.find(':');
  if (colon != kNone) return {stripped(line.substr(0, colon)), stripped(line.substr(colon + 1))};
  const std::size_t blank = line.find_first_of(kAroundWords);
  if (blank == kNone) return {};
  const std::string_view value = stripped(line.substr(blank));
  if (value.find_first_of(kAroundWords) != kNone) return {};
  return {line.substr(0, blank), value};
}

bool isLetter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }
bool isTokenCharacter(char c) noexcept { return isLetter(c) || c == '_' || c == '-'; }

/// Whether the value of a user-agent line names `product`: a name ends at the first character that
/// no name has, such as '/' before a version, or a blank.
bool names(std::string_view value, std::string_view product) noexcept {
  if (product.empty() || !equalsIgnoreCase(value.substr(0, product.size()), product)) return false;
  return value.size() == product.size() || !isTokenCharacter(value[product.size()]);
}

bool namesEveryone(std::string_view value) noexcept {
  return value.starts_with('*') && (value.size() == 1 || kAroundWords.find(value[1]) != kNone);
}

/// A number of seconds, with a fraction perhaps; nothing for anything else.
std::optional<Millis> secondsOf(std::string_view text) noexcept {
  constexpr std::size_t kManyDigits = 9;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (text.find_first_not_of("0123456789.") != kNone || digits == 0) return std::nullopt;
  const std::size_t first = std::min(text.find_first_not_of('0'), digits);
  if (digits - first > kManyDigits) return RobotsTxt::kLongestDelay;
  const std::optional<Millis> span = parseDuration(text);
  return span ? std::min(*span, RobotsTxt::kLongestDelay) : span;
}

std::string_view withoutByteOrderMark(std::string_view text) noexcept {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace

void RobotsReader::read(std::string_view text) {
  if (text.size() > RobotsTxt::kMaxBytes) {
    text = text.substr(0, RobotsTxt::kMaxBytes);
    // What half a rule says is not what the whole says.
    const std::size_t last_end = text.find_last_of("\r\n");
    text = text.substr(0, last_end == kNone ? 0 : last_end);
  }
  text = withoutByteOrderMark(text);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    readLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

RobotsTxt RobotsReader::take() {
  RobotsTxt& result = any_own_ ? own_ : everyones_;
  if (any_own_) result.sitemaps_ = std::move(everyones_.sitemaps_);
  result.sort();
  return std::move(result);
}

void RobotsReader::readLine(std::string_view line) {
  const auto [name, value] = keyValueOf(line);
  switch (keyOf(name)) {
    case Key::kUserAgent:
      return takeUserAgent(value);
    case Key::kAllow:
      return takeRule(value, true);
    case Key::kDisallow:
      return takeRule(value, false);
    case Key::kCrawlDelay:
      return takeCrawlDelay(value);
    case Key::kSitemap:
      return takeSitemap(value);
    case Key::kOther:
      return;
  }
}

// A group begins with the first user-agent line after a rule. Other lines, empty ones too, begin
// and end none (section 2.2.4).
void RobotsReader::takeUserAgent(std::string_view value) {
  if (has_rules_) is_own_ = is_everyones_ = has_rules_ = false;
  if (namesEveryone(value)) is_everyones_ = true;
  if (names(value, product_)) is_own_ = any_own_ = true;
}

void RobotsReader::takeRule(std::string_view path, bool allow) {
  has_rules_ = true;
  if (is_own_) own_.add(path, allow);
  if (is_everyones_ && !any_own_) everyones_.add(path, allow);
}

void RobotsReader::takeCrawlDelay(std::string_view value) {
  const std::optional<Millis> delay = secondsOf(value);
  if (!delay) return;
  // An empty optional is less than any value.
  if (is_own_) own_.crawl_delay_ = std::max(own_.crawl_delay_, delay);
  if (is_everyones_) everyones_.crawl_delay_ = std::max(everyones_.crawl_delay_, delay);
}

void RobotsReader::takeSitemap(std::string_view value) {
  std::vector<std::string>& sitemaps = everyones_.sitemaps_;
  const bool absolute = equalsIgnoreCase(value.substr(0, 7), "http://") ||
                        equalsIgnoreCase(value.substr(0, 8), "https://");
  if (!absolute || value.size() > RobotsTxt::kMaxSitemapBytes ||
      value.find_first_of(kAroundWords) != kNone || sitemaps.size() >= RobotsTxt::kMaxSitemaps) {
    return;
  }
  sitemaps.emplace_back(value);
}

std::string_view productToken(std::string_view user_agent) noexcept {
  const auto end = std::find_if_not(user_agent.begin(), user_agent.end(),
                                    [](char c) { return isTokenCharacter(c) || isDigit(c); });
  return user_agent.substr(0, static_cast<std::size_t>(end - user_agent.begin()));
}

}  // namespace forage::http
