#include "output_option.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::app {
namespace {

std::vector<PluginUse> sinks(const std::vector<std::string>& args) {
  CommandLine line("forage run", "", "", "");
  return sinksOf(addOutputOptions(line).parse(args));
}

TEST(OutputOption, ChoosesTheKindBySuffix) {
  const auto chosen = sinks({"-o", "a.jsonl", "-O", "b/c.ndjson"});
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].name, "jsonl");
  EXPECT_EQ(chosen[0].settings.text("file", ""), "a.jsonl");
  EXPECT_FALSE(chosen[0].settings.flag("overwrite", true));
  EXPECT_EQ(chosen[1].settings.text("file", ""), "b/c.ndjson");
  EXPECT_TRUE(chosen[1].settings.flag("overwrite", false));
}

TEST(OutputOption, RefusesAnUnknownSuffix) {
  EXPECT_THROW(sinks({"-o", "pages.csv"}), UsageError);
  EXPECT_THROW(sinks({"-o", "pages"}), UsageError);
  EXPECT_THROW(sinks({"-O", ""}), UsageError);
}

TEST(OutputOption, KnowsStandardOutput) {
  EXPECT_TRUE(writesToStandardOutput(sinks({"-o", "a.jsonl", "-o", "-"})));
  EXPECT_FALSE(writesToStandardOutput(sinks({"-o", "a.jsonl"})));
  EXPECT_FALSE(writesToStandardOutput({}));
}

}  // namespace
}  // namespace forage::app
