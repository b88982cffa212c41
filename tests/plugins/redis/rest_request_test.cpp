#include "rest_request.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::redis {
namespace {

using Form = RestCall::Form;
using Type = Reply::Type;

constexpr std::size_t kLimit = 1u << 20;

std::vector<Command> commandsOf(
    std::initializer_list<std::initializer_list<std::string_view>> all) {
  std::vector<Command> commands;
  for (const auto& words : all) {
    Command& made = commands.emplace_back();
    for (const std::string_view word : words) made.push_back({word, {}});
  }
  return commands;
}

RestRequest request(const std::vector<Command>& commands, Form form,
                    RestFormat format = RestFormat::kResp2) {
  RestCall call{form, {}};
  for (std::size_t i = 0; i < commands.size(); ++i) call.commands.push_back(i);
  return requestOf(call, commands, format, kLimit);
}

TEST(RestRequest, CarriesOneCommandAsAnArray) {
  const auto commands = commandsOf({{"UNLINK", "a\"b", std::string_view("\0\n", 2)}});
  const RestRequest made = request(commands, Form::kCommand);
  EXPECT_EQ(made.target, "/");
  EXPECT_EQ(made.json, R"(["UNLINK","a\"b","\u0000\n"])");
  EXPECT_EQ(made.format, RestFormat::kResp2);
  EXPECT_TRUE(made.writes);
}

TEST(RestRequest, CarriesLookUpsAsOneMget) {
  const RestRequest made = request(commandsOf({{"GET", "a"}, {"GET", "\xc3\xbc"}}), Form::kLookUps);
  EXPECT_EQ(made.target, "/");
  EXPECT_EQ(made.json, "[\"MGET\",\"a\",\"\xc3\xbc\"]");
  EXPECT_FALSE(made.writes);
}

TEST(RestRequest, CarriesAPipelineWhoseAnswerIsAlwaysBase64) {
  const RestRequest made = request(commandsOf({{"GET", "a"}, {"PTTL", "a"}}), Form::kPipeline);
  EXPECT_EQ(made.target, "/pipeline");
  EXPECT_EQ(made.json, R"([["GET","a"],["PTTL","a"]])");
  EXPECT_EQ(made.format, RestFormat::kBase64);
  EXPECT_GE(made.max_reply, kLimit / 3 * 4);
}

TEST(RestRequest, CarriesAnyValueAsItsBodyAndEncodesTheKey) {
  const std::string value("\xff\0\r\n", 4);
  const auto commands =
      commandsOf({{"SET", "url:http://h/a b?c=%20&d#\xff", value, "PX", "60000", "NX"}});
  const RestRequest made = request(commands, Form::kPath);
  EXPECT_EQ(made.target, "/SET/url%3Ahttp%3A%2F%2Fh%2Fa%20b%3Fc%3D%2520%26d%23%FF?PX=60000&NX");
  EXPECT_TRUE(made.json.empty());
  EXPECT_EQ(made.value[0], value);
}

TEST(RestRequest, CarriesOtherCommandsOfAnyBytesInItsPath) {
  const RestRequest made = request(commandsOf({{"UNLINK", "\xff", "b"}}), Form::kPath);
  EXPECT_EQ(made.target, "/UNLINK/%FF/b");
}

TEST(RestRequest, SaysInItsHeadWhoAsksAndWhatFor) {
  RestSite site{.host = "h",
                .port = 443,
                .tls = true,
                .authority = "h:8443",
                .base = "/redis",
                .token = "secret"};
  const RestRequest made = request(commandsOf({{"GET", "a"}}), Form::kCommand);
  const std::string head = headOf(made, site, "token:1");
  EXPECT_TRUE(head.starts_with("POST /redis/ HTTP/1.1\r\nHost: h:8443\r\n")) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  for (const std::string_view line :
       {"\r\nAuthorization: Bearer secret\r\n", "\r\nContent-Length: 11\r\n",
        "\r\nContent-Type: application/json\r\n", "\r\nUpstash-Response-Format: resp2\r\n",
        "\r\nUpstash-Sync-Token: token:1\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << head;
  }
  EXPECT_EQ(headOf(made, site, "").find("Sync-Token"), std::string::npos);
}

struct RestReplies : testing::Test {
  std::vector<Reply> read(int status, std::string body, Form form = Form::kCommand,
                          RestFormat format = RestFormat::kResp2, std::size_t count = 1) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    RestCall call{form, {}};
    for (std::size_t i = 0; i < count; ++i) call.commands.push_back(i);
    RestRequest asked;
    asked.format = format;
    asked.max_reply = kLimit;
    return repliesOf(response, asked, call);
  }
  Fault faultOf(int status, const std::string& body, Form form = Form::kCommand,
                RestFormat format = RestFormat::kResp2, std::size_t count = 1) {
    try {
      (void)read(status, body, form, format, count);
    } catch (const ConnectionError& error) {
      return error.fault();
    }
    ADD_FAILURE() << "taken: " << body;
    return Fault::kClosed;
  }
};

TEST_F(RestReplies, AreReadInEitherFormat) {
  EXPECT_EQ(read(200, "$3\r\nabc\r\n").front().text, "abc");
  EXPECT_EQ(read(200, R"({"result":"YWJj"})", Form::kCommand, RestFormat::kBase64).front().text,
            "abc");
  EXPECT_EQ(read(400, "-ERR syntax\r\n").front().type, Type::kError);
  EXPECT_EQ(read(400, R"({"error":"ERR syntax"})").front().text, "ERR syntax");
}

TEST_F(RestReplies, OfAnMgetAreThoseOfItsLookUps) {
  const auto replies = read(200, "*2\r\n$1\r\na\r\n$-1\r\n", Form::kLookUps, RestFormat::kResp2, 2);
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].text, "a");
  EXPECT_EQ(replies[1].type, Type::kNil);
}

TEST_F(RestReplies, AreTheErrorOfTheWholeRequestForEachCommand) {
  const auto replies = read(400, R"({"error":"ERR max request size exceeded"})", Form::kPipeline,
                            RestFormat::kBase64, 3);
  ASSERT_EQ(replies.size(), 3U);
  for (const Reply& reply : replies) EXPECT_EQ(reply.text, "ERR max request size exceeded");
}

TEST_F(RestReplies, AreRefusedWhereTheyAnswerSomethingElse) {
  EXPECT_EQ(faultOf(200, ""), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "<html>"), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "$3\r\nab"), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "+OK\r\n+OK\r\n"), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "+OK\r\nx"), Fault::kProtocol);
  EXPECT_EQ(faultOf(400, "+OK\r\n"), Fault::kProtocol);
  // Strings as they are, in a format that was not asked for.
  EXPECT_EQ(faultOf(200, R"({"result":"YWJj"})"), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "$3\r\nabc\r\n", Form::kCommand, RestFormat::kBase64), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "*1\r\n$-1\r\n", Form::kLookUps, RestFormat::kResp2, 2), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "$-1\r\n", Form::kLookUps, RestFormat::kResp2, 2), Fault::kProtocol);
  EXPECT_EQ(faultOf(200, R"([{"result":1}])", Form::kPipeline, RestFormat::kBase64, 2),
            Fault::kProtocol);
  EXPECT_EQ(faultOf(200, "$9999999\r\n" + std::string(9'999'999, 'x') + "\r\n"), Fault::kTooLarge);
}

TEST(RestRefusal, SaysWhatToCheckAndWhatMayBeTriedAgain) {
  const auto refusal = [](int status) {
    Response response;
    response.status = status;
    const auto error = refusalIn(response);
    return error ? std::string(error->what()) : "";
  };
  EXPECT_EQ(refusal(200), "");
  EXPECT_EQ(refusal(400), "");
  EXPECT_EQ(refusal(401), "it does not take the token (401): check [cache.redis] token");
  EXPECT_EQ(refusal(429), "it cannot answer now (429)");
  EXPECT_EQ(refusal(503), "it cannot answer now (503)");
  EXPECT_EQ(refusal(404), "it answers 404: [cache] url wants that of an Upstash REST API");
  EXPECT_EQ(refusal(301), "it answers 301: [cache] url wants that of an Upstash REST API");
}

}  // namespace
}  // namespace forage::redis
