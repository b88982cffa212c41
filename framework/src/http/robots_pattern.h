// Patterns of robots.txt and what they match (RFC 9309, sections 2.2.2 and 2.2.3). Patterns and
// targets are brought into one form first, so that percent-encodings compare equal. Pure;
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forage::http {

/// A path with its query in the form in which patterns are compared with it: unreserved characters
/// stand for themselves, all that is neither unreserved nor reserved is percent-encoded, and
/// reserved characters are the same encoded or not. The exceptions: "%2F" in the path is no '/' and
/// "%3F" is no '?', for these take a URL apart; '*' and '$' are always encoded, for in patterns
/// they mean something else.
class RobotsTarget {
 public:
  /// Of the target of a request in origin form, "/path?query"; "" counts as "/".
  explicit RobotsTarget(std::string_view target);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The same with "%2F" in the query as '/', as patterns with a '?' have it.
  [[nodiscard]] const std::string& queryText() const noexcept {
    return query_text_.empty() ? text_ : query_text_;
  }

 private:
  std::string text_;
  std::string query_text_;  // empty: as text_
};

/// `pattern` in the form of RobotsTarget, where '*' is left for any characters and '$', as the last
/// one, for the end. Of one with a '?', "%2F" behind it is '/'.
[[nodiscard]] std::string canonicalPattern(std::string_view pattern);

/// Whether patterns such as `canonical` are compared with queryText().
[[nodiscard]] inline bool namesQuery(std::string_view canonical) noexcept {
  return canonical.find('?') != std::string_view::npos;
}

/// Matches patterns one after the other, whose memory it uses again. Takes time that grows with the
/// length of the pattern plus that of the text, whatever they are. Not thread-safe.
class PatternMatcher {
 public:
  /// Whether `text` begins with what the canonical `pattern` stands for.
  [[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

 private:
  [[nodiscard]] std::size_t find(std::string_view text, std::string_view piece);

  std::vector<std::uint32_t> borders_;
};

}  // namespace forage::http
