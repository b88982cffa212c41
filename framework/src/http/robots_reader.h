// Reads the lines of a robots.txt (RFC 9309, section 2.2) into a RobotsTxt. Used once; not
// thread-safe.
#pragma once

#include <string_view>

#include "http/robots_txt.h"

namespace forage::http {

class RobotsReader {
 public:
  /// `product` outlives this.
  explicit RobotsReader(std::string_view product) noexcept : product_(product) {}

  void read(std::string_view text);
  /// What was read, for the product. Ends the use of this.
  [[nodiscard]] RobotsTxt take();

 private:
  void readLine(std::string_view line);
  void takeUserAgent(std::string_view value);
  void takeRule(std::string_view path, bool allow);
  void takeCrawlDelay(std::string_view value);
  void takeSitemap(std::string_view value);

  std::string_view product_;
  RobotsTxt own_;        // of groups for the product
  RobotsTxt everyones_;  // of groups for "*"
  bool any_own_ = false;
  // Of the group that is being read.
  bool is_own_ = false;
  bool is_everyones_ = false;
  bool has_rules_ = false;
};

}  // namespace forage::http
