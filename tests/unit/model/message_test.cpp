#include "forage/message.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace forage {
namespace {

std::vector<std::string> listed(std::string_view block) {
  std::vector<std::string> fields;
  for (const HeaderField& field : HeadersView(block)) {
    fields.push_back(std::string(field.name) + "=" + std::string(field.value));
  }
  return fields;
}

using Fields = std::vector<std::string>;

TEST(HeadersView, ReadsFieldsInOrder) {
  EXPECT_EQ(listed("A: 1\r\nB: 2\r\nA: 3\r\n"), (Fields{"A=1", "B=2", "A=3"}));
}

TEST(HeadersView, TrimsBlanksAroundValuesOnly) {
  EXPECT_EQ(listed("A: \t x y \t\r\nB:z\r\nC:\r\nD:   \r\n"), (Fields{"A=x y", "B=z", "C=", "D="}));
}

TEST(HeadersView, KeepsColonsInValues) {
  EXPECT_EQ(listed("Location: http://h:1/\r\n"), Fields{"Location=http://h:1/"});
}

TEST(HeadersView, ReadsALastLineWithoutItsEnd) {
  EXPECT_EQ(listed("A: 1\r\nB: 2"), (Fields{"A=1", "B=2"}));
  EXPECT_EQ(listed("A:"), Fields{"A="});
  EXPECT_EQ(listed("A: 1\nB: 2\n"), (Fields{"A=1", "B=2"}));
}

TEST(HeadersView, EndsAtALineWithoutAColon) {
  EXPECT_EQ(listed("A: 1\r\nnothing\r\nB: 2\r\n"), Fields{"A=1"});
  EXPECT_EQ(listed("A: 1\r\n\r\nB: 2\r\n"), Fields{"A=1"});
  EXPECT_EQ(listed("nothing"), Fields{});
  EXPECT_EQ(listed("\r\n"), Fields{});
  EXPECT_EQ(listed("\n:\n"), Fields{});
  EXPECT_EQ(listed(""), Fields{});
}

TEST(HeadersView, ReadsHostileBytesWithinTheBlock) {
  std::mt19937 random(1);
  const std::string_view alphabet("aB:\r\n \t\0\xff", 9);
  for (int round = 0; round < 20'000; ++round) {
    std::string block(random() % 40, '\0');
    for (char& c : block) c = alphabet[random() % alphabet.size()];
    std::size_t fields = 0;
    for (const HeaderField& field : HeadersView(block)) {
      ++fields;
      EXPECT_EQ(field.name.find_first_of(":\n"), std::string_view::npos);
      EXPECT_EQ(field.value.find('\n'), std::string_view::npos);
      if (!field.value.empty()) {
        EXPECT_GE(field.value.data(), block.data());
        EXPECT_LE(field.value.data() + field.value.size(), block.data() + block.size());
      }
    }
    EXPECT_LE(fields, block.size());
    for (const std::string_view name : {"a", "B", "ab", ""}) {
      std::optional<std::string_view> first;
      for (const HeaderField& field : HeadersView(block)) {
        if (!first && equalsIgnoreCase(field.name, name)) first = field.value;
      }
      ASSERT_EQ(HeadersView(block).find(name), first)
          << name << " in " << testing::PrintToString(block);
    }
  }
}

TEST(HeadersView, FindsNamesWhateverTheirCase) {
  const HeadersView headers("content-TYPE: text/html\r\nVary: a\r\nvary: b\r\nVARY:\r\n");
  EXPECT_EQ(headers.find("Content-Type"), "text/html");
  EXPECT_EQ(headers.find("Vary"), "a");
  EXPECT_EQ(headers.find("Var"), std::nullopt);
  EXPECT_EQ(headers.find("Content-Type:"), std::nullopt);
  EXPECT_EQ(headers.count("vary"), 3u);
  EXPECT_EQ(headers.count("none"), 0u);
}

TEST(HeadersView, JoinsAllValuesOfAName) {
  const HeadersView headers("Vary: a\r\nX: 1\r\nvary: b\r\nVARY:\r\n");
  EXPECT_EQ(headers.joined("Vary"), "a, b, ");
  EXPECT_EQ(headers.joined("X"), "1");
  EXPECT_EQ(headers.joined("none"), "");
}

TEST(Headers, AddsSetsAndRemoves) {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");
  EXPECT_EQ(headers.block(), "A: 1\r\nB: 2\r\na: 3\r\n");
  headers.set("A", "4");
  EXPECT_EQ(headers.block(), "B: 2\r\nA: 4\r\n");
  headers.remove("none");
  headers.remove("b");
  EXPECT_EQ(headers.block(), "A: 4\r\n");
  headers.remove("A");
  EXPECT_TRUE(headers.view().empty());
}

TEST(EqualsIgnoreCase, FoldsAsciiLettersOnly) {
  EXPECT_TRUE(equalsIgnoreCase("ETag", "etAG"));
  EXPECT_TRUE(equalsIgnoreCase("", ""));
  EXPECT_FALSE(equalsIgnoreCase("a", "ab"));
  EXPECT_FALSE(equalsIgnoreCase("@[", "`{"));
  EXPECT_FALSE(equalsIgnoreCase("\xc4", "\xe4"));
}

}  // namespace
}  // namespace forage
