#include "config/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace forage::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::pair<DotenvValues, std::vector<std::string>> parse(std::string_view text) {
  std::vector<std::string> problems;
  DotenvValues values = parseDotenv(text, [&](std::uint32_t line, std::string_view what) {
    problems.push_back(std::to_string(line) + ": " + std::string(what));
  });
  return {std::move(values), std::move(problems)};
}

TEST(Dotenv, ReadsEveryFormOfAssignment) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"A=1", "1"},
      {"  A = 1  ", "1"},
      {"export A=1", "1"},
      {"export\tA=1\r\n", "1"},
      {"A=", ""},
      {"A=a=b", "a=b"},
      {"A=redis://h/0#x", "redis://h/0#x"},
      {"A=x # comment", "x"},
      {"A=# comment", ""},
      {"A=\"x # no comment\" # comment", "x # no comment"},
      {"A='$x \\n \"'", "$x \\n \""},
      {"A=\"a\\nb\\t\\\"\\\\\\$\\q\"", "a\nb\t\"\\$\\q"},
      {"A=\"two\nlines\"", "two\nlines"},
      {"A=it's", "it's"},
      {"A=1\nA=2", "2"},
      {"\xef\xbb\xbf"
       "A=1",
       "1"},
  };
  for (const auto& [text, value] : table) {
    const auto [values, problems] = parse(text);
    EXPECT_THAT(values, ElementsAre(Pair("A", value))) << text;
    EXPECT_THAT(problems, IsEmpty()) << text;
  }
}

TEST(Dotenv, SkipsCommentsAndEmptyLines) {
  const auto [values, problems] = parse("# a\n\n   \n\t# B=1\nC=1\n");
  EXPECT_THAT(values, ElementsAre(Pair("C", "1")));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Dotenv, SaysWhichLineIsNoAssignmentAndReadsOn) {
  const auto [values, problems] =
      parse("A=1\nnot one\n1B=2\n=3\nC='x' y\nD=\"a\nb\" c\nE=5\nF='never");
  EXPECT_THAT(values, ElementsAre(Pair("A", "1"), Pair("E", "5")));
  EXPECT_THAT(
      problems,
      ElementsAre("2: wants NAME=value", "3: wants NAME=value", "4: wants NAME=value",
                  "5: wants nothing after the closing quote",
                  "6: wants nothing after the closing quote", "9: the quote is never closed"));
}

TEST(Dotenv, SurvivesEveryPrefix) {
  const std::string text = "export A=\"x\\\n\\\"y\" # c\nB='z'\n\\\n";
  for (std::size_t i = 0; i <= text.size(); ++i) static_cast<void>(parse(text.substr(0, i)));
}

}  // namespace
}  // namespace forage::config
