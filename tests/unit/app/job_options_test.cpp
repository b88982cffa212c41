#include "job_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::app {
namespace {

CacheMode mode(const std::vector<std::string>& args) {
  CommandLine line("forage run", "", "", "");
  return modeOf(addModeOptions(line).parse(args));
}

std::string complaint(const std::vector<std::string>& args) {
  try {
    static_cast<void>(mode(args));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(ModeOptions, ChooseHowTheCacheIsUsed) {
  EXPECT_EQ(mode({}), CacheMode::kNormal);
  EXPECT_EQ(mode({"--offline"}), CacheMode::kOffline);
  EXPECT_EQ(mode({"--refresh"}), CacheMode::kRefresh);
  EXPECT_EQ(mode({"--force-refresh"}), CacheMode::kForceRefresh);
  EXPECT_EQ(mode({"--offline", "--offline"}), CacheMode::kOffline);
}

TEST(ModeOptions, RefuseMoreThanOne) {
  EXPECT_EQ(complaint({"--refresh", "--offline"}), "--offline and --refresh contradict each other");
  EXPECT_EQ(complaint({"--offline", "--force-refresh"}),
            "--offline and --force-refresh contradict each other");
  EXPECT_EQ(complaint({"--force-refresh", "--refresh"}),
            "--refresh and --force-refresh contradict each other");
}

TEST(ModeOptions, TakeNoValue) { EXPECT_NE(complaint({"--offline=1"}), ""); }

}  // namespace
}  // namespace forage::app
