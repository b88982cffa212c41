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
