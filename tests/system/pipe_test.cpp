// `forage pipe`: its protocol, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "echo_server.h"
#include "origin/origin_server.h"
#include "pipe_talk.h"

namespace forage::test {
namespace {

using conformance::okResponse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Pipe : public testing::Test {
 protected:
  Pipe() { origin_.start(); }
  [[nodiscard]] std::string at(const std::string& path) const { return origin_.url() + path; }

  OriginServer origin_;
  ForageCommand forage_;
};

// --- requests and answers ----------------------------------------------------------------------

TEST_F(Pipe, AnswersEachRequestByItsId) {
  const std::vector<json> ids{
      1, -3, 1.5, "text \"quoted\" \xc3\xa4\n", true, nullptr, 18446744073709551615u};
  std::vector<json> requests;
  for (const json& id : ids) {
    requests.push_back({{"id", id}, {"url", at("/page/" + std::to_string(requests.size()))}});
  }
  const Talk talk = test::talk(forage_, requests);
  EXPECT_EQ(talk.process.exit_code, 0) << talk.process.err;
  EXPECT_EQ(talk.process.err, "");
  ASSERT_EQ(talk.lines.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    json answer = talk.of(ids[i]);
    EXPECT_EQ(answer["status"], 200);
    EXPECT_EQ(answer["reason"], "OK");
    EXPECT_EQ(answer["outcome"], "fetched");
    EXPECT_EQ(answer["cache_status"], "forage; fwd=uri-miss; fwd-status=200; stored");
    EXPECT_EQ(bodyOf(answer).size(), 2048u);
    EXPECT_FALSE(answer.contains("error"));
    EXPECT_FALSE(answer.contains("final_url"));
  }
}

TEST_F(Pipe, ARequestWithoutAnIdIsAnsweredWithoutOne) {
  const Talk talk = test::talk(forage_, {{{"url", at("/bytes/3")}}});
  ASSERT_EQ(talk.lines.size(), 1u);
  EXPECT_EQ(talk.lines[0]["id"], nullptr);
  EXPECT_EQ(bodyOf(talk.lines[0]).size(), 3u);
}

TEST_F(Pipe, WhatIsSlowHoldsUpNobody) {
  PipeProcess pipe(forage_);
  for (int i = 0; i < 63; ++i) {
    pipe.send({{"id", "slow"}, {"url", at("/hang?" + std::to_string(i))}});
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(pipe.ask({{"url", at("/bytes/" + std::to_string(i))}})["status"], 200);
  }
  EXPECT_EQ(origin_.stats().max_concurrent, 64u) << "so many are in flight at once";
  EXPECT_EQ(pipe.process().out().find("slow"), std::string::npos);
}

TEST_F(Pipe, TheJobMaySayHowManyAreInFlight) {
  forage_.write("job.toml", "[fetch]\nparallel_max = 3\n");
  std::vector<json> requests;
  for (int i = 0; i < 50; ++i)
    requests.push_back({{"id", i}, {"url", at("/page/" + std::to_string(i))}});
  EXPECT_EQ(test::talk(forage_, requests, {"job.toml"}).lines.size(), 50u);
  EXPECT_LE(origin_.stats().max_concurrent, 3u);
}

TEST_F(Pipe, ManyHundredsAtFullSpeed) {
  std::vector<json> requests;
  for (int i = 0; i < 2'000; ++i) {
    requests.push_back({{"id", i}, {"url", at("/page/" + std::to_string(i % 700))}});
  }
  const Talk talk = test::talk(forage_, requests);
  EXPECT_EQ(talk.process.exit_code, 0);
  ASSERT_EQ(talk.lines.size(), 2'000u);
  std::map<json, std::string> pages;
  for (const json& line : talk.lines) {
    const int id = line["id"];
    EXPECT_EQ(line["status"], 200);
    const auto [page, is_new] = pages.try_emplace(id % 700, bodyOf(line));
    EXPECT_EQ(page->second, bodyOf(line));
  }
  EXPECT_EQ(origin_.requests(), 700u) << "each page is fetched once";
}

TEST_F(Pipe, AMalformedLineIsAnsweredAndTheRestGoesOn) {
  const std::string url = json(at("/bytes/1")).dump();
  struct Case {
    std::string line;
    std::string id;
    std::string error;
  };
  const std::vector<Case> cases{
      {"no json", "null", "line 1: no JSON"},
      {"{\"id\":1", "null", "no JSON"},
      {"[1]", "null", "line 3: no JSON object"},
      {"7", "null", "no JSON object"},
      {R"({"id":2})", "2", "url is missing"},
      {R"({"id":3,"url":7})", "3", "url wants text"},
      {R"({"id":{"a":1},"url":)" + url + "}", "null",
       "line 7: id wants a number, text, true, false or null"},
      {R"({"id":4,"url":)" + url + R"(,"mehtod":"GET"})", "4",
       "unknown key \"mehtod\", did you mean \"method\"?"},
      {R"({"id":5,"url":)" + url + R"(,"method":"GE T"})", "5", "method is no token"},
      {R"({"id":6,"url":)" + url + R"(,"headers":{"a":"b"}})", "6", "headers wants a list"},
      {R"({"id":7,"url":)" + url + R"(,"headers":[["a"]]})", "7", "headers wants a list"},
      {R"({"id":8,"url":)" + url + R"(,"headers":[["a b","c"]]})", "8", "no token"},
      {R"({"id":9,"url":)" + url + R"(,"headers":[["a","b\r\nc: d"]]})", "9", "a line break"},
      {R"({"id":10,"url":)" + url + R"(,"body":"a","body_b64":"YQ=="})", "10", "contradict"},
      {R"({"id":11,"url":)" + url + R"(,"body_b64":"%"})", "11", "body_b64 is no Base64"},
      {R"({"id":12,"url":)" + url + R"(,"redirect":"no"})", "12", "redirect wants"},
      {"{\"id\":13,\"url\":\"\xff\"}", "null", "line 17: no JSON"},
      {R"({"id":14,"url":)" + url + R"(,"headers":)" + std::string(100'000, '[') +
           std::string(100'000, ']') + "}",
       "14", "lie deeper"},
  };
  std::string input;
  for (const Case& one : cases) input += one.line + "\n";
  input += "\n  \r\n";  // no request at all
  input += R"({"id":"good","url":)" + url + "}\r\n";
  const Talk talk = talkRaw(forage_, input);
  EXPECT_EQ(talk.process.exit_code, 0);
  EXPECT_EQ(talk.lines.size(), cases.size() + 1);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    // They are refused in their order; only the good one may come anywhere.
    const bool refused = std::any_of(talk.lines.begin(), talk.lines.end(), [&](const json& line) {
      return line.value("id", json("")) == json::parse(cases[i].id) &&
             line.value("error", "").find(cases[i].error) != std::string::npos &&
             line.value("kind", "") == "malformed";
    });
    EXPECT_TRUE(refused) << cases[i].line.substr(0, 200);
  }
  EXPECT_EQ(talk.of("good")["status"], 200);
  EXPECT_EQ(origin_.requests(), 1u);
}

TEST_F(Pipe, ALineThatIsTooLongIsRefusedAndTheRestGoesOn) {
  const std::string good = json{{"id", 1}, {"url", at("/bytes/1")}}.dump();
  const Talk talk = talkRaw(forage_, std::string((96u << 20) + 65'536, 'x') + "\n" + good + "\n");
  EXPECT_EQ(talk.process.exit_code, 0);
  ASSERT_EQ(talk.lines.size(), 2u);
  EXPECT_THAT(talk.of(nullptr)["error"], testing::ContainsRegex("^line [0-9]+: has more than"));
  EXPECT_EQ(talk.of(1)["status"], 200);
}

TEST_F(Pipe, TheLastLineNeedsNoEnd) {
  const Talk talk = talkRaw(forage_, json{{"id", 1}, {"url", at("/bytes/1")}}.dump());
  EXPECT_EQ(talk.of(1)["status"], 200);
}

// --- messages ----------------------------------------------------------------------------------

TEST_F(Pipe, BodiesGoBothWaysByteForByte) {
  const EchoServer server(
      [](const std::string& request) { return okResponse(EchoServer::bodyOf(request)); });
  std::string binary;
  for (int i = 0; i < 70'000; ++i) binary += static_cast<char>(i * 7);
  std::string coded;
  appendBase64(coded, binary);
  const Talk talk = test::talk(
      forage_,
      {{{"id", 1}, {"url", server.url()}, {"method", "POST"}, {"body", "text \xc3\xa4\n\"x\""}},
       {{"id", 2}, {"url", server.url()}, {"method", "PUT"}, {"body_b64", coded}},
       {{"id", 3}, {"url", server.url()}, {"method", "POST"}}});
  EXPECT_EQ(bodyOf(talk.of(1)), "text \xc3\xa4\n\"x\"");
  EXPECT_EQ(bodyOf(talk.of(2)), binary);
  EXPECT_EQ(bodyOf(talk.of(3)), "");
  for (const std::string& request : server.requests()) {
    EXPECT_THAT(request, HasSubstr("\r\nContent-Length: "));
  }
}

TEST_F(Pipe, MethodsAreSentAsTheyAre) {
  const EchoServer server([](const std::string& request) {
    if (request.starts_with("HEAD"))
      return std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    return okResponse(request.substr(0, request.find('\r')));
  });
  PipeProcess pipe(forage_);
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FROB", "get"}) {
    const std::string url = server.url(std::string("/") + method);
    json answer = pipe.ask({{"url", url}, {"method", method}});
    EXPECT_EQ(bodyOf(answer), std::string(method) + " /" + method + " HTTP/1.1");
  }
  json head = pipe.ask({{"url", server.url("/head")}, {"method", "HEAD"}});
  EXPECT_EQ(head["status"], 200);
  EXPECT_EQ(head["body_b64"], "");
  EXPECT_THAT(fieldOf(head, "Content-Length"), ElementsAre("9"));
  EXPECT_EQ(pipe.end().exit_code, 0);
}

TEST_F(Pipe, HeaderFieldsGoBothWaysAsTheyAre) {
  const EchoServer server([](const std::string&) {
    return okResponse("x",
                      "X-B: 2\r\nx-a: 1\r\nX-B:  3 \r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                      "Connection: keep-alive\r\n");
  });
  const Talk talk =
      test::talk(forage_, {{{"id", 1},
                            {"url", server.url()},
                            {"headers", fields({{"x-low", "1"},
                                                {"X-Twice", "a"},
                                                {"X-Twice", "b"},
                                                {"User-Agent", "mine/1"},
                                                {"Accept-Encoding", "identity"},
                                                {"Host", "evil.example"},
                                                {"Content-Length", "99"},
                                                {"Connection", "close"},
                                                {"Transfer-Encoding", "chunked"}})}}});
  json answer = talk.of(1);
  std::vector<std::string> came;
  for (const json& field : answer["headers"]) {
    came.push_back(std::string(field[0]) + "=" + std::string(field[1]));
  }
  EXPECT_THAT(came, ElementsAre("X-B=2", "x-a=1", "X-B=3", "Set-Cookie=a=1", "Set-Cookie=b=2",
                                "Connection=keep-alive", "Content-Length=1"));
  ASSERT_EQ(server.requests().size(), 1u);
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, HasSubstr("\r\nx-low: 1\r\nX-Twice: a\r\nX-Twice: b\r\n"
                                 "User-Agent: mine/1\r\nAccept-Encoding: identity\r\n"));
  EXPECT_EQ(countOf(request, "User-Agent"), 1u);
  EXPECT_EQ(countOf(request, "Accept-Encoding"), 1u);
  for (const char* field : {"evil", "Content-Length", "close", "chunked"}) {
    EXPECT_EQ(request.find(field), std::string::npos) << field;
  }
}

TEST_F(Pipe, OnlyAHitHasAnAge) {
  PipeProcess pipe(forage_);
  json first = pipe.ask({{"url", at("/cache/60")}});
  EXPECT_EQ(first["outcome"], "fetched");
  EXPECT_TRUE(fieldOf(first, "Age").empty());
  json second = pipe.ask({{"url", at("/cache/60")}});
  EXPECT_EQ(second["outcome"], "hit");
  EXPECT_THAT(fieldOf(second, "Age"), ElementsAre(testing::MatchesRegex("[0-9]+")));
  EXPECT_EQ(second["cache_status"], "forage; hit");
  EXPECT_EQ(bodyOf(second), bodyOf(first));
}

TEST_F(Pipe, ContentCodingsAreTakenOffBodiesAndLeftInHeaders) {
  PipeProcess pipe(forage_);
  const std::string page = bodyOf(pipe.ask({{"url", at("/page/0")}}));
  for (const auto& [path, coding] : std::map<std::string, std::string>{
           {"/gzip", "gzip"}, {"/brotli", "br"}, {"/zstd", "zstd"}, {"/deflate", "deflate"}}) {
    for (const char* outcome : {"fetched", "hit"}) {
      json answer = pipe.ask({{"url", at(path)}});
      EXPECT_EQ(answer["outcome"], outcome);
      EXPECT_EQ(bodyOf(answer), page) << path;
      EXPECT_THAT(fieldOf(answer, "Content-Encoding"), ElementsAre(coding));
    }
  }
  const EchoServer unknown([](const std::string&) {
    return okResponse("as it came", "Content-Encoding: unheard-of\r\n");
  });
  EXPECT_EQ(bodyOf(pipe.ask({{"url", unknown.url()}})), "as it came");
}

TEST_F(Pipe, RedirectsAreAnswersUnlessTheyAreToBeFollowed) {
  PipeProcess pipe(forage_);
  for (const json& manual : {json(nullptr), json("manual")}) {
    json answer = pipe.ask({{"url", at("/redirect/2")}, {"redirect", manual}});
    EXPECT_EQ(answer["status"], 302);
    EXPECT_EQ(fieldOf(answer, "Location").size(), 1u);
    EXPECT_FALSE(answer.contains("final_url"));
  }
  json followed = pipe.ask({{"url", at("/redirect/2")}, {"redirect", "follow"}});
  EXPECT_EQ(followed["status"], 200);
  EXPECT_EQ(followed["final_url"], at("/get"));
}

TEST_F(Pipe, FailuresAreToldByTheirKind) {
  forage_.write("job.toml", "[fetch]\nmax_time = \"300ms\"\nmax_filesize = \"1MiB\"\n");
  std::uint16_t closed_port = 0;
  {
    const conformance::BoundSocket socket;
    closed_port = socket.port();
  }
  const std::map<std::string, std::string> kinds{
      {"http://127.0.0.1:" + std::to_string(closed_port) + "/", "connect"},
      {"http://no-such-host.invalid/", "resolve"},
      {at("/hang"), "timeout"},
      {at("/truncated/1000"), "truncated"},
      {at("/endless"), "too_large"},
      {"gopher://x/", "url"},
      {"http://me:secret@" + at("/").substr(7), "url"}};
  std::vector<json> requests;
  for (const auto& [url, kind] : kinds) requests.push_back({{"id", kind + url}, {"url", url}});
  requests.push_back({{"id", "404"}, {"url", at("/status/404")}});
  const Talk talk = test::talk(forage_, requests, {"job.toml"});
  EXPECT_EQ(talk.process.exit_code, 0) << "each is told to who asked";
  for (const auto& [url, kind] : kinds) {
    json answer = talk.of(kind + url);
    EXPECT_EQ(answer["kind"], kind) << url;
    EXPECT_NE(answer["error"], "");
    EXPECT_FALSE(answer.contains("status"));
  }
  EXPECT_EQ(talk.of("404")["status"], 404) << "a status is an answer";
  for (const json& line : talk.lines) {
    EXPECT_EQ(line.value("error", "").find("secret"), std::string::npos);
  }
}

// --- how it ends -------------------------------------------------------------------------------

TEST_F(Pipe, ItsInputEndsItOnceEverythingIsAnswered) {
  PipeProcess pipe(forage_);
  pipe.send({{"id", 1}, {"url", at("/delay/0.2")}});
  pipe.process().endInput();
  const ProcessResult result = pipe.process().wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(jsonLines(result.out).at(0)["status"], 200);
}

TEST_F(Pipe, NothingToDoIsDoneAtOnce) {
  const Talk talk = talkRaw(forage_, "");
  EXPECT_EQ(talk.process.exit_code, 0);
  EXPECT_EQ(talk.process.out, "");
}

TEST_F(Pipe, ASignalEndsItAndWhatItTookIsAnswered) {
  forage_.write("job.toml", "[run]\ngrace_period = \"100ms\"\n");
  for (const int number : {SIGTERM, SIGINT}) {
    PipeProcess pipe(forage_, {"job.toml"});
    EXPECT_EQ(pipe.ask({{"url", at("/bytes/1")}})["status"], 200);
    // More than may be in flight, so that some are read and not begun; at once, so that all are
    // read.
    constexpr int kRequests = 300;
    std::string lines;
    for (int i = 0; i < kRequests; ++i) {
      lines += json{{"id", i}, {"url", at("/hang?" + std::to_string(i))}}.dump() + "\n";
    }
    pipe.process().write(lines + "{\"id\":\"half\",");
    ASSERT_TRUE(eventually([&] { return origin_.stats().in_progress >= 64; }));
    pipe.process().signal(number);
    const ProcessResult result = pipe.process().wait();
    EXPECT_EQ(result.exit_code, 11) << result.err;
    std::map<json, std::string> kinds;
    for (const json& line : jsonLines(result.out)) {
      if (!line.contains("kind")) continue;  // the first, which was answered
      EXPECT_TRUE(kinds.emplace(line["id"], line["kind"]).second) << "answered twice";
    }
    for (int i = 0; i < kRequests; ++i) EXPECT_EQ(kinds[i], "cancelled") << i;
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kRequests)) << "half a line is no request";
  }
}

TEST_F(Pipe, ASignalEndsItWhileNobodyAsks) {
  PipeProcess pipe(forage_);
  EXPECT_EQ(pipe.ask({{"url", at("/bytes/1")}})["status"], 200);
  pipe.process().signal(SIGTERM);
  EXPECT_EQ(pipe.process().wait().exit_code, 11);
}

TEST_F(Pipe, AnOutputThatIsGoneEndsIt) {
  ProcessSpec spec = forage_.spec({});
  spec.command = {"/bin/bash", "-c", "\"$0\" pipe | head -n 1; exit ${PIPESTATUS[0]}",
                  spec.command[0]};
  spec.keeps_input_open = true;
  Process process(spec);
  const std::string request = json{{"id", 1}, {"url", at("/bytes/1")}}.dump() + "\n";
  process.write(request);
  ASSERT_TRUE(process.waitForText("\"status\":200"));
  ASSERT_TRUE(eventually([&] {
    process.write(request);
    return !process.running();
  }));
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("forage: standard output: cannot be written"));
}

TEST_F(Pipe, WhatIsWrongIsSaidBeforeAnythingIsRead) {
  forage_.write("job.toml", "[cache]\nplugn = \"memory\"\n");
  const Talk talk = talkRaw(forage_, json{{"url", at("/bytes/1")}}.dump(), {"job.toml"});
  EXPECT_EQ(talk.process.exit_code, 2);
  EXPECT_THAT(talk.process.err, StartsWith("forage: job.toml:2:1: cache.plugn: unknown key"));
  EXPECT_EQ(talk.process.out, "");
  EXPECT_EQ(origin_.requests(), 0u);
}

}  // namespace
}  // namespace forage::test
