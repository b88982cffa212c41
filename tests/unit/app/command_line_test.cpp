#include "command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Args = std::vector<std::string>;

CommandLine sample() {
  CommandLine line("forage run", "JOB.toml...", "Does it.", "  forage run a.toml\n");
  line.option("output", "o", "FILE", "append")
      .option("overwrite", "O", "FILE", "write")
      .option("set", "", "K=V", "set")
      .flag("quiet", "q", "say less")
      .flag("verbose", "v", "say more")
      .number("parallel-max", "N", 1, 64, "at once");
  return line;
}

Arguments parse(const Args& args) { return sample().parse(args); }

std::string complaint(const Args& args) {
  try {
    static_cast<void>(parse(args));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(CommandLine, TellsOptionsFromOperands) {
  const Arguments arguments = parse({"a.toml", "-q", "b.toml", "-o", "x.jsonl"});
  EXPECT_THAT(arguments.operands(), ElementsAre("a.toml", "b.toml"));
  EXPECT_TRUE(arguments.has("quiet"));
  EXPECT_EQ(arguments.value("output"), "x.jsonl");
  EXPECT_FALSE(arguments.has("overwrite"));
  EXPECT_EQ(arguments.value("overwrite", "none"), "none");
}

TEST(CommandLine, TakesValuesBesideAndBehindTheirOption) {
  const Arguments arguments =
      parse({"--set", "a=1", "--set=b.c=2:3=4", "-ox", "-O", "Y", "--set", "-q", "--set", "--"});
  EXPECT_THAT(arguments.values("set"), ElementsAre("a=1", "b.c=2:3=4", "-q", "--"));
  EXPECT_EQ(arguments.value("output"), "x");
  EXPECT_EQ(arguments.value("overwrite"), "Y");
}

TEST(CommandLine, TakesTheLastOfSeveralValues) {
  EXPECT_EQ(parse({"-o", "a", "-o", "b"}).value("output"), "b");
}

TEST(CommandLine, EndsOptionsAtTwoDashes) {
  EXPECT_THAT(parse({"--", "-q", "--set"}).operands(), ElementsAre("-q", "--set"));
}

TEST(CommandLine, TakesASingleDashForAnOperand) {
  EXPECT_THAT(parse({"-"}).operands(), ElementsAre("-"));
}

TEST(CommandLine, SuggestsTheNearestOption) {
  EXPECT_EQ(complaint({"--outptu=x"}), "unknown option --outptu, did you mean --output?");
  EXPECT_EQ(complaint({"--zzzzzz"}), "unknown option --zzzzzz");
  EXPECT_EQ(complaint({"--paralel"}), "unknown option --paralel, did you mean --parallel-max?");
  EXPECT_EQ(complaint({"--parll", "3"}), "unknown option --parll, did you mean --parallel-max?");
  EXPECT_EQ(complaint({"-z"}), "unknown option -z");
}

TEST(CommandLine, TakesNoAbbreviations) {
  // Poco::Util::OptionSet does; an option that is added later would then break who relied on it.
  EXPECT_THAT(complaint({"--quie"}), HasSubstr("unknown option --quie"));
  EXPECT_THAT(complaint({"--parallel", "3"}), HasSubstr("unknown option --parallel"));
}

TEST(CommandLine, WantsTheValueOfAnOption) {
  // Poco::Util::OptionProcessor takes "--set" as the last argument for "--set=".
  EXPECT_THAT(complaint({"--set"}), HasSubstr("wants a value"));
  EXPECT_THAT(complaint({"-o"}), HasSubstr("wants a value"));
}

TEST(CommandLine, RefusesAValueWhereNoneBelongs) {
  EXPECT_EQ(complaint({"--quiet=1"}), "--quiet takes no value");
  EXPECT_EQ(complaint({"-q=1"}), "--quiet takes no value");
  EXPECT_EQ(complaint({"-qx"}), "unknown option -x");
}

TEST(CommandLine, TakesLettersThatStandTogether) {
  const Arguments arguments = parse({"-qv", "-vqoX", "-vo", "-q"});
  EXPECT_TRUE(arguments.has("quiet"));
  EXPECT_TRUE(arguments.has("verbose"));
  EXPECT_THAT(arguments.values("output"), ElementsAre("X", "-q"));
}

TEST(CommandLine, ValidatesNumbers) {
  EXPECT_EQ(parse({"--parallel-max", "64"}).value("parallel-max"), "64");
  const std::string wants = "--parallel-max wants a whole number from 1 to 64, not ";
  for (const std::string bad : {"65", "0", "-1", "many", "3x", "", "99999999999"}) {
    EXPECT_EQ(complaint({"--parallel-max", bad}), wants + bad);
  }
}

TEST(CommandLine, HelpShowsOptionsAndExamples) {
  const std::string help = sample().help();
  EXPECT_THAT(help, HasSubstr("usage: forage run JOB.toml..."));
  EXPECT_THAT(help, HasSubstr("-oFILE, --output=FILE"));
  EXPECT_THAT(help, HasSubstr("-h, --help"));
  EXPECT_THAT(help, HasSubstr("Examples:\n  forage run a.toml\n"));
  const std::string words =
      "A purpose of so many words that it takes more than one line of the help, ";
  EXPECT_THAT(CommandLine("forage x", "", words + words, "").help(), Not(HasSubstr(" \n")));
}

}  // namespace
}  // namespace forage::app
