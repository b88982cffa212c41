#include "config/expansion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/file_text.h"

namespace forage::config {
namespace {

class Expansion : public testing::Test {
 protected:
  Expanded expandText(std::string_view text) { return expand(text, variables_); }

  Sources sources_;
  Findings findings_{sources_};
  Variables variables_{[](std::string_view name) -> std::optional<std::string> {
                         if (name == "HOST") return "example.com";
                         if (name == "EMPTY") return "";
                         if (name == "LITERAL") return "${HOST}";
                         if (name == "LARGE") return std::string(kMaxFile / 2, 'x');
                         return std::nullopt;
                       },
                       "", sources_, findings_};
};

TEST_F(Expansion, PutsVariablesInPlace) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"plain", "plain"},
      {"", ""},
      {"${HOST}", "example.com"},
      {"a${HOST}b${HOST}", "aexample.combexample.com"},
      {"[${EMPTY}]", "[]"},
      {"${NONE:-x y}", "x y"},
      {"${EMPTY:-x}", "x"},
      {"${HOST:-x}", "example.com"},
      {"${NONE:-}", ""},
      {"$${HOST}", "${HOST}"},
      {"${HOST}$${HOST}", "example.com${HOST}"},
      {"$HOST $$ $", "$HOST $$ $"},
      {"${LITERAL}", "${HOST}"},
  };
  for (const auto& [text, value] : table) {
    const Expanded expanded = expandText(text);
    EXPECT_EQ(expanded.text, value) << text;
    EXPECT_EQ(expanded.problem, "") << text;
    EXPECT_EQ(expanded.changed, text.find("${") != std::string::npos) << text;
  }
}

TEST_F(Expansion, SaysWhichVariableIsNotSet) {
  const Expanded expanded = expandText("redis://${HOST}/${NONE}${OTHER}");
  EXPECT_TRUE(expanded.unset);
  EXPECT_EQ(expanded.problem,
            "the variables NONE, OTHER are not set, neither in the environment nor in .env");
  EXPECT_EQ(expanded.text, "");
}

TEST_F(Expansion, RefusesWhatNamesNoVariable) {
  EXPECT_EQ(expandText("x${HOST").problem,
            "\"${\" is never closed; write \"$${\" where \"${\" is meant");
  for (const char* text : {"${}", "${1A}", "${A B}", "${A:=b}", "${:-b}", "${${HOST}}"}) {
    const Expanded expanded = expandText(text);
    EXPECT_NE(expanded.problem.find("names no variable"), std::string::npos) << text;
    EXPECT_FALSE(expanded.unset) << text;
  }
}

TEST_F(Expansion, StopsBeforeItFillsTheMemory) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "${LARGE}";
  EXPECT_EQ(expandText(text).problem, "grows beyond 1 MiB when its variables are expanded");
}

}  // namespace
}  // namespace forage::config
