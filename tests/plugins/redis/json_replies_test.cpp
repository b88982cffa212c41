#include "json_replies.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fault.h"

namespace forage::redis {
namespace {

using Type = Reply::Type;

Reply only(std::string_view json) {
  std::vector<Reply> replies = readJsonReplies(json);
  EXPECT_EQ(replies.size(), 1U) << json;
  return replies.empty() ? Reply{} : replies.front();
}

TEST(JsonReplies, ReadEveryKindOfResult) {
  EXPECT_EQ(only(R"({"result":null})").type, Type::kNil);
  EXPECT_EQ(only(R"({"result":"OK"})").type, Type::kStatus);
  EXPECT_EQ(only(R"({"result":-2})").integer, -2);
  const Reply text = only(R"( {"result":"AP8="} )");
  EXPECT_EQ(text.type, Type::kString);
  EXPECT_EQ(text.text, std::string("\0\xff", 2));
  const Reply error = only(R"({"error":"ERR no \"such\" thing"})");
  EXPECT_EQ(error.type, Type::kError);
  EXPECT_EQ(error.text, "ERR no \"such\" thing");
}

TEST(JsonReplies, ReadArraysWithinArrays) {
  const Reply step = only(R"({"result":["MA==",["YQ==",null,["Yg=="],"OK"],7]})");
  ASSERT_EQ(step.type, Type::kArray);
  ASSERT_EQ(step.items.size(), 3U);
  EXPECT_EQ(step.items[0].text, "0");
  ASSERT_EQ(step.items[1].items.size(), 4U);
  EXPECT_EQ(step.items[1].items[0].text, "a");
  EXPECT_EQ(step.items[1].items[1].type, Type::kNil);
  EXPECT_EQ(step.items[1].items[2].items.front().text, "b");
  EXPECT_EQ(step.items[1].items[3].type, Type::kStatus);
  EXPECT_EQ(step.items[2].integer, 7);
}

TEST(JsonReplies, ReadAPipelineInItsOrder) {
  const std::vector<Reply> replies =
      readJsonReplies(R"([{"result":1},{"error":"ERR"},{"result":[]},{"result":"YQ=="}])");
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_EQ(replies[0].integer, 1);
  EXPECT_EQ(replies[1].type, Type::kError);
  EXPECT_EQ(replies[2].type, Type::kArray);
  EXPECT_EQ(replies[3].text, "a");
  EXPECT_TRUE(readJsonReplies("[]").empty());
}

TEST(JsonReplies, RefuseWhatTheApiNeverSays) {
  for (const std::string_view json : {"",
                                      "null",
                                      "7",
                                      "\"OK\"",
                                      "{}",
                                      R"({"result":1)",
                                      R"({"result":1}x)",
                                      R"({"result":1}{"result":1})",
                                      R"({"result":1,"error":"x"})",
                                      R"({"result":1,"result":2})",
                                      R"({"other":1})",
                                      R"({"result":true})",
                                      R"({"result":1.5})",
                                      R"({"result":{"a":1}})",
                                      R"({"result":"plain text"})",
                                      R"({"error":7})",
                                      R"({"error":null})",
                                      R"({"error":["x"]})",
                                      R"([[{"result":1}]])",
                                      R"([1])",
                                      R"([{"result":1},7])",
                                      R"({"result":18446744073709551615})",
                                      R"({"result":["a"]})"}) {
    EXPECT_THROW((void)readJsonReplies(json), ConnectionError) << json;
  }
}

TEST(JsonReplies, AreBoundedInDepthAndParts) {
  const std::string deep = R"({"result":)" + std::string(100'000, '[');
  EXPECT_THROW((void)readJsonReplies(deep), ConnectionError);
  std::string wide = R"({"result":[)";
  for (int i = 0; i < 100'001; ++i) wide += "1,";
  wide += "1]}";
  EXPECT_THROW((void)readJsonReplies(wide), ConnectionError);
  std::string many = "[";
  for (int i = 0; i < 100'001; ++i) many += R"({"result":1},)";
  many += R"({"result":1}])";
  EXPECT_THROW((void)readJsonReplies(many), ConnectionError);
}

TEST(JsonReplies, AreReadOrRefusedWhateverTheBytes) {
  const std::string whole =
      R"([{"result":["MA==",[null,7,"OK"]]},{"error":"ERR \u00fc"},{"result":"YWJj"}])";
  std::minstd_rand random(1);  // the same bytes each time
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string json = whole;
    for (unsigned change = random() % 4; change > 0; --change) {
      const std::size_t at = random() % json.size();
      if (random() % 3 == 0) json.erase(at, 1 + random() % 5);
      if (json.empty()) break;
      json[random() % json.size()] = static_cast<char>(random() % 256);
    }
    try {
      read += readJsonReplies(json).size();
    } catch (const ConnectionError& error) {
      EXPECT_EQ(error.fault(), Fault::kProtocol);
    }
  }
  EXPECT_GT(read, 0U);
}

}  // namespace
}  // namespace forage::redis
