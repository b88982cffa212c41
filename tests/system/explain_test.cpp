// `forage explain`: what it says of a URL, for people and for programs, and that runs do it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A job whose one page has been recorded. Its server may go.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() {
    origin_.emplace();
    origin_->start();
    url_ = origin_->url() + "/bytes/10";
    job("");
    EXPECT_EQ(forage_.run({"run", "job.toml", "-q"}).exit_code, 0);
  }

  void job(const std::string& keys) {
    forage_.write("job.toml", jobOf({url_}, "[cache]\nexpire_after = \"1h\"\n" + keys +
                                                "\n[cache.memory]\nsnapshot = \"site.warc.gz\"\n"
                                                "record = true\n"));
  }
  [[nodiscard]] ProcessResult explain(std::vector<std::string> more) const {
    more.insert(more.begin(), {"explain", url_, "--job", "job.toml"});
    return forage_.run(more);
  }
  [[nodiscard]] json explainJson(std::vector<std::string> more) const {
    more.emplace_back("--json");
    return json::parse(explain(more).out, nullptr, false);
  }

  std::optional<OriginServer> origin_;
  ForageCommand forage_;
  std::string url_;
};

TEST_F(ExplainTest, GivesProgramsStableKeysAndPlainNumbers) {
  const json one = explainJson({});
  EXPECT_EQ(one["url"], url_);
  EXPECT_EQ(one["policy"], "ttl");
  EXPECT_EQ(one["key"], "url:" + url_);
  EXPECT_EQ(one["stored"], true);
  EXPECT_EQ(one["status"], 200);
  EXPECT_EQ(one["bytes"], 10);
  EXPECT_TRUE(one["age_seconds"].is_number());
  EXPECT_EQ(one["lifetime_seconds"], 3600);
  EXPECT_EQ(one["lifetime_source"], "expire_after");
  EXPECT_GT(one["remaining_seconds"], 0);
  EXPECT_EQ(one["decision"], "answer");
  EXPECT_EQ(one["answers"], true);

  const json none = explainJson({"-H", "Authorization: secret"});
  EXPECT_EQ(none["stored"], false);
  EXPECT_FALSE(none.contains("status"));
  EXPECT_EQ(none["decision"], "fetch");
  EXPECT_EQ(none["answers"], false);
  EXPECT_EQ(explainJson({"--refresh"})["decision"], "fetch") << "there is no validator";
}

TEST_F(ExplainTest, SaysThatOfflineFailsWhateverTheMethod) {
  for (const char* method : {"GET", "POST"}) {
    const ProcessResult result = explain({"--offline", "-X", method, "-H", "Cookie: other"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.out, testing::ContainsRegex("decision +fail\n")) << method;
    EXPECT_THAT(result.out, testing::ContainsRegex("rule +--offline")) << method;
  }
  const ProcessResult asked =
      explain({"-H", "Cookie: other", "-H", "Cache-Control: only-if-cached"});
  EXPECT_THAT(asked.out, testing::ContainsRegex("rule +only-if-cached .*5.2.1.7"));
}

TEST_F(ExplainTest, AgreesWithARunThatCannotRefresh) {
  origin_.reset();
  EXPECT_EQ(forage_.run({"run", "job.toml", "-q"}).exit_code, 0) << "it is fresh";
  EXPECT_EQ(forage_.run({"run", "job.toml", "-q", "--refresh"}).exit_code, 4);
  EXPECT_EQ(explainJson({"--refresh"})["unreachable"], "fail");
  job("stale_if_error = \"1h\"");
  EXPECT_EQ(forage_.run({"run", "job.toml", "-q", "--refresh"}).exit_code, 0);
  EXPECT_EQ(explainJson({"--refresh"})["unreachable"], "answer");
}

/// A run of one URL that has been recorded for an hour, with other keys in the job.
struct Case {
  std::string path;
  std::string decision;
  std::string outcome;  // that the run then counts
  std::string cache_keys = {};
  std::string group_keys = {};
  std::vector<std::string> options = {};
  bool recorded = true;
};

std::vector<Case> cases() {
  const std::string expired = "expire_after = \"1ms\"\n";
  const std::string meanwhile = expired + "stale_while_revalidate = \"1h\"\n";
  const std::string pattern =
      "[[cache.urls_expire_after]]\npattern = \"127.0.0.1*/etag\"\nexpire_after = \"1ms\"\n";
  return {{"/bytes/10", "fetch", "fetched", "", "", {}, false},
          {"/bytes/10", "answer", "hit"},
          {"/bytes/10", "fetch", "fetched", expired},
          {"/bytes/10", "fetch", "fetched", "", "", {"--force-refresh"}},
          {"/bytes/10", "answer", "stale", expired, "", {"--offline"}},
          {"/etag/x", "validate", "revalidated", expired},
          {"/etag/x", "answer", "stale", meanwhile},
          {"/etag/x", "validate", "revalidated", "", expired},
          {"/etag/x", "validate", "revalidated", pattern},
          {"/etag/x", "validate", "revalidated", "", "", {"--refresh"}},
          {"/redirect/2", "answer", "hit"},
          {"/redirect/2", "fetch", "fetched", meanwhile},
          {"/status/404", "fetch", "failed"},
          {"/none", "fail", "failed", "", "", {"--offline"}, false}};
}

TEST(ExplainAndRun, AgreeThroughTheCommand) {
  OriginServer origin;
  origin.start();
  for (const Case& one : cases()) {
    const ForageCommand forage;
    const std::string url = origin.url() + one.path;
    const auto job = [&](const std::string& cache_keys, const std::string& group_keys) {
      const std::string expiry =
          cache_keys.find("expire_after = \"1ms\"\n") == 0 ? "" : "expire_after = \"1h\"\n";
      forage.write("job.toml",
                   jobOf({url}, "[fetch]\nretry = 0\n[cache]\n" + expiry + cache_keys +
                                    "[cache.memory]\nsnapshot = \"site.warc\"\nrecord = true\n") +
                       group_keys);
    };
    job("", "");
    if (one.recorded) (void)forage.run({"run", "job.toml", "-q"});
    job(one.cache_keys, one.group_keys);
    std::vector<std::string> explain{"explain", url, "--job", "job.toml", "--json"};
    explain.insert(explain.end(), one.options.begin(), one.options.end());
    const ProcessResult said = forage.run(explain);
    EXPECT_EQ(json::parse(said.out, nullptr, false)["decision"], one.decision)
        << said.out << said.err;
    EXPECT_EQ(said.exit_code, one.decision == "answer" ? 0 : 1);
    EXPECT_EQ(forage.run(explain).out.substr(0, 40), said.out.substr(0, 40)) << "it has no effect";
    std::vector<std::string> run{"run", "job.toml", "-q", "--report", "run.json"};
    run.insert(run.end(), one.options.begin(), one.options.end());
    (void)forage.run(run);
    EXPECT_EQ(forage.readJson("run.json")["totals"][one.outcome], 1)
        << one.path << " " << one.cache_keys << one.group_keys;
  }
}

TEST(ExplainOfAHostileStore, ShowsNeitherSecretsNorControlCharacters) {
  const ForageCommand forage;
  const std::string url = "http://h.test/?token=hidden";
  forage.write("job.toml",
               jobOf({url}, "[cache.memory]\nsnapshot = \"site.warc\"\nrecord = true\n"));
  forage.write("all.jsonl",
               R"({"key":"url:http://h.test/?token=hidden","status":200,"reason":"OK",)"
               R"("requested":"2024-01-01T00:00:00.000Z","expires":null,"bytes":0,)"
               R"("received":"2024-01-01T00:00:00.000Z","body_b64":"","headers":[)"
               R"(["Set-Cookie","id=hidden"],["Authorization","Basic hidden"],)"
               R"(["Location","http://me:hidden@h.test/"],["ETag","\"a\u00c2\u009b\""]]})"
               "\n");
  ASSERT_EQ(forage.run({"cache", "import", "all.jsonl", "--job", "job.toml"}).exit_code, 0);
  for (const bool as_json : {false, true}) {
    std::vector<std::string> args{"explain", url, "--job", "job.toml"};
    if (as_json) args.emplace_back("--json");
    const ProcessResult result = forage.run(args);
    EXPECT_THAT(result.out, HasSubstr("http://h.test/?token=***"));
    EXPECT_THAT(result.out, HasSubstr("http://me:***@h.test/"));
    EXPECT_THAT(result.out, testing::Not(HasSubstr("hidden")));
    EXPECT_EQ(result.out.find('\x9b'), std::string::npos);
    EXPECT_THAT(result.out, HasSubstr(as_json ? R"(["Set-Cookie","***"])" : "ETag"));
  }
  const ProcessResult shown = forage.run({"cache", "show", url, "--job", "job.toml"});
  EXPECT_THAT(shown.out, HasSubstr("Set-Cookie: ***\n"));
  EXPECT_THAT(shown.out, testing::Not(HasSubstr("hidden")));
}

TEST(Explain, OfACacheThatIsAwayNamesTheFallbackOfRuns) {
  const ForageCommand forage;
  const std::string head = "[cache]\nplugin = \"redis\"\nurl = \"redis://127.0.0.1:1\"\n";
  forage.write("job.toml", jobOf({"http://127.0.0.1:1/"}, head));
  const std::vector<std::string> args{"explain", "http://127.0.0.1:1/", "--job", "job.toml"};
  const ProcessResult with = forage.run(args);
  EXPECT_EQ(with.exit_code, 4);
  EXPECT_THAT(with.err, HasSubstr("forage: the cache cannot answer: "));
  EXPECT_THAT(with.err, HasSubstr("a run would keep entries in memory"));
  forage.write("job.toml", jobOf({"http://127.0.0.1:1/"}, head + "fallback = \"none\"\n"));
  const ProcessResult without = forage.run(args);
  EXPECT_EQ(without.exit_code, 4);
  EXPECT_EQ(countOf(without.err, "\n"), 1u) << without.err;
}

}  // namespace
}  // namespace forage::test
