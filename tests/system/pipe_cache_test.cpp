// `forage pipe` and the cache of its job: policies, modes, methods that change pages, a real Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "echo_server.h"
#include "origin/origin_server.h"
#include "pipe_talk.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

using conformance::okResponse;
using testing::ElementsAre;

class PipeCache : public testing::Test {
 protected:
  PipeCache() { origin_.start(); }
  [[nodiscard]] std::string at(const std::string& path) const { return origin_.url() + path; }
  void writeJob(const std::string& cache) const {
    forage_.write("job.toml", "[cache]\n" + cache + "\n");
  }

  OriginServer origin_;
  ForageCommand forage_;
};

TEST_F(PipeCache, ThePolicyOfTheJobDecides) {
  writeJob("policy = \"rfc9111\"");
  PipeProcess pipe(forage_, {"job.toml"});
  EXPECT_EQ(pipe.ask({{"url", at("/cache/0")}})["outcome"], "fetched");
  json again = pipe.ask({{"url", at("/cache/0")}});
  EXPECT_EQ(again["outcome"], "revalidated");
  EXPECT_EQ(again["status"], 200);
  EXPECT_THAT(std::string(again["cache_status"]),
              testing::StartsWith("forage; fwd=stale; fwd-status=304"));
  EXPECT_EQ(pipe.ask({{"url", at("/cache/60")}})["outcome"], "fetched");
  EXPECT_EQ(pipe.ask({{"url", at("/cache/60")}})["outcome"], "hit");
  EXPECT_EQ(pipe.end().exit_code, 0);
}

TEST_F(PipeCache, TheRequestsMayAskForNewsOfTheServer) {
  PipeProcess pipe(forage_);
  const auto asking = [&](const char* directive) {
    return pipe.ask(
        {{"url", at("/etag/one")}, {"headers", fields({{"Cache-Control", directive}})}});
  };
  EXPECT_EQ(asking("only-if-cached")["status"], 504);
  EXPECT_EQ(origin_.requests(), 0u);
  EXPECT_EQ(asking("max-age=60")["outcome"], "fetched");
  EXPECT_EQ(asking("only-if-cached")["outcome"], "hit");
  EXPECT_EQ(asking("no-cache")["outcome"], "revalidated");
  EXPECT_EQ(asking("no-store")["outcome"], "hit");
}

TEST_F(PipeCache, ConditionsAndRangesAreAnsweredByTheCache) {
  PipeProcess pipe(forage_);
  const auto with = [&](const char* name, const char* value) {
    return pipe.ask({{"url", at("/etag/one")}, {"headers", fields({{name, value}})}});
  };
  const std::string body = bodyOf(pipe.ask({{"url", at("/etag/one")}}));
  EXPECT_EQ(with("If-None-Match", "\"one\"")["status"], 304);
  json part = with("Range", "bytes=1-2");
  EXPECT_EQ(part["status"], 206);
  EXPECT_EQ(bodyOf(part), body.substr(1, 2));
  json beyond = with("Range", "bytes=100000-");
  EXPECT_EQ(beyond["status"], 416);
  EXPECT_THAT(fieldOf(beyond, "Content-Range"),
              ElementsAre("bytes */" + std::to_string(body.size())));
  EXPECT_EQ(origin_.requests(), 1u);
}

TEST_F(PipeCache, APostErasesWhatItHasChanged) {
  int version = 1;
  const EchoServer server([&](const std::string& request) {
    if (request.starts_with("POST")) ++version;
    return okResponse("version " + std::to_string(version));
  });
  PipeProcess pipe(forage_);
  for (int i = 1; i < 20; ++i) {
    EXPECT_EQ(bodyOf(pipe.ask({{"url", server.url()}})), "version " + std::to_string(i));
    EXPECT_EQ(pipe.ask({{"url", server.url()}})["outcome"], "hit");
    EXPECT_EQ(pipe.ask({{"url", server.url()}, {"method", "POST"}})["status"], 200);
  }
}

TEST_F(PipeCache, ModesAreThoseOfARun) {
  const RedisServer redis;
  writeJob("plugin = \"redis\"\nurl = \"" + redis.url() + "\"");
  const std::vector<json> requests{{{"id", 1}, {"url", at("/etag/one")}}};
  const auto outcome = [&](const std::vector<std::string>& modes) {
    std::vector<std::string> options{"job.toml"};
    options.insert(options.end(), modes.begin(), modes.end());
    const Talk talk = test::talk(forage_, requests, options);
    EXPECT_EQ(talk.process.exit_code, 0) << talk.process.err;
    return talk.of(1);
  };
  EXPECT_EQ(outcome({"--offline"})["status"], 504);
  EXPECT_EQ(origin_.requests(), 0u);
  EXPECT_EQ(outcome({})["outcome"], "fetched");
  EXPECT_EQ(outcome({"--offline"})["outcome"], "hit");
  EXPECT_EQ(outcome({"--refresh"})["outcome"], "revalidated");
  EXPECT_EQ(outcome({"--force-refresh"})["outcome"], "fetched");
  EXPECT_EQ(test::talk(forage_, requests, {"--offline", "--refresh"}).process.exit_code, 2);
}

TEST_F(PipeCache, RedisKeepsPagesForOtherProcesses) {
  const RedisServer redis;
  writeJob("plugin = \"redis\"\nurl = \"" + redis.url() + "\"");
  std::vector<json> requests;
  for (int i = 0; i < 300; ++i) {
    requests.push_back({{"id", i}, {"url", at("/page/" + std::to_string(i))}});
  }
  EXPECT_EQ(test::talk(forage_, requests, {"job.toml"}).lines.size(), 300u);
  const Talk warm = test::talk(forage_, requests, {"job.toml"});
  for (const json& line : warm.lines) EXPECT_EQ(line["outcome"], "hit");
  EXPECT_EQ(origin_.requests(), 300u);
  EXPECT_EQ(redis.command({"EXISTS", "url:" + at("/page/7")}).integer, 1);

  const Talk post =
      test::talk(forage_, {{{"id", 1}, {"url", at("/page/7")}, {"method", "POST"}}}, {"job.toml"});
  EXPECT_EQ(post.of(1)["status"], 200);
  EXPECT_EQ(redis.command({"EXISTS", "url:" + at("/page/7")}).integer, 0);
}

TEST_F(PipeCache, VariantsOfAPageLiveSideBySideInRedis) {
  const RedisServer redis;
  writeJob("plugin = \"redis\"\npolicy = \"rfc9111\"\nurl = \"" + redis.url() + "\"");
  const EchoServer server([](const std::string& request) {
    const bool german = request.find("Accept-Language: de\r\n") != std::string::npos;
    return okResponse(german ? "Seite" : "page",
                      "Vary: Accept-Language\r\nCache-Control: max-age=60\r\n");
  });
  const auto in = [&](const std::string& language) {
    return test::talk(forage_,
                      {{{"id", 1},
                        {"url", server.url()},
                        {"headers", fields({{"Accept-Language", language}})}}},
                      {"job.toml"})
        .of(1);
  };
  EXPECT_EQ(bodyOf(in("de")), "Seite");
  EXPECT_EQ(bodyOf(in("en")), "page");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(in("de")["outcome"], "hit");
    EXPECT_EQ(in("en")["outcome"], "hit");
    EXPECT_EQ(bodyOf(in("de")), "Seite");
    EXPECT_EQ(bodyOf(in("en")), "page");
  }
  EXPECT_EQ(server.requests().size(), 2u);
}

/// "0123456789", of which a Range may ask for "0-4" or "5-9".
std::string digitsOrHalf(const std::string& request) {
  const std::string validators = "ETag: \"1\"\r\nCache-Control: max-age=60\r\n";
  for (const char* half : {"0-4", "5-9"}) {
    if (request.find(std::string("Range: bytes=") + half) == std::string::npos) continue;
    return "HTTP/1.1 206 Partial Content\r\n" + validators + "Content-Range: bytes " + half +
           "/10\r\nContent-Length: 5\r\n\r\n" + (*half == '0' ? "01234" : "56789");
  }
  return okResponse("0123456789", validators);
}

TEST_F(PipeCache, PartsAnswerRangesAndNothingElseUntilTheyAreThePage) {
  const EchoServer server(digitsOrHalf);
  const RedisServer redis;
  writeJob("plugin = \"redis\"\npolicy = \"rfc9111\"\nurl = \"" + redis.url() + "\"");
  const auto range = [&](const std::string& bytes, const std::vector<std::string>& modes = {}) {
    json request{{"id", 1}, {"url", server.url()}};
    if (!bytes.empty()) request["headers"] = fields({{"Range", "bytes=" + bytes}});
    std::vector<std::string> options{"job.toml"};
    options.insert(options.end(), modes.begin(), modes.end());
    return test::talk(forage_, {request}, options).of(1);
  };
  EXPECT_EQ(range("0-4")["outcome"], "fetched");
  json within = range("1-2");
  EXPECT_EQ(within["outcome"], "hit");
  EXPECT_EQ(within["status"], 206);
  EXPECT_EQ(bodyOf(within), "12");
  EXPECT_EQ(range("", {"--offline"})["status"], 504);
  EXPECT_EQ(range("5-9")["outcome"], "fetched");
  json whole = range("", {"--offline"});
  EXPECT_EQ(whole["status"], 200);
  EXPECT_EQ(bodyOf(whole), "0123456789");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(PipeCache, ASnapshotKeepsPartsAsPartsForReplaysOffline) {
  const EchoServer server(digitsOrHalf);
  writeJob("policy = \"rfc9111\"\n[cache.memory]\nsnapshot = \"s.warc.gz\"\nrecord = true");
  const json part{{"id", 1}, {"url", server.url()}, {"headers", fields({{"Range", "bytes=0-4"}})}};
  EXPECT_EQ(test::talk(forage_, {part}, {"job.toml"}).of(1)["status"], 206);
  const Talk replay =
      test::talk(forage_, {part, {{"id", 2}, {"url", server.url()}}}, {"job.toml", "--offline"});
  EXPECT_EQ(replay.of(1)["status"], 206);
  EXPECT_EQ(bodyOf(replay.of(1)), "01234");
  EXPECT_EQ(replay.of(2)["status"], 504);
}

TEST_F(PipeCache, GoesOnWithoutItsRedis) {
  RedisServer redis;
  writeJob("plugin = \"redis\"\nretry_period = \"20ms\"\nurl = \"" + redis.url() + "\"");
  PipeProcess pipe(forage_, {"job.toml"});
  EXPECT_EQ(pipe.ask({{"url", at("/page/1")}})["outcome"], "fetched");
  redis.kill();
  EXPECT_EQ(pipe.ask({{"url", at("/page/2")}})["outcome"], "fetched");
  const std::string again = pipe.ask({{"url", at("/page/2")}})["outcome"];
  EXPECT_TRUE(again == "hit" || again == "joined") << again << ": it may be on its way still";
  EXPECT_TRUE(pipe.process().waitForText("cache redis is away"));
  redis.restart();
  EXPECT_TRUE(pipe.process().waitForText("cache redis is back"));
  EXPECT_EQ(pipe.end().exit_code, 0);
  EXPECT_EQ(redis.command({"EXISTS", "url:" + at("/page/2")}).integer, 1);
}

}  // namespace
}  // namespace forage::test
