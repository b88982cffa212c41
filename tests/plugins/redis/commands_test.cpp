#include "commands.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::redis {
namespace {

std::string sent(const Commands& commands) {
  std::string text;
  for (const std::string_view piece : commands.pieces()) text += piece;
  return text;
}

TEST(Commands, AreWrittenAsResp) {
  Commands commands;
  commands.begin(3);
  commands.add("SET");
  commands.add("k");
  commands.add(std::string_view("a\r\n\0b", 5));
  commands.begin(2);
  commands.add("SELECT");
  commands.add(-12);
  EXPECT_EQ(sent(commands), std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\n\0b\r\n", 31) +
                                "*2\r\n$6\r\nSELECT\r\n$3\r\n-12\r\n");
  EXPECT_EQ(commands.count(), 2U);
  EXPECT_EQ(commands.bytes(), sent(commands).size());
}

TEST(Commands, ReferToLongBodiesAndCopyShortOnes) {
  const std::string small(100, 's');
  const std::string large(100'000, 'l');
  Commands commands;
  for (const std::string& body : {std::cref(small), std::cref(large), std::cref(large)}) {
    commands.begin(1);
    commands.add("head", body);
  }
  std::string expected;
  for (const std::string& body : {small, large, large}) {
    expected += "*1\r\n$" + std::to_string(4 + body.size()) + "\r\nhead" + body + "\r\n";
  }
  EXPECT_EQ(sent(commands), expected);
  EXPECT_EQ(commands.bytes(), expected.size());
  std::size_t referred = 0;
  for (const std::string_view piece : commands.pieces()) referred += piece.data() == large.data();
  EXPECT_EQ(referred, 2U);
}

TEST(Commands, GiveTheirArgumentsBack) {
  const std::string small = "\r\n$3\r\n";
  const std::string large(100'000, 'l');
  Commands commands;
  commands.begin(3);
  commands.add("SET");
  commands.add("", large);  // as a key, which is none of ours
  commands.add("head", large);
  commands.begin(2);
  commands.add("head", small);
  commands.add(-12);
  const std::vector<Command> given = commands.commands();
  ASSERT_EQ(given.size(), 2U);
  ASSERT_EQ(given[0].size(), 3U);
  EXPECT_EQ(given[0][0].head, "SET");
  EXPECT_EQ(given[0][1].head, "");
  EXPECT_EQ(given[0][1].body.data(), large.data());
  EXPECT_EQ(given[0][2].head, "head");
  EXPECT_EQ(given[0][2].size(), large.size() + 4);
  ASSERT_EQ(given[1].size(), 2U);
  EXPECT_EQ(given[1][0].head, "head" + small);
  EXPECT_EQ(given[1][1].head, "-12");
}

TEST(Commands, KnowTheKeyOfEach) {
  Commands commands;
  commands.begin(2);
  commands.add("GET");
  commands.addKey("a\r\nb");
  commands.begin(1);
  commands.add("SCAN");
  commands.begin(3);
  commands.add("SET");
  commands.addKey("");
  commands.add("value");
  EXPECT_EQ(commands.key(0), "a\r\nb");
  EXPECT_EQ(commands.key(1), std::nullopt);
  EXPECT_EQ(commands.key(2), "");
}

TEST(Commands, AreTakenOverOneByOne) {
  const std::string large(100'000, 'l');
  const std::string larger(200'000, 'm');
  Commands all;
  for (const std::string& body : {std::cref(large), std::cref(larger)}) {
    all.begin(3);
    all.add("SET");
    all.addKey("key of " + std::to_string(body.size()));
    all.add("head", body);
    all.begin(1);
    all.add("PING");
  }
  Commands some;
  some.begin(1);
  some.add("ASKING");
  for (const std::size_t index : {3U, 2U, 1U}) some.append(all, index);
  EXPECT_EQ(sent(some),
            "*1\r\n$6\r\nASKING\r\n*1\r\n$4\r\nPING\r\n"
            "*3\r\n$3\r\nSET\r\n$13\r\nkey of 200000\r\n$200004\r\nhead" +
                larger + "\r\n*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(some.count(), 4U);
  EXPECT_EQ(some.bytes(), sent(some).size());
  EXPECT_EQ(some.key(1), std::nullopt);
  EXPECT_EQ(some.key(2), "key of 200000");
}

TEST(Commands, AreEmptyAfterClear) {
  const std::string large(100'000, 'l');
  Commands commands;
  commands.begin(1);
  commands.add("", large);
  commands.clear();
  EXPECT_EQ(commands.count(), 0U);
  EXPECT_EQ(commands.bytes(), 0U);
  EXPECT_TRUE(commands.pieces().empty());
}

}  // namespace
}  // namespace forage::redis
