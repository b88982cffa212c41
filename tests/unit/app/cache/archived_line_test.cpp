#include "cache/archived_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cache/json_text.h"

namespace forage::app {
namespace {

using testing::HasSubstr;

Json good() {
  return Json::parse(R"({"key":"url:http://h/a","status":200,"reason":"OK",
    "requested":"2024-01-01T00:00:00.000Z","received":"2024-01-01T00:00:01.000Z","expires":null,
    "headers":[["A","1"]],"bytes":2,"body_b64":"aGk="})");
}

EntryPtr entryIn(const std::string& line) {
  auto result = entryOfLine(line, {});
  return std::holds_alternative<EntryPtr>(result) ? std::get<EntryPtr>(result) : nullptr;
}

std::string problem(const std::string& line) {
  auto result = entryOfLine(line, {});
  return std::holds_alternative<std::string>(result) ? std::get<std::string>(result) : "";
}

std::string problemWith(const std::string& key, const Json& value) {
  Json json = good();
  json[key] = value;
  return problem(json.dump());
}

TEST(ArchivedLine, BecomesAnEntry) {
  const EntryPtr entry = entryIn(good().dump());
  ASSERT_NE(entry, nullptr) << problem(good().dump());
  EXPECT_EQ(entry->body(), "hi");
  EXPECT_EQ(entry->headers().block(), "A: 1\r\n");
  EXPECT_EQ(entry->expires(), WallTime::max());
}

TEST(ArchivedLine, MayHoldWhatIsNotKnown) {
  Json json = good();
  json["new"] = {{"deep", {{"er", {1, 2.5, true, nullptr, "x"}}}}};
  json["other"] = Json::array({Json::array({"a", "b", "c", "d"})});
  EXPECT_NE(entryIn(json.dump()), nullptr) << problem(json.dump());
}

TEST(ArchivedLine, DropsTheFieldThatIsOfTheStore) {
  Json json = good();
  json["headers"].push_back({"forage-ENTRY", "v=1, forged"});
  const EntryPtr entry = entryIn(json.dump());
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->headers().block(), "A: 1\r\n");
}

TEST(ArchivedLine, IsNoneWhereItIsNoObject) {
  for (const std::string line :
       {"", "1", "null", "\"x\"", "[]", "[{}]", "{", "{}x", "{\"a\":}", "{\"key\":\"\xff\"}"}) {
    EXPECT_EQ(problem(line), "no JSON object") << line;
  }
}

TEST(ArchivedLine, IsNoneWhereAPartIsMissing) {
  for (const std::string key :
       {"key", "status", "reason", "requested", "received", "expires", "bytes", "body_b64"}) {
    Json json = good();
    json.erase(key);
    EXPECT_THAT(problem(json.dump()), HasSubstr("is missing")) << key;
  }
}

TEST(ArchivedLine, IsNoneWhereAPartIsDamaged) {
  EXPECT_THAT(problemWith("key", "url:http://h/\r\nX: y"), HasSubstr("key is damaged"));
  EXPECT_THAT(problemWith("status", 99), HasSubstr("status"));
  EXPECT_THAT(problemWith("status", -200), HasSubstr("status"));
  EXPECT_THAT(problemWith("status", 1'000), HasSubstr("status"));
  EXPECT_THAT(problemWith("reason", "O\nK"), HasSubstr("reason is damaged"));
  EXPECT_THAT(problemWith("received", "yesterday"), HasSubstr("received is no time"));
  EXPECT_THAT(problemWith("variant", "a b"), HasSubstr("variant is damaged"));
  EXPECT_THAT(problemWith("bytes", 3), HasSubstr("its body has 2 bytes, not 3"));
  for (const char* body : {"aGk", "aGk=\n", "a Gk", "a*k=", "=Gk=", "aG=k", "aGl=", "aG-="}) {
    EXPECT_NE(problemWith("body_b64", body), "") << body;
  }
}

TEST(ArchivedLine, IsNoneWhereAHeaderFieldIsNone) {
  for (const char* headers :
       {R"([["A"]])", R"([[]])", R"([["A","1","b64","x"]])", R"([["A","1","x"]])",
        R"([["A","*","b64"]])", R"([["","1"]])", R"([["A b","1"]])", R"([["A:","1"]])",
        R"([["A","1\r\nB: 2"]])", R"([["A","\u0000"]])", R"([["A",["B","1"],"x","y"]])"}) {
    EXPECT_NE(problemWith("headers", Json::parse(headers)), "") << headers;
  }
}

TEST(ArchivedLine, IsBoundedByTheLimitsOfAFetch) {
  FetchLimits limits;
  limits.max_filesize = 1;
  EXPECT_THAT(std::get<std::string>(entryOfLine(good().dump(), limits)),
              HasSubstr("too large (fetch.max_filesize)"));
  limits = {};
  limits.max_header_bytes = 1;
  EXPECT_THAT(std::get<std::string>(entryOfLine(good().dump(), limits)),
              HasSubstr("too large (fetch.max_header_size)"));
}

TEST(ArchivedLine, IsNoneWhereverItIsCut) {
  const std::string line = good().dump();
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(problem(line.substr(0, size)), "no JSON object") << size;
  }
}

TEST(ArchivedLine, MayHaveAnyByteInAnyPlace) {
  const std::string line = good().dump();
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', '[', ']', ':', '9', '\x80', '\xff'}) {
      std::string damaged = line;
      damaged[at] = byte;
      const EntryPtr entry = entryIn(damaged);
      if (entry != nullptr) {
        EXPECT_EQ(entry->body().size(), 2u) << damaged;
      }
    }
  }
}

TEST(ArchivedLine, MayBeNestedWithoutEnd) {
  EXPECT_EQ(problem("{\"x\":" + std::string(1'000'000, '[')), "no JSON object");
}

}  // namespace
}  // namespace forage::app
