// What explain() says of a URL, and that runs then do it.
#include "forage/explain.h"

#include <gmock/gmock.h>

#include "explain_rows.h"
#include "forage/cache_key.h"
#include "forage/error.h"
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::reply;
using test::Seen;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class Explain : public PolicyFixture {
 protected:
  Explain() { job_.cache.expire_after = 60s; }

  /// Serves what `row` says, after the visit that fills the cache.
  void fill(const Row& row) {
    job_.cache.policy = row.policy;
    job_.cache.allowable_codes = {200, 206, 302};
    serve([row](const Seen& seen) -> Answer {
      Response answer = reply(row.status, {{"Cache-Control", row.control}}, "0123456789");
      if (seen.url != kUrl) answer.status = 200;
      if (!row.tag.empty()) answer.headers.add("ETag", row.tag);
      if (answer.status == 302) answer.headers.add("Location", urlOf(2));
      if (!row.tag.empty() && seen.field("If-None-Match") == row.tag) answer.status = 304;
      if (seen.method == "HEAD" || answer.status == 304) answer.body.clear();
      if (seen.field("Range") != "bytes=0-3") return answer;
      answer.status = 206;
      answer.body = "0123";
      answer.headers.add("Content-Range", "bytes 0-3/10");
      return answer;
    });
    if (!row.first.url.empty()) (void)carryOut(row.first);
    time_.advance(row.age);
    job_.groups.clear();
    addGroup("g", {kUrl});
    row.change(job_);
  }
  static bool isPlain(const RequestSpec& spec) {
    return spec.method == "GET" && spec.headers.block().empty();
  }
  Visit carryOut(const RequestSpec& spec) {
    if (!isPlain(spec)) return ask(spec);
    recorder_.clear();
    if (job_.groups.empty() || job_.groups[0].urls.empty()) {
      job_.groups.clear();
      addGroup("g", {spec.url});
    }
    expectLaw(run(), 1);
    return recorder_.of(spec.url);
  }
  /// What a run does with `spec`, in the words of explain().
  std::string done(const RequestSpec& spec) {
    const std::size_t before = seen().size();
    const Visit visit = carryOut(spec);
    const std::vector<Seen> all = seen();
    const bool asked = all.size() > before;
    if (visit.source == Outcome::kFailed && !asked) return "fail";
    if (visit.source == Outcome::kStale) {
      return asked ? "answer, and validate meanwhile" : "answer, although it has expired";
    }
    if (!asked) return "answer";
    return all[before].field("If-None-Match").empty() ? "fetch" : "validate";
  }
  [[nodiscard]] Explanation explained(const RequestSpec& spec) const {
    return explain(job_, *cache_, time_, spec);
  }
  static std::string decisionOf(const Explanation& explanation) {
    return explanation.decision.substr(0, explanation.decision.find(':'));
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, Explain, kBothKindsOfCache, cacheKind);

TEST_P(Explain, SaysWhatARunThenDoes) {
  for (const auto& rows : {plainRows(), httpRows(), rowsBesidePages()}) {
    for (const Row& row : rows) {
      SCOPED_TRACE(row.name);
      job_ = Job();
      job_.cache.expire_after = 60s;
      job_.polite.throttle = false;
      fill(row);
      const std::size_t sent = seen().size();
      const int stores = cache_->store_calls + cache_->erase_calls;
      const Explanation explanation = explained(row.second);
      EXPECT_EQ(seen().size(), sent) << "it sends nothing";
      EXPECT_EQ(cache_->store_calls + cache_->erase_calls, stores) << "and changes nothing";
      EXPECT_EQ(decisionOf(explanation), row.decision) << explanation.toText();
      EXPECT_EQ(explanation.answers, row.decision.starts_with("answer"));
      EXPECT_EQ(done(row.second), row.decision);
    }
  }
}

TEST_P(Explain, SaysWhatAnswersWhereTheServerCannot) {
  for (const Millis span : {0s, 20s, 40s}) {
    job_.cache.stale_if_error = span;
    bool is_first = true;
    serve([&is_first](const Seen&) -> Answer {
      if (!std::exchange(is_first, false)) return Failure{ErrorKind::kConnect, "no"};
      return reply(200, {}, "page");
    });
    (void)visit(kUrl);
    time_.advance(90s);
    const bool answers = explained(get(kUrl)).on_error;
    EXPECT_EQ(answers, span == 40s);
    EXPECT_EQ(visit(kUrl).outcome, answers ? Outcome::kStale : Outcome::kFailed);
  }
}

TEST_P(Explain, NamesTheKeyOfAHead) {
  fill({.first = headOf()});
  const Explanation one = explained(headOf());
  EXPECT_EQ(one.key, kKey);
  EXPECT_EQ(one.variant_key, kKey + "#head");
  EXPECT_THAT(one.facts, Contains(Pair("key of the head", kKey + "#head")));
  EXPECT_EQ(explained(get(kUrl)).stored, nullptr);
}

TEST_P(Explain, FollowsStoredRedirectsAndSpeaksOfWhereTheyLead) {
  fill({.policy = kHttp, .status = 302});
  time_.advance(30s);
  const Explanation one = explained(get(kUrl));
  EXPECT_EQ(one.url, kUrl);
  EXPECT_EQ(one.final_url, urlOf(2));
  EXPECT_EQ(one.key, "url:" + urlOf(2));
  ASSERT_NE(one.stored, nullptr);
  EXPECT_EQ(one.stored->status(), 200);
  EXPECT_THAT(one.facts, Contains(Pair("redirect", HasSubstr("302 to " + urlOf(2)))));
}

TEST_P(Explain, FetchesWhatAStoredRedirectLeadsTo) {
  job_.cache.policy = kHttp;
  job_.cache.allowable_codes.clear();
  serve([](const Seen& seen) -> Answer {
    if (seen.url != kUrl) return reply(200, {{"Cache-Control", "no-store"}}, "page");
    return reply(302, {{"Location", "/2"}, {"Cache-Control", "max-age=60"}});
  });
  (void)visit(kUrl);
  const Explanation one = explained(get(kUrl));
  EXPECT_EQ(one.decision, "fetch");
  EXPECT_EQ(one.final_url, urlOf(2));
  EXPECT_EQ(one.stored, nullptr);
  EXPECT_EQ(done(get(kUrl)), "fetch");
}

TEST_P(Explain, FailsWhereAStoredRedirectLeadsIntoAPrivateNetwork) {
  job_.cache.policy = kHttp;
  job_.cache.allowable_codes.clear();
  serve([](const Seen&) -> Answer {
    return reply(302, {{"Location", "http://127.0.0.1/"}, {"Cache-Control", "max-age=60"}});
  });
  (void)visit(kUrl);
  const Explanation one = explained(get(kUrl));
  EXPECT_EQ(one.decision, "fail") << one.toText();
  EXPECT_THAT(one.rule, HasSubstr("fetch.public_only"));
}

TEST_P(Explain, FailsWhereAStoredRedirectLeadsNowhere) {
  job_.fetch.max_redirs = 5;
  job_.cache.policy = kHttp;
  serve([](const Seen&) -> Answer {
    return reply(302, {{"Location", "/1"}, {"Cache-Control", "max-age=60"}});
  });
  job_.cache.allowable_codes.clear();
  (void)visit(kUrl);
  const Explanation one = explained(get(kUrl));
  EXPECT_EQ(one.decision, "fail") << one.toText();
  EXPECT_FALSE(one.answers);
  EXPECT_THAT(one.rule, HasSubstr("redirects"));
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFailed);
  EXPECT_EQ(again.requests, 0u);
}

TEST_P(Explain, TakesTheFirstGroupThatListsTheUrlUnlessOneIsNamed) {
  fill({.age = 90s});
  job_.groups.clear();
  addGroup("other", {urlOf(7)});
  addGroup("long", {"HTTP://EXAMPLE.test:80/1"});
  addGroup("short", {kUrl});
  job_.groups[1].expire_after = 1h;
  job_.groups[2].expire_after = 1s;
  EXPECT_EQ(explained(get(kUrl)).lifetime, 1h);
  EXPECT_EQ(explain(job_, *cache_, time_, get(kUrl), "short").lifetime, 1s);
  EXPECT_EQ(explain(job_, *cache_, time_, get(kUrl), "other").lifetime, 60s);
  EXPECT_THROW((void)explain(job_, *cache_, time_, get(kUrl), "none"), ConfigError);
}

TEST_P(Explain, ShowsNoSecretsAndNoControlCharacters) {
  fill({.first = get("")});
  Response hostile =
      reply(200, {{"ETag", "\"\x1b]0;\x07\xc2\x9b"},
                  {"Cache-Control", "max-age=1, a=http://me:hidden@h/?token=hidden"}});
  hostile.reason = "O\x1b[2J\nK";
  const Key key = "url:" + kUrl + "?token=hidden";
  const Keep keep{key, std::make_shared<const Entry>(key, std::move(hostile), time_.wallNow(),
                                                     time_.wallNow(), WallTime::max())};
  cache_->store({&keep, 1});
  const std::string text = explained(get(kUrl + "?token=hidden")).toText();
  EXPECT_THAT(text, HasSubstr("http://me:***@h/?token=***"));
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
  EXPECT_EQ(text.find_first_of("\x1b\x07\x9b"), std::string::npos);
}

TEST_P(Explain, IsOfNoUseWhereTheCacheCannotAnswer) {
  fill({});
  cache_->setDown(true);
  EXPECT_THROW((void)explained(get(kUrl)), CacheError);
  EXPECT_THROW((void)explained(get("no URL")), ConfigError);
}

TEST_P(Explain, KnowsNoKeyThatIsLongerThanImportsTake) {
  job_.cache.policy = kHttp;
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Vary", "Accept"}, {"Cache-Control", "max-age=60"}}, "page");
  });
  std::string url = kUrl;
  url.resize(kMaxKeyBytes - job_.cache.key_prefix.size(), 'a');
  for (const char* accept : {"a/b", "c/d"}) {
    (void)ask(get(url, {{"Accept", accept}, {"Cookie", "a"}}));
  }
  const Explanation one = explained(get(url, {{"Accept", "a/b"}, {"Cookie", "a"}}));
  EXPECT_EQ(one.decision, "answer") << one.toText();
  EXPECT_GT(one.variant_key.size(), kMaxKeyBytes);
  EXPECT_LE(one.variant_key.size(), kMaxKeyBytes + kMaxKeySuffixBytes);
}

}  // namespace
}  // namespace forage::run
