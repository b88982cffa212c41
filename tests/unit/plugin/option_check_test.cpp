// PluginHost::check: options of every type, right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "forage/error.h"
#include "forage/plugin_host.h"

namespace forage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> check(PluginUse use, PluginKind kind = PluginKind::kCache) {
  const SystemClock clock;
  PluginHost host({TEST_PLUGINS}, clock);
  try {
    host.check(kind, use);
    return {};
  } catch (const ConfigError& error) {
    return error.findings();
  }
}

std::vector<std::string> check(Settings::Values values) {
  return check({"fine", Settings("cache.fine", std::move(values)), "", {}});
}

TEST(OptionCheck, AcceptsEveryTypeAsItMayBeWritten) {
  using Texts = std::vector<std::string>;
  EXPECT_THAT(check({{"folder", {std::string("x"), ""}},
                     {"append", {true, ""}},
                     {"count", {std::int64_t{-5}, ""}},
                     {"timeout", {std::string("1h30m"), ""}},
                     {"max_size", {std::string("1GiB"), ""}},
                     {"names", {Texts{"a"}, ""}},
                     {"file", {std::string("x"), ""}}}),
              IsEmpty());
  EXPECT_THAT(check({{"timeout", {1.5, ""}}, {"max_size", {std::int64_t{100}, ""}}}), IsEmpty());
  EXPECT_THAT(check({{"timeout", {std::int64_t{3}, ""}}}), IsEmpty());
}

TEST(OptionCheck, TellsEveryWrongTypeAtOnce) {
  EXPECT_THAT(check({{"folder", {true, "j:1:1"}},
                     {"append", {std::string("yes"), "j:2:1"}},
                     {"count", {1.5, "j:3:1"}},
                     {"timeout", {std::string("soon"), "j:4:1"}},
                     {"max_size", {std::int64_t{-1}, "j:5:1"}},
                     {"names", {std::string("a"), "j:6:1"}},
                     {"file", {std::int64_t{1}, "j:7:1"}}}),
              ElementsAre("j:2:1: cache.fine.append: wants true or false",
                          "j:3:1: cache.fine.count: wants a whole number",
                          "j:7:1: cache.fine.file: wants text in quotes",
                          "j:1:1: cache.fine.folder: wants text in quotes",
                          "j:5:1: cache.fine.max_size: wants a size such as \"64KiB\", \"256MiB\", "
                          "or bytes, not -1",
                          "j:6:1: cache.fine.names: wants a list of texts",
                          "j:4:1: cache.fine.timeout: wants a duration such as \"500ms\", \"30s\", "
                          "\"1h30m\", or seconds, not \"soon\""));
}

TEST(OptionCheck, LeavesAloneWhatAVariableStandsFor) {
  EXPECT_THAT(check({{"count", {std::string("${COUNT}"), ""}}}), IsEmpty());
  EXPECT_THAT(check({{"cuont", {std::string("${COUNT}"), ""}}}),
              ElementsAre("cache.fine.cuont: unknown option of the plugin \"fine\", did you mean "
                          "\"count\"?"));
}

TEST(OptionCheck, IgnoresGeneralKeysThatThePluginHasNoUseFor) {
  EXPECT_THAT(check({{"url", {std::string("redis://h"), ""}}}), IsEmpty());
  EXPECT_THAT(check({{"ca_file", {std::string("x"), ""}}}),
              ElementsAre("cache.fine.ca_file: unknown option of the plugin \"fine\""));
}

TEST(OptionCheck, MindsAnUnsetVariableOnlyOfAnOptionThePluginHas) {
  PluginUse use{"fine", Settings("cache.fine", {}), "", {{"url", "j:1:1: cache.url: not set"}}};
  EXPECT_THAT(check(use), IsEmpty());
  use.name = "throws";
  EXPECT_THAT(check(use), ElementsAre("j:1:1: cache.url: not set"));
}

}  // namespace
}  // namespace forage
