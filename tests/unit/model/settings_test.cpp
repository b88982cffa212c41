#include "forage/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "forage/error.h"

namespace forage {
namespace {

using testing::HasSubstr;

Settings sample() {
  Settings::Values values;
  values["name"] = {std::string("some"), "job.toml:3:5"};
  values["on"] = {true, "job.toml:4:5"};
  values["count"] = {std::int64_t{7}, "--set"};
  values["share"] = {0.5, ""};
  values["wait"] = {std::string("1h30m"), ""};
  values["size"] = {std::string("64KiB"), "job.toml:7:1"};
  values["items"] = {std::vector<std::string>{"a", "b"}, ""};
  values["negative"] = {std::int64_t{-1}, ""};
  values["nan"] = {std::numeric_limits<double>::quiet_NaN(), ""};
  values["huge"] = {1e300, ""};
  return Settings("cache.memory", std::move(values));
}

std::string messageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.message();
  }
  return "no ConfigError";
}

TEST(Settings, GivesWhatIsSet) {
  const Settings settings = sample();
  EXPECT_EQ(settings.text("name", "other"), "some");
  EXPECT_TRUE(settings.flag("on", false));
  EXPECT_EQ(settings.integer("count", 1, 0, 7), 7);
  EXPECT_EQ(settings.duration("wait", Millis(1)), std::chrono::minutes(90));
  EXPECT_EQ(settings.size("size", 1), 65536u);
  EXPECT_THAT(settings.list("items"), testing::ElementsAre("a", "b"));
  EXPECT_TRUE(settings.has("name"));
}

TEST(Settings, GivesPathsRelativeToTheFileThatNamesThem) {
  Settings::Values values;
  values["near"] = {std::string("x/../pages.warc"), "a/job.toml:1:1", "a"};
  values["far"] = {std::string("/tmp/pages.warc"), "a/job.toml:2:1", "a"};
  values["free"] = {std::string("pages.warc"), "--set", ""};
  values["none"] = {std::string(), "a/job.toml:3:1", "a"};
  const Settings settings("cache.memory", std::move(values));
  EXPECT_EQ(settings.path("near"), "a/pages.warc");
  EXPECT_EQ(settings.path("far"), "/tmp/pages.warc");
  EXPECT_EQ(settings.path("free"), "pages.warc");
  EXPECT_EQ(settings.path("not set"), "");
  EXPECT_EQ(messageOf([&] { static_cast<void>(settings.path("none")); }),
            "a/job.toml:3:1: cache.memory.none: wants a path");
}

TEST(Settings, FallsBackWhereNothingIsSet) {
  const Settings settings;
  EXPECT_EQ(settings.text("x", "other"), "other");
  EXPECT_TRUE(settings.flag("x", true));
  EXPECT_EQ(settings.integer("x", 99, 0, 10), 99);
  EXPECT_EQ(settings.duration("x", kForever), kForever);
  EXPECT_EQ(settings.size("x", 5), 5u);
  EXPECT_TRUE(settings.list("x").empty());
  EXPECT_FALSE(settings.has("x"));
}

TEST(Settings, TakesNumbersForDurationsAndSizes) {
  const Settings settings = sample();
  EXPECT_EQ(settings.duration("count", Millis(0)), Millis(7000));
  EXPECT_EQ(settings.duration("share", Millis(0)), Millis(500));
  EXPECT_EQ(settings.size("count", 0), 7u);
}

TEST(Settings, NamesPlaceSectionAndKeyOfAWrongValue) {
  const Settings settings = sample();
  EXPECT_EQ(messageOf([&] { (void)settings.flag("name", true); }),
            "job.toml:3:5: cache.memory.name: wants true or false");
  EXPECT_THAT(messageOf([&] { (void)settings.text("count", ""); }),
              HasSubstr("--set: cache.memory.count: wants text"));
  EXPECT_THAT(messageOf([&] { (void)settings.text("items", ""); }),
              testing::StartsWith("cache.memory.items: "));
  EXPECT_THAT(messageOf([&] { settings.fail("absent", "is needed"); }),
              HasSubstr("cache.memory.absent: is needed"));
}

TEST(Settings, ShowsAWrongDurationOrSizeUnlessItIsOfAVariable) {
  Settings::Values values;
  values["wait"] = {std::string("5 minutes"), "job.toml:1:8"};
  values["size"] = {std::int64_t{-1}, "job.toml:2:8"};
  values["secret"] = {std::string("5 minutes"), "job.toml:3:8", "", true};
  const Settings settings("cache.memory", std::move(values));
  EXPECT_THAT(messageOf([&] { (void)settings.duration("wait", Millis(0)); }),
              testing::EndsWith("or seconds, not \"5 minutes\""));
  EXPECT_THAT(messageOf([&] { (void)settings.size("size", 0); }),
              testing::EndsWith("or bytes, not -1"));
  EXPECT_THAT(messageOf([&] { (void)settings.duration("secret", Millis(0)); }),
              testing::EndsWith("or seconds"));
}

TEST(Settings, WithoutATableNameThePlaceOfAValueAlone) {
  const Settings settings("", {{"file", {std::string("x"), "-o"}}});
  EXPECT_EQ(messageOf([&] { settings.fail("file", "x: cannot be opened"); }),
            "-o: x: cannot be opened");
}

TEST(Settings, RefusesOtherTypesAndValuesOutOfRange) {
  const Settings settings = sample();
  const std::function<void()> wrong[] = {
      [&] { (void)settings.integer("count", 1, 8, 9); },
      [&] { (void)settings.integer("count", 1, 0, 6); },
      [&] { (void)settings.integer("share", 1, 0, 9); },
      [&] { (void)settings.integer("name", 1, 0, 9); },
      [&] { (void)settings.duration("name", Millis(0)); },
      [&] { (void)settings.duration("on", Millis(0)); },
      [&] { (void)settings.duration("negative", Millis(0)); },
      [&] { (void)settings.duration("nan", Millis(0)); },
      [&] { (void)settings.duration("huge", Millis(0)); },
      [&] { (void)settings.size("wait", 0); },
      [&] { (void)settings.size("negative", 0); },
      [&] { (void)settings.size("share", 0); },
      [&] { (void)settings.size("items", 0); },
      [&] { (void)settings.list("name"); },
  };
  for (const auto& action : wrong) EXPECT_THROW(action(), ConfigError);
}

}  // namespace
}  // namespace forage
