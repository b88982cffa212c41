#include "config/layers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/toml_reader.h"

namespace forage::config {
namespace {

Node parsed(std::string_view text) {
  TomlText toml = readToml(text, 0);
  EXPECT_TRUE(toml.root) << toml.problem;
  return std::move(*toml.root);
}

std::string merged(const std::vector<std::string>& layers) {
  Node root;
  root.data = Node::Table{};
  for (const std::string& layer : layers) mergeInto(root, parsed(layer));
  return toToml(root);
}

TEST(Layers, MergeTablesByKey) {
  EXPECT_EQ(merged({"[cache]\na = 1\nb = 1\n[cache.x]\nc = 1", "[cache]\nb = 2\n[cache.x]\nd = 2",
                    "[fetch]\ne = 3"}),
            "{cache = {a = 1, b = 2, x = {c = 1, d = 2}}, fetch = {e = 3}}");
}

TEST(Layers, ReplaceListsAsAWhole) {
  EXPECT_EQ(merged({"a = [1, 2]\n[[sink]]\nplugin = 'x'\n", "a = [3]\n[[sink]]\nplugin = 'y'"}),
            "{a = [3], sink = [{plugin = \"y\"}]}");
}

TEST(Layers, ReplaceAGroupOfAKnownNameAndAddOthers) {
  EXPECT_EQ(merged({"[[group]]\nname = 'a'\nurls = [1]\n[[group]]\nname = 'b'\n[[group]]\nn = 1",
                    "[[group]]\nname = 'c'\n[[group]]\nname = 'a'\nurls = [2]\n[[group]]\nn = 2"}),
            "{group = [{name = \"a\", urls = [2]}, {name = \"b\"}, {n = 1}, {name = \"c\"}, "
            "{n = 2}]}");
}

TEST(Layers, MergeOverlaysOfOneName) {
  EXPECT_EQ(merged({"[env.t]\nx = 1\n[[env.t.group]]\nname = 'a'",
                    "[env.t]\ny = 2\n[[env.t.group]]\nname = 'a'\nz = 1\n[env.u]\nx = 1"}),
            "{env = {t = {group = [{name = \"a\", z = 1}], x = 1, y = 2}, u = {x = 1}}}");
}

TEST(Layers, SurviveMembersOfAnotherKind) {
  EXPECT_EQ(merged({"a = 1\n[group]\nx = 1", "[a]\nb = 1\n[[group]]\nname = 'g'"}),
            "{a = {b = 1}, group = [{name = \"g\"}]}");
  EXPECT_EQ(merged({"[[group]]\nname = 'g'", "group = 5", "group = []"}), "{group = []}");
}

TEST(Layers, OfTheCommandLineReplaceAllGroups) {
  Node root = parsed("[cache]\na = 1\n[[group]]\nname = 'a'\n[[group]]\nname = 'b'");
  setIn(root, parsed("cache.b = 2\ngroup = [{name = 'b', urls = [1]}]"));
  EXPECT_EQ(toToml(root), "{cache = {a = 1, b = 2}, group = [{name = \"b\", urls = [1]}]}");
}

TEST(Overlay, IsLaidOverTheFilesAndLeavesNoTrace) {
  Node root = parsed(
      "[cache]\nplugin = 'redis'\nurl = 'u'\n[[group]]\nname = 'a'\n"
      "[env.test]\ncache.plugin = 'memory'\n[[env.test.group]]\nname = 'a'\nurls = []\n[env.x]\n");
  EXPECT_FALSE(applyOverlay(root, "test"));
  EXPECT_EQ(toToml(root),
            "{cache = {plugin = \"memory\", url = \"u\"}, group = [{name = \"a\", urls = []}]}");
}

TEST(Overlay, OfAnUnknownNameTellsTheKnownOnes) {
  Node root = parsed("[env.test]\n[env.live]\n");
  EXPECT_EQ(applyOverlay(root, "tset"), (std::vector<std::string>{"live", "test"}));
}

class SetOption : public testing::Test {
 protected:
  std::string layer(std::string_view set) {
    const auto node = layerOfSet(set, {sources_.add("--set"), 1, 1}, findings_);
    return node ? toToml(*node) : "nothing";
  }

  Sources sources_;
  Findings findings_{sources_};
};

TEST_F(SetOption, TakesATomlValueOrBareText) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"fetch.parallel_max=4", "{fetch = {parallel_max = 4}}"},
      {"a.b.c=true", "{a = {b = {c = true}}}"},
      {"a=\"4\"", "{a = \"4\"}"},
      {"a=['x', 'y']", "{a = [\"x\", \"y\"]}"},
      {"a={b = 1}", "{a = {b = 1}}"},
      {"a=redis://h:1/0", "{a = \"redis://h:1/0\"}"},
      {"a=30s", "{a = \"30s\"}"},
      {"a=x = y", "{a = \"x = y\"}"},
      {"a=", "{a = \"\"}"},
      {"a=#x", "{a = \"#x\"}"},
      {"a=[1", "{a = \"[1\"}"},
      {"a=1979-05-27", "{a = \"1979-05-27\"}"},
      {" a . \"b.c\" =1", "{a = {\"b.c\" = 1}}"},
      {"a=1\nb = 2", "{a = \"1\\u000ab = 2\"}"},
  };
  for (const auto& [set, toml] : table) EXPECT_EQ(layer(set), toml) << set;
  EXPECT_TRUE(findings_.empty());
}

TEST_F(SetOption, RefusesWhatIsNoKeyAndValue) {
  for (const char* set : {"cache.url", "=1", "a..b=1", "a b=1", "[x]\na=1", "a.=1", "#=1",
                          "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1"}) {
    EXPECT_EQ(layer(set), "nothing") << set;
    EXPECT_FALSE(findings_.empty()) << set;
  }
}

TEST(LayerOfText, KeepsTextFromBeingExpanded) {
  EXPECT_EQ(toToml(layerOfText("cache", "url", "redis://${x}/$y", {})),
            "{cache = {url = \"redis://$${x}/$y\"}}");
}

}  // namespace
}  // namespace forage::config
