// What a job lets its cache keep, and who shares an answer.
#include <filesystem>
#include <fstream>

#include "policy_fixture.h"
#include "support/temporary_folder.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

class RunnerAdmission : public PolicyFixture {
 protected:
  /// Whether `response` is kept, and that its refusal is counted.
  bool isKept(const Response& response) {
    serve([response](const Seen&) -> Answer { return response; });
    const Visit one = visit(kUrl);
    const bool kept = cache_->size() == 1;
    EXPECT_EQ(one.stored, kept);
    EXPECT_EQ(runner_->metrics().stores_refused.value(), kept ? 0u : 1u);
    EXPECT_EQ(visit(kUrl).outcome, kept ? Outcome::kHit : Outcome::kFetched);
    return kept;
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerAdmission, kBothKindsOfCache, cacheKind);

TEST_P(RunnerAdmission, KeepsNoSmallerBodies) {
  job_.cache.min_size = 5;
  EXPECT_FALSE(isKept(reply(200, {}, "1234")));
  EXPECT_TRUE(isKept(reply(200, {}, "12345")));
}

TEST_P(RunnerAdmission, KeepsTheContentTypesThatAreListed) {
  job_.cache.content_types = {"text/*", "application/json"};
  EXPECT_TRUE(isKept(reply(200, {{"Content-Type", "Text/HTML; charset=utf-8"}}, "x")));
  EXPECT_TRUE(isKept(reply(200, {{"Content-Type", "application/json"}}, "x")));
  EXPECT_FALSE(isKept(reply(200, {{"Content-Type", "image/png"}}, "x")));
  EXPECT_FALSE(isKept(reply(200, {}, "x")));
}

TEST_P(RunnerAdmission, KeepsNoBodyThatHoldsAForbiddenText) {
  job_.cache.forbidden_patterns = {"please log in", "captcha"};
  EXPECT_FALSE(isKept(reply(200, {}, "<p>Please Log In</p>")));
  EXPECT_TRUE(isKept(reply(200, {}, "<p>Welcome</p>")));
}

TEST_P(RunnerAdmission, LooksIntoBodiesWithoutTheirContentCoding) {
  // "a captcha", as gzip
  const std::string coded(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x54\x48\x4e\x2c\x28\x49\xce\x48\x04\x00\x84"
      "\x7b\x1e\xed\x09\x00\x00\x00",
      29);
  const Response captcha = reply(200, {{"Content-Encoding", "gzip"}}, coded);
  for (const bool watched : {true, false}) {
    is_watched_ = watched;
    job_.cache.min_size = 0;
    job_.cache.forbidden_patterns = {"captcha"};
    serve([&](const Seen&) -> Answer { return captcha; });
    EXPECT_EQ(visitAll({kUrl}).totals.fetched, 1u);
    EXPECT_EQ(cache_->size(), 0u);
    job_.cache.min_size = 10;  // it has 9 bytes, and 29 as gzip
    job_.cache.forbidden_patterns.clear();
    EXPECT_EQ(visitAll({kUrl}).totals.fetched, 1u);
    EXPECT_EQ(cache_->size(), 0u);
  }
}

TEST_P(RunnerAdmission, KeepsTheStatusesThatAreListedAndNeverAPart) {
  job_.cache.allowable_codes = {200, 206, 304, 404};
  EXPECT_TRUE(isKept(reply(200, {}, "x")));
  EXPECT_FALSE(isKept(reply(206, {{"Content-Range", "bytes 0-0/2"}}, "x")));
  serve([](const Seen&) -> Answer { return reply(404, {}, "x"); });
  EXPECT_TRUE(visit(kUrl).stored);
  EXPECT_EQ(visit(kUrl).source, Outcome::kHit);
}

TEST_P(RunnerAdmission, AnEmptyListKeepsNothingUnderTtlAndAllThatHttpLetsUnderRfc9111) {
  job_.cache.allowable_codes.clear();
  serve(samePage);
  EXPECT_FALSE(visit(kUrl).stored);
  job_.cache.policy = CachePolicy::kRfc9111;
  EXPECT_TRUE(isKept(reply(203, {{"Cache-Control", "max-age=9"}}, "x")));
}

TEST_P(RunnerAdmission, HoldsUnderRfc9111Too) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.min_size = 5;
  EXPECT_FALSE(isKept(reply(200, {{"Cache-Control", "max-age=9"}}, "1234")));
}

// --- sharing ----------------------------------------------------------------------------------

class RunnerSharing : public PolicyFixture {
 protected:
  /// Three groups ask for the same at once; returns how many requests that took.
  int askAtOnce(const std::string& cache_control) {
    serve([=, this](const Seen&) -> Answer {
      // Whoever has to fetch for itself is in flight beside the others, not after them.
      if (fetcher_->total() == 1) fetcher_->hold(kUrl);
      return reply(200, {{"Cache-Control", cache_control}}, "page");
    });
    job_.groups.clear();
    recorder_.clear();
    for (const char* name : {"a", "b", "c"}) addGroup(name, {kUrl});
    fetcher_->hold(kUrl);
    std::jthread running([&] { expectLaw(run(), 3); });
    EXPECT_TRUE(eventually([&] { return runner_->metrics().parked == 2; }));
    fetcher_->release(kUrl);
    EXPECT_TRUE(eventually([&] { return recorder_.count() == 3 || fetcher_->total() == 3; }));
    fetcher_->release(kUrl);
    running.join();
    return fetcher_->total();
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerSharing, kBothKindsOfCache, cacheKind);

TEST_P(RunnerSharing, OneFetchAnswersAllWhoAskAtOnce) {
  EXPECT_EQ(askAtOnce("no-store"), 1);
  job_.cache.policy = CachePolicy::kRfc9111;
  EXPECT_EQ(askAtOnce("max-age=60"), 1);
}

TEST_P(RunnerSharing, WhatMayNotBeSharedIsFetchedByEachAtTheSameTime) {
  job_.cache.policy = CachePolicy::kRfc9111;
  for (const char* control : {"no-store", "no-cache", "max-age=0"}) {
    EXPECT_EQ(askAtOnce(control), 3) << control;
    for (const Visit& visit : recorder_.visits()) EXPECT_EQ(visit.outcome, Outcome::kFetched);
    EXPECT_EQ(fetcher_->mostInFlight(), 2) << control;
  }
}

TEST_P(RunnerSharing, WhatMustNotBeStoredIsNotStoredByWhoFetchedForItself) {
  job_.cache.policy = CachePolicy::kRfc9111;
  EXPECT_EQ(askAtOnce("no-store"), 3);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerSharing, IgnoredParametersMakeUrlsShareAnAnswer) {
  job_.cache.ignored_parameters = {"utm_*", "ref"};
  serve(samePage);
  (void)visitAll({"http://example.test/?utm_source=a&q=1&ref=b"});
  EXPECT_EQ(visitAll({"http://example.test/?q=1"}).totals.hit, 1u);
  EXPECT_EQ(visitAll({"http://example.test/?q=1&utm_x"}).totals.hit, 1u);
  EXPECT_EQ(visitAll({"http://example.test/?q=2"}).totals.fetched, 1u);
  EXPECT_EQ(cache_->keys().back(), "url:http://example.test/?q=2");
}

// --- credentials ------------------------------------------------------------------------------

TEST_P(RunnerSharing, NobodyIsServedAnothersPage) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    for (const char* field : {"Authorization", "Cookie"}) {
      serve([field](const Seen& seen) -> Answer {
        return reply(200, {{"Cache-Control", "max-age=60"}}, "of " + seen.field(field));
      });
      EXPECT_EQ(ask(get(kUrl, {{field, "anna-secret"}})).content(), "of anna-secret");
      EXPECT_EQ(ask(get(kUrl, {{field, "bert-secret"}})).content(), "of bert-secret");
      EXPECT_EQ(ask(get(kUrl)).content(), "of ");
      const Visit again = ask(get(kUrl, {{field, "anna-secret"}}));
      EXPECT_EQ(again.outcome, Outcome::kHit);
      EXPECT_EQ(again.content(), "of anna-secret");
      EXPECT_EQ(cache_->size(), 3u);
      for (const Key& key : cache_->keys()) {
        EXPECT_EQ(key.find("secret"), std::string::npos) << key;
        EXPECT_TRUE(key.starts_with("url:" + kUrl)) << key;
      }
    }
  }
}

TEST_P(RunnerSharing, NobodyIsServedWhatAnotherClientCertificateGot) {
  const test::TemporaryFolder folder;
  const std::string secure = "https://example.test/1";
  serve(samePage);
  const auto fetchedAs = [&](const std::string& name) {
    job_.fetch.plugin.settings = Settings();
    if (!name.empty()) {
      const std::filesystem::path file = folder.path() / name;
      std::ofstream(file) << "certificate of " << name;
      job_.fetch.plugin.settings = Settings("fetch.http", {{"cert_file", {file.string(), ""}}});
    }
    return visitAll({secure, kUrl}).totals.fetched;
  };
  EXPECT_EQ(fetchedAs(""), 2u);
  EXPECT_EQ(fetchedAs("anna"), 1u) << "without TLS nobody is shown a certificate";
  EXPECT_EQ(fetchedAs("bert"), 1u);
  EXPECT_EQ(fetchedAs("anna"), 0u);
  EXPECT_EQ(fetchedAs(""), 0u);
  EXPECT_EQ(cache_->size(), 4u);
}

TEST_P(RunnerSharing, NobodyWaitsForAnothersPage) {
  serve([](const Seen& seen) -> Answer { return reply(200, {}, "of " + seen.field("Cookie")); });
  begin();
  fetcher_->hold();
  const std::string anna = send(get(kUrl, {{"Cookie", "anna"}}));
  const std::string bert = send(get(kUrl, {{"Cookie", "bert"}}));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(anna).content(), "of anna");
  EXPECT_EQ(answerOf(bert).content(), "of bert");
  (void)finish();
}

TEST_P(RunnerSharing, FieldsOfMatchHeadersArePartOfKeys) {
  job_.cache.match_headers = {"Accept-Language"};
  serve([](const Seen& seen) -> Answer {
    return reply(200, {}, "in " + seen.field("Accept-Language"));
  });
  (void)ask(get(kUrl, {{"Accept-Language", "de"}}));
  (void)ask(get(kUrl, {{"Accept-Language", "en"}}));
  const Visit again = ask(get(kUrl, {{"accept-language", "de"}, {"X-Other", "1"}}));
  EXPECT_EQ(again.outcome, Outcome::kHit);
  EXPECT_EQ(again.content(), "in de");
}

}  // namespace
}  // namespace forage::run
