// What a robots.txt says to the crawler "forage", as rows of a table.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/robots_txt.h"
#include "unit/http/rule_rows.h"

namespace forage::http::test {

struct RobotsFile : Row {
  std::string text;
  std::vector<std::string> allowed;
  std::vector<std::string> refused;
};

inline void expectObeyed(const RobotsFile& file) {
  const RobotsTxt robots = RobotsTxt::parse(file.text, "forage");
  for (const std::string& target : file.allowed) {
    EXPECT_TRUE(robots.judge(target).allowed) << target;
  }
  for (const std::string& target : file.refused) {
    EXPECT_FALSE(robots.judge(target).allowed) << target;
  }
}

}  // namespace forage::http::test
