// How long answers are fresh under both policies, and what becomes of them after that.
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::reply;
using test::Seen;

/// Answers with a tag, and 304 to those who name it.
test::Script tagged(const std::string& tag, const std::string& cache_control = "") {
  return [=](const Seen& seen) -> Answer {
    if (seen.field("If-None-Match") == tag) return reply(304, {{"ETag", tag}, {"X-Came", "late"}});
    return reply(200, {{"ETag", tag}, {"X-Came", "first"}, {"Cache-Control", cache_control}},
                 "page");
  };
}

class RunnerFreshness : public PolicyFixture {};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerFreshness, kBothKindsOfCache, cacheKind);

// --- ttl --------------------------------------------------------------------------------------

TEST_P(RunnerFreshness, ValidatesWhatHasExpiredAndRenewsItAfterA304) {
  job_.cache.expire_after = 60s;
  serve(tagged("\"1\""));
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  time_.advance(60s);
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kRevalidated);
  EXPECT_EQ(again.content(), "page");
  EXPECT_EQ(again.response->headers().find("X-Came"), "late");
  EXPECT_EQ(again.requests, 1u);
  EXPECT_EQ(again.cache_status.toString(), "forage; fwd=stale; fwd-status=304; ttl=0");
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"1\"");
  time_.advance(59s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerFreshness, AsksAboutTheDateWhereThereIsNoTag) {
  job_.cache.expire_after = 60s;
  const std::string date = "Tue, 14 Nov 2023 20:00:00 GMT";
  serve([&](const Seen& seen) -> Answer {
    if (seen.field("If-Modified-Since") == date) return reply(304, {});
    return reply(200, {{"Last-Modified", date}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(61s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
}

TEST_P(RunnerFreshness, ANewPageReplacesWhatHasExpired) {
  job_.cache.expire_after = 60s;
  int version = 0;
  serve([&](const Seen&) -> Answer {
    const std::string number = std::to_string(++version);
    return reply(200, {{"ETag", '"' + number + '"'}}, "page " + number);
  });
  (void)visit(kUrl);
  time_.advance(61s);
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFetched);
  EXPECT_EQ(again.content(), "page 2");
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"1\"");
  EXPECT_EQ(visit(kUrl).content(), "page 2");
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerFreshness, FetchesAnewWhatHasExpiredAndHasNoValidator) {
  job_.cache.expire_after = 60s;
  serve(samePage);
  (void)visit(kUrl);
  time_.advance(61s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_EQ(lastSeen().field("If-None-Match"), "");
}

TEST_P(RunnerFreshness, AsksOnceMoreWithoutAConditionWhenTheServerConfirmsSomethingElse) {
  job_.cache.expire_after = 60s;
  serve([](const Seen& seen) -> Answer {
    if (!seen.field("If-None-Match").empty()) return reply(304, {{"ETag", "\"other\""}});
    return reply(200, {{"ETag", "\"1\""}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(61s);
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFetched);
  EXPECT_EQ(again.status(), 200);
  EXPECT_EQ(again.requests, 2u);
  EXPECT_EQ(lastSeen().field("If-None-Match"), "");
}

TEST_P(RunnerFreshness, OneRequestValidatesForAllWhoAskAtOnce) {
  job_.cache.expire_after = 60s;
  serve(tagged("\"1\""));
  (void)visit(kUrl);
  time_.advance(61s);
  const Report report = visitAll(std::vector<std::string>(50, kUrl));
  EXPECT_EQ(fetcher_->total(), 2);
  EXPECT_EQ(report.totals.revalidated, 1u);
  EXPECT_EQ(report.totals.joined + report.totals.hit, 49u);
}

TEST_P(RunnerFreshness, TheFirstPatternThatMatchesSaysHowLong) {
  job_.cache.urls_expire_after = {{"example.test/news/*", 10s}, {"example.test/", 1h}};
  job_.cache.expire_after = 24h;
  serve(tagged("\"1\""));
  const std::string news = "http://example.test/news/1";
  const std::string page = "http://example.test/page";
  const std::string other = "http://other.test/page";
  (void)visitAll({news, page, other});
  time_.advance(11s);
  (void)visitAll({news, page, other});
  EXPECT_EQ(recorder_.of(news).outcome, Outcome::kRevalidated);
  EXPECT_EQ(recorder_.of(page).outcome, Outcome::kHit);
  time_.advance(1h);
  (void)visitAll({page, other});
  EXPECT_EQ(recorder_.of(page).outcome, Outcome::kRevalidated);
  EXPECT_EQ(recorder_.of(other).outcome, Outcome::kHit);
}

TEST_P(RunnerFreshness, AGroupMayHaveALifetimeOfItsOwnButForPatterns) {
  job_.cache.urls_expire_after = {{"example.test/2", 1h}};
  job_.cache.expire_after = 24h;
  serve(tagged("\"1\""));
  for (int i = 0; i < 2; ++i) {
    recorder_.clear();
    job_.groups.clear();
    addGroup("short", {urlOf(1), urlOf(2)});
    addGroup("long", {urlOf(3)});
    job_.groups[0].expire_after = 10s;
    expectLaw(run(), 3);
    time_.advance(11s);
  }
  EXPECT_EQ(recorder_.of(urlOf(1)).outcome, Outcome::kRevalidated);
  EXPECT_EQ(recorder_.of(urlOf(2)).outcome, Outcome::kHit);
  EXPECT_EQ(recorder_.of(urlOf(3)).outcome, Outcome::kHit);
}

TEST_P(RunnerFreshness, ALifetimeThatChangesHoldsForWhatIsStoredAlready) {
  job_.cache.expire_after = 1h;
  serve(tagged("\"1\""));
  (void)visit(kUrl);
  time_.advance(10min);
  job_.cache.expire_after = 5min;
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
  time_.advance(2h);
  job_.cache.expire_after = kForever;
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
}

TEST_P(RunnerFreshness, ALifetimeOfNothingAsksTheServerEveryTime) {
  job_.cache.expire_after = 0ms;
  serve(tagged("\"1\""));
  (void)visit(kUrl);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
}

TEST_P(RunnerFreshness, IgnoresWhatTheResponseSaysUnderTtl) {
  job_.cache.expire_after = 1h;
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Cache-Control", "no-store, max-age=0"}, {"Vary", "*"}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(59min);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
}

TEST_P(RunnerFreshness, WhatCanBeValidatedStaysForTtlOffsetAfterItExpired) {
  job_.cache.expire_after = 1h;
  job_.cache.ttl_offset = 12h;
  serve([](const Seen& seen) -> Answer {
    if (seen.url == urlOf(1)) return reply(200, {{"ETag", "\"1\""}}, "page");
    return reply(200, {}, "page");
  });
  (void)visitAll({urlOf(1), urlOf(2)});
  EXPECT_EQ(cache_->lifetime("url:" + urlOf(1)), 13h);
  EXPECT_EQ(cache_->lifetime("url:" + urlOf(2)), 1h);
}

TEST_P(RunnerFreshness, APageThatNeverExpiresStaysForever) {
  serve(samePage);
  (void)visit(kUrl);
  EXPECT_EQ(cache_->lifetime(kKey), kForever);
}

// --- rfc9111 ----------------------------------------------------------------------------------

TEST_P(RunnerFreshness, IsWhatTheResponseSaysUnderRfc9111) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serve(tagged("\"1\"", "max-age=60"));
  const Visit first = visit(kUrl);
  EXPECT_EQ(first.cache_status.toString(), "forage; fwd=uri-miss; fwd-status=200; stored");
  time_.advance(59s);
  const Visit hit = visit(kUrl);
  EXPECT_EQ(hit.outcome, Outcome::kHit);
  EXPECT_EQ(hit.age, 59s);
  EXPECT_EQ(hit.cache_status.toString(), "forage; hit; ttl=1");
  time_.advance(1s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
  EXPECT_EQ(cache_->lifetime(kKey), 60s + job_.cache.ttl_offset);
}

TEST_P(RunnerFreshness, CountsTheAgeThatAResponseHadWhenItCame) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Cache-Control", "max-age=60"}, {"Age", "50"}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(9s);
  const Visit hit = visit(kUrl);
  EXPECT_EQ(hit.outcome, Outcome::kHit);
  EXPECT_EQ(hit.age, 59s);
  time_.advance(1s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
}

TEST_P(RunnerFreshness, ATenthOfItsAgeWhereTheResponseSaysNothing) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve([](const Seen&) -> Answer {  // the clock stands at 22:13:20
    return reply(200,
                 {{"Date", "Tue, 14 Nov 2023 22:13:20 GMT"},
                  {"Last-Modified", "Tue, 14 Nov 2023 22:03:20 GMT"}},
                 "page");
  });
  (void)visit(kUrl);
  time_.advance(59s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
  time_.advance(1s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
}

TEST_P(RunnerFreshness, NoCacheIsStoredAndAskedAboutEveryTime) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve(tagged("\"1\"", "no-cache, max-age=60"));
  (void)visit(kUrl);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
}

TEST_P(RunnerFreshness, NoStoreIsNotStored) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve(tagged("\"1\"", "no-store, max-age=60"));
  EXPECT_FALSE(visit(kUrl).stored);
  EXPECT_EQ(runner_->metrics().stores_refused.value(), 1u);
  EXPECT_EQ(cache_->size(), 0u);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
}

TEST_P(RunnerFreshness, A304ThatForbidsStoringRenewsNothing) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve([](const Seen& seen) -> Answer {
    if (seen.field("If-None-Match").empty()) {
      return reply(200, {{"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}}, "page");
    }
    return reply(304, {{"ETag", "\"1\""}, {"Cache-Control", "no-store"}});
  });
  (void)visit(kUrl);
  time_.advance(61s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
  EXPECT_EQ(cache_->at(kKey)->headers().find("Cache-Control"), "max-age=60");
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kRevalidated);
}

TEST_P(RunnerFreshness, ErrorsThatSayHowLongTheyHoldAreStored) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serve([](const Seen&) -> Answer {
    return reply(404, {{"Cache-Control", "max-age=60"}}, "gone");
  });
  (void)visit(kUrl);
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFailed);
  EXPECT_EQ(again.source, Outcome::kHit);
  EXPECT_EQ(again.failure.kind, ErrorKind::kStatus);
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerFreshness, KeepsNoFieldsOfTheConnection) {
  serve([](const Seen&) -> Answer {
    return reply(200,
                 {{"Connection", "close, X-Hop"},
                  {"Keep-Alive", "timeout=5"},
                  {"X-Hop", "1"},
                  {"Set-Cookie", "a=1"},
                  {"Set-Cookie", "b=2"}},
                 "page");
  });
  (void)visit(kUrl);
  EXPECT_EQ(cache_->at(kKey)->headers().block(), "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
}

// --- modes ------------------------------------------------------------------------------------

TEST_P(RunnerFreshness, OfflineAnswersWithWhatIsStoredHoweverOld) {
  job_.cache.expire_after = 60s;
  serve(tagged("\"1\""));
  (void)visit(kUrl);
  job_.cache.mode = CacheMode::kOffline;
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
  time_.advance(24h);
  const Visit stale = visit(kUrl);
  EXPECT_EQ(stale.outcome, Outcome::kStale);
  EXPECT_EQ(stale.content(), "page");
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerFreshness, OfflineAnswersWithNothingThatMustBeValidated) {
  job_.cache.policy = CachePolicy::kRfc9111;
  for (const char* directives : {"no-cache", "max-age=60, must-revalidate"}) {
    job_.cache.mode = CacheMode::kNormal;
    serve([&](const Seen&) -> Answer {
      return reply(200, {{"Cache-Control", directives}, {"ETag", "\"1\""}}, "page");
    });
    (void)visit(kUrl);
    time_.advance(61s);
    job_.cache.mode = CacheMode::kOffline;
    EXPECT_EQ(ask(get(kUrl)).status(), 504) << directives;
    const Visit own = visit(kUrl);
    EXPECT_EQ(own.failure.kind, ErrorKind::kOffline) << directives;
    EXPECT_EQ(own.failure.message, "must be validated, and no request is allowed");
    EXPECT_EQ(fetcher_->total(), 1);
  }
}

TEST_P(RunnerFreshness, OfflineMissesAreFailuresWithACodeOfTheirOwn) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    job_.cache.mode = CacheMode::kOffline;
    serve(samePage);
    const Report report = visitAll({urlOf(1), urlOf(2), urlOf(1)});
    EXPECT_EQ(report.totals.failed, 3u);
    EXPECT_EQ(report.exit_code, ExitCode::kOffline);
    EXPECT_EQ(recorder_.of(urlOf(1)).failure.kind, ErrorKind::kOffline);
    EXPECT_EQ(fetcher_->total(), 0);
  }
}

TEST_P(RunnerFreshness, RefreshAsksAboutWhatIsFreshToo) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    job_.cache.mode = CacheMode::kNormal;
    serve(tagged("\"1\"", "max-age=60"));
    (void)visit(kUrl);
    job_.cache.mode = CacheMode::kRefresh;
    const Visit again = visit(kUrl);
    EXPECT_EQ(again.outcome, Outcome::kRevalidated);
    EXPECT_EQ(fetcher_->total(), 2);
  }
}

TEST_P(RunnerFreshness, RefreshAsksOnceForAllWhoAskAtOnce) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    job_.cache.mode = CacheMode::kNormal;
    serve(tagged("\"1\"", "max-age=60"));
    (void)visit(kUrl);
    job_.cache.mode = CacheMode::kRefresh;
    recorder_.clear();
    job_.groups.clear();
    addGroup("a", {kUrl});
    addGroup("b", {kUrl});
    fetcher_->hold();
    std::jthread running([&] { expectLaw(run(), 2); });
    ASSERT_TRUE(test::eventually([&] { return runner_->metrics().parked == 1; }));
    fetcher_->release();
    running.join();
    EXPECT_EQ(fetcher_->total(), 2);
  }
}

TEST_P(RunnerFreshness, ForceRefreshFetchesAnewAndStores) {
  int version = 0;
  serve([&](const Seen&) -> Answer {
    return reply(200, {{"ETag", "\"1\""}}, "page " + std::to_string(++version));
  });
  (void)visit(kUrl);
  job_.cache.mode = CacheMode::kForceRefresh;
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFetched);
  EXPECT_EQ(again.content(), "page 2");
  EXPECT_EQ(again.cache_status.toString(), "forage; fwd=request; fwd-status=200; stored");
  EXPECT_EQ(lastSeen().field("If-None-Match"), "");
  job_.cache.mode = CacheMode::kNormal;
  EXPECT_EQ(visit(kUrl).content(), "page 2");
}

TEST_P(RunnerFreshness, ForceRefreshOfALongListFetchesEveryUrlOnce) {
  job_.cache.mode = CacheMode::kForceRefresh;
  std::vector<std::string> urls;
  for (int n = 0; n < 1'000; ++n) urls.push_back(urlOf(n));
  serve(samePage);
  EXPECT_EQ(visitAll(urls).totals.fetched, 1'000u);
  EXPECT_EQ(visitAll(urls).totals.fetched, 1'000u);
  EXPECT_EQ(fetcher_->total(), 2'000);
  EXPECT_EQ(cache_->size(), 1'000u);
}

}  // namespace
}  // namespace forage::run
