#include "config/toml_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "config/file_text.h"

namespace forage::config {
namespace {

std::string repeated(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

TEST(TomlReader, KnowsThePlaceOfEveryKeyAndValue) {
  const TomlText toml = readToml("\n[cache]\n  plugin =   \"memory\"\nurls = [1,\n  2]\n", 7);
  ASSERT_TRUE(toml.root);
  const Node* plugin = toml.root->find("cache")->find("plugin");
  EXPECT_EQ(plugin->key_place, (Place{7, 3, 3}));
  EXPECT_EQ(plugin->place, (Place{7, 3, 14}));
  EXPECT_EQ((*toml.root->find("cache")->find("urls")->list())[1].place, (Place{7, 5, 3}));
}

TEST(TomlReader, SaysWhereTextIsNoToml) {
  const TomlText toml = readToml("a = 1\nb = = 2\n", 3);
  EXPECT_FALSE(toml.root);
  EXPECT_EQ(toml.place.source, 3u);
  EXPECT_EQ(toml.place.line, 2u);
  EXPECT_NE(toml.problem, "");
  EXPECT_EQ(toml.problem.find('\n'), std::string::npos);
}

// Each of these ends the process by a stack overflow, or would fill the memory, when the limit
// goes.
TEST(TomlReader, RefusesWhatNestsTooDeepBeforeParsingIt) {
  const std::size_t deep = 100'000;
  for (const std::string& text :
       {"[a" + repeated(".a", deep) + "]\n", "a" + repeated(".a", deep) + " = 1\n",
        "a = " + repeated("[", deep), "a = " + repeated("{a=", deep),
        "x = \"\"\"\"\"\"\n[[a" + repeated(" . a", deep) + "]]\n",
        "x = '''it's''' # comment\n[a" + repeated(".\"b\"", deep) + "]\n"}) {
    const TomlText toml = readToml(text, 0);
    EXPECT_FALSE(toml.root);
    EXPECT_EQ(toml.problem, "keys or brackets nest deeper than 16") << text.substr(0, 40);
  }
}

TEST(TomlReader, SaysWhereItNestsTooDeep) {
  const TomlText toml = readToml("x = 1\n  [a" + repeated(".a", 17) + "]\n", 0);
  EXPECT_EQ(toml.place, (Place{0, 2, 37}));
}

TEST(TomlReader, TakesDotsAndBracketsInTextAndCommentsForWhatTheyAre) {
  const std::string noise = repeated(".[{", 50);
  for (const std::string& text :
       {"a = \"" + noise + "\"\n", "a = '" + noise + "'\n", "a = 1 # " + noise + "\nb = 2\n",
        "a = \"\"\"\n" + noise + "\n\\\"\"\" " + noise + "\"\"\"\n",
        "a = '''\n" + noise + "'' " + noise + "'''\n", "a = \"\\\"" + noise + "\"\n",
        "a = \"\"\"x" + noise + "\"\"\"\"\"\nb = 1\n", "\"" + noise + "\" = 1\n",
        "a = [" + repeated("1.5, ", 1000) + "]\n"}) {
    const TomlText toml = readToml(text, 0);
    EXPECT_TRUE(toml.root) << text.substr(0, 30) << ": " << toml.problem;
  }
}

TEST(TomlReader, RefusesAFileOfMoreThanAMegabyte) {
  const std::string large = "# " + std::string(kMaxFile, 'x');
  EXPECT_EQ(readToml(large, 0).problem, "is larger than 1 MiB");
}

TEST(TomlReader, RefusesHostileBytes) {
  for (const std::string& text :
       {std::string("a = \"\xff\xfe\"\n"), std::string("a = \"\xc3\"\n"), std::string("\0\0", 2),
        std::string("a = \"\x01\"\n"), std::string("a = 1\0b = 2", 11), std::string("\x80"),
        std::string("a = 99999999999999999999999\n"), std::string("[a]\n[a]\n"),
        std::string("a = 1\na.b = 2\n"), std::string("a = \"\\ud800\"\n"), std::string("a = '''"),
        std::string("a = \"\"\"\\"), std::string("a = \"\\"), std::string("a = {"),
        std::string("\xef\xbb\xbf\xef\xbb\xbf")}) {
    const TomlText toml = readToml(text, 0);
    EXPECT_FALSE(toml.root) << text;
    EXPECT_NE(toml.problem, "") << text;
  }
}

TEST(TomlReader, SurvivesEveryPrefixOfAFileAndEveryChangedByte) {
  const std::string text =
      "a.b = 'x' # c\n[t]\nk = \"\"\"m\\\n\"\"\"\nl = [1, {x = 1.5}]\n[[g]]\nd = 1979-05-27\n";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    static_cast<void>(readToml(text.substr(0, i), 0));
    for (const char c : {'\0', '"', '\'', '[', '{', '.', '\n', '\\', '\xff', '='}) {
      std::string changed = text;
      if (i < text.size()) changed[i] = c;
      const TomlText toml = readToml(changed, 0);
      EXPECT_NE(toml.root.has_value(), !toml.problem.empty());
    }
  }
}

TEST(Node, IsShownAsToml) {
  const TomlText toml =
      readToml("a = [\"q\\\"\\u0001\", 1, 2.5, true, {\"x y\" = -1}]\nb = 'back\\slash'", 0);
  EXPECT_EQ(toToml(*toml.root->find("a")), R"(["q\"\u0001", 1, 2.5, true, {"x y" = -1}])");
  EXPECT_EQ(toToml(*toml.root->find("b")), R"("back\\slash")");
}

}  // namespace
}  // namespace forage::config
