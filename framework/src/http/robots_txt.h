// robots.txt (RFC 9309): what one crawler may fetch of a site. Read once for one product token; of
// the groups for others nothing is kept. A value; thread-safe to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/clock.h"

namespace forage::http {

/// What a rule says of a URL.
struct RobotsRuling {
  bool allowed = true;
  std::string_view pattern;  ///< that decides, in canonical form; "" where none matches
};

class RobotsTxt {
 public:
  /// So much of a file is read, 12 KiB more than is asked for (section 2.5); a line that does not
  /// end within it is ignored.
  static constexpr std::size_t kMaxBytes = 512u << 10;
  /// So many sitemaps are kept, none longer than this.
  static constexpr std::size_t kMaxSitemaps = 1'000;
  static constexpr std::size_t kMaxSitemapBytes = 2'048;
  /// So many octets of targets are searched for one ruling, in some hundredths of a second.
  static constexpr std::size_t kMaxSearched = 8u << 20;
  /// What a Crawl-delay beyond it counts as.
  static constexpr Millis kLongestDelay = std::chrono::hours(24);

  /// Allows everything.
  RobotsTxt() = default;

  /// Reads the content of a robots.txt, whatever its bytes are, for the crawler that is called
  /// `product` (see productToken). All groups for that name count as one; those for "*" do where
  /// there is none (section 2.2.1). Takes what site owners write for what they mean: lines without
  /// a colon, the usual misspellings of the keys, any line ends, a byte order mark. Time and memory
  /// grow with the size of `text` alone.
  [[nodiscard]] static RobotsTxt parse(std::string_view text, std::string_view product);

  /// Judges the target of a request in origin form, "/path?query". Of the patterns that match the
  /// longest decides, of two as long the one that allows (section 2.2.2). "/robots.txt" is always
  /// allowed. Tries rule after rule, each in time that grows with its length and that of `target`;
  /// where thousands with '*' meet a target of thousands of octets, they are refused at
  /// kMaxSearched, so that no site can keep us busy.
  [[nodiscard]] RobotsRuling judge(std::string_view target) const;

  /// Seconds between two requests, which the RFC does not know; where it is given several times,
  /// the longest.
  [[nodiscard]] std::optional<Millis> crawlDelay() const noexcept { return crawl_delay_; }
  /// Absolute http and https URLs as they stand in the file, for whatever crawler.
  [[nodiscard]] const std::vector<std::string>& sitemaps() const noexcept { return sitemaps_; }
  [[nodiscard]] std::size_t rules() const noexcept { return rules_.size(); }
  /// What it takes beside itself.
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  friend class RobotsReader;

  struct Rule {
    std::uint32_t begin;  // in patterns_
    std::uint32_t size;
    bool allow;
    bool names_query;
  };

  [[nodiscard]] std::string_view patternOf(const Rule& rule) const noexcept {
    return std::string_view(patterns_).substr(rule.begin, rule.size);
  }
  void add(std::string_view path, bool allow);
  /// Brings the rules into the order in which they are tried.
  void sort();

  std::string patterns_;
  std::vector<Rule> rules_;  // in the order of preference: longest first, then those that allow
  std::optional<Millis> crawl_delay_;
  std::vector<std::string> sitemaps_;
};

/// The name by which groups address the sender of a User-Agent field: "forage" of "forage/0.1.0
/// (+https://example.com/bot)" (section 2.2.1). Digits are part of it, for many crawlers have some.
[[nodiscard]] std::string_view productToken(std::string_view user_agent) noexcept;

/// The pause between two requests to a site.
struct PoliteDelay {
  Millis delay{0};
  bool capped = false;  ///< the site asked for more
};

/// At most so long a site may have us wait by Crawl-delay.
inline constexpr Millis kMaxCrawlDelay{30'000};

/// The longer of our own delay and the site's, of which no more than kMaxCrawlDelay counts.
[[nodiscard]] PoliteDelay politeDelay(Millis own, std::optional<Millis> crawl_delay) noexcept;

}  // namespace forage::http
