#include <gtest/gtest.h>

#include <string>

#include "pipe_source.h"

namespace forage::app {
namespace {

struct Parsed {
  explicit Parsed(const std::string& line) : taken(parsePipeRequest(line, request, id, why)) {}

  RequestSpec request;
  std::string id;
  std::string why;
  bool taken;
};

std::string repeated(const std::string& text, int count) {
  std::string all = text;
  for (int i = 1; i < count; ++i) all += "," + text;
  return all;
}

std::string withFields(int count) {
  return R"({"id":1,"url":"http://a/","headers":[)" + repeated(R"(["a","b"])", count) + "]}";
}

TEST(PipeRequest, HasAThousandHeaderFieldsAndNoMore) {
  const Parsed most(withFields(1'000));
  EXPECT_TRUE(most.taken) << most.why;
  EXPECT_EQ(most.request.tag, "1");
  for (const int count : {1'001, 100'000}) {
    const Parsed more(withFields(count));
    EXPECT_FALSE(more.taken);
    EXPECT_EQ(more.id, "1");
    EXPECT_NE(more.why.find("1000"), std::string::npos) << more.why;
  }
}

// What each of these holds would take many times the memory of its text.
TEST(PipeRequest, EndsBeforeItsValuesAreMoreThanARequestHas) {
  const std::string begin = R"({"id":"x","url":"http://a/",)";
  for (const std::string& rest :
       {R"("headers":[)" + repeated("1", 100'000) + "]}", repeated(R"("url":0)", 100'000) + "}",
        R"("body":[)" + repeated("{}", 100'000) + "]}",
        R"("body":{)" + repeated(R"("":[])", 100'000) + "}}"}) {
    const Parsed parsed(begin + rest);
    EXPECT_FALSE(parsed.taken);
    EXPECT_EQ(parsed.id, "\"x\"");
    EXPECT_NE(parsed.why.find("holds more values"), std::string::npos) << parsed.why;
  }
}

TEST(PipeRequest, EndsWhereItLiesTooDeep) {
  for (const std::string open : {"[", R"({"a":)"}) {
    std::string line = R"({"id":7,"url":"http://a/","headers":)";
    for (int i = 0; i < 100'000; ++i) line += open;
    const Parsed parsed(line);
    EXPECT_FALSE(parsed.taken);
    EXPECT_EQ(parsed.id, "7");
    EXPECT_NE(parsed.why.find("lie deeper"), std::string::npos) << parsed.why;
  }
}

TEST(PipeRequest, HasNoIdWhereItIsNoJson) {
  const Parsed parsed(R"({"id":7,"url":"http://a/")");
  EXPECT_FALSE(parsed.taken);
  EXPECT_EQ(parsed.id, "null");
  EXPECT_EQ(parsed.why, "no JSON");
}

TEST(PipeRequest, HasTheLastOfItsIds) {
  EXPECT_EQ(Parsed(R"({"id":1,"url":"http://a/","id":"two"})").request.tag, "\"two\"");
  const Parsed list(R"({"id":1,"url":"http://a/","id":[2]})");
  EXPECT_FALSE(list.taken);
  EXPECT_EQ(list.id, "null");
}

}  // namespace
}  // namespace forage::app
