// What requests of a program may say to the cache: conditions, ranges, directives.
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

const std::string kDate = "Tue, 14 Nov 2023 20:00:00 GMT";

class RunnerRequests : public PolicyFixture {
 protected:
  RunnerRequests() { job_.cache.policy = CachePolicy::kRfc9111; }

  /// Stores "0123456789" for a minute.
  void storePage() {
    serve([](const Seen& seen) -> Answer {
      const bool condition = !seen.field("If-None-Match").empty();
      if (condition) return reply(304, {{"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}});
      return reply(200,
                   {{"ETag", "\"1\""},
                    {"Last-Modified", kDate},
                    {"Content-Type", "text/plain"},
                    {"Cache-Control", "max-age=60"}},
                   "0123456789");
    });
    (void)visit(kUrl);
  }
  Visit asking(const std::string& directives) {
    return ask(get(kUrl, {{"Cache-Control", directives}}));
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerRequests, kBothKindsOfCache, cacheKind);

TEST_P(RunnerRequests, GoOutWithTheirOwnFieldsAndOursWhereTheyHaveNone) {
  serve(samePage);
  RequestSpec spec = request("PUT", kUrl, {{"User-Agent", "mine"}, {"X-A", "1"}, {"X-A", "2"}});
  spec.body = "text";
  (void)ask(spec);
  const Seen seen = lastSeen();
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.body, "text");
  EXPECT_TRUE(seen.headers.block().starts_with("User-Agent: mine\r\nX-A: 1\r\nX-A: 2\r\n"));
  EXPECT_EQ(seen.headers.view().count("User-Agent"), 1u);
  EXPECT_NE(seen.field("Accept-Encoding"), "");
}

TEST_P(RunnerRequests, AreAnsweredByTag) {
  serve(samePage);
  begin();
  std::map<std::string, std::string> urls;
  for (int n = 0; n < 500; ++n) urls[send(get(urlOf(n)))] = urlOf(n);
  for (const auto& [tag, url] : urls) EXPECT_EQ(answerOf(tag).content(), "body of " + url);
  (void)finish();
}

TEST_P(RunnerRequests, WhatIsNoUrlIsAFailureOfThatRequestAlone) {
  serve(samePage);
  begin();
  EXPECT_EQ(say(get("gopher://x/")).failure.kind, ErrorKind::kUrl);
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  (void)finish();
}

TEST_P(RunnerRequests, WhatPrecedesThemInTheListIsVisitedToo) {
  serve(samePage);
  Requests requests;
  requests.push(request("POST", urlOf(1)));
  requests.end();
  addGroup("both", {urlOf(2), urlOf(3)});
  job_.groups[0].requests = &requests;
  expectLaw(run(), 3);
  EXPECT_EQ(fetcher_->count(urlOf(1)), 1);
}

// --- conditions and parts ----------------------------------------------------------------------

TEST_P(RunnerRequests, AConditionThatHoldsIsAnsweredByTheCache) {
  storePage();
  for (const HeaderField field :
       {HeaderField{"If-None-Match", "\"0\", W/\"1\""}, HeaderField{"If-None-Match", "*"},
        HeaderField{"If-Modified-Since", kDate}}) {
    const Visit visit = ask(get(kUrl, {field}));
    EXPECT_EQ(visit.status(), 304) << field.value;
    EXPECT_EQ(visit.outcome, Outcome::kHit);
    EXPECT_EQ(visit.content(), "");
    EXPECT_EQ(visit.response->headers().find("ETag"), "\"1\"");
    EXPECT_EQ(visit.response->headers().find("Content-Type"), std::nullopt);
  }
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerRequests, AConditionThatDoesNotHoldIsAnsweredWithThePage) {
  storePage();
  const Visit visit = ask(get(kUrl, {{"If-None-Match", "\"0\""}}));
  EXPECT_EQ(visit.status(), 200);
  EXPECT_EQ(visit.content(), "0123456789");
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerRequests, AConditionOfTheClientGoesToTheServerBesideOurs) {
  storePage();
  time_.advance(61s);
  const Visit visit = ask(get(kUrl, {{"If-None-Match", "\"0\""}}));
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"0\", \"1\"");
  EXPECT_EQ(visit.status(), 200) << "the client does not have what still holds";
  EXPECT_EQ(visit.outcome, Outcome::kRevalidated);
  EXPECT_EQ(visit.content(), "0123456789");
}

TEST_P(RunnerRequests, A304ForTheClientsOwnCopyIsTheClients) {
  serve([](const Seen&) -> Answer { return reply(304, {{"ETag", "\"mine\""}}); });
  const Visit visit = ask(get(kUrl, {{"If-None-Match", "\"mine\""}}));
  EXPECT_EQ(visit.status(), 304);
  EXPECT_EQ(visit.outcome, Outcome::kFetched);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerRequests, PreconditionsOfChangesGoToTheServer) {
  storePage();
  for (const char* name : {"If-Match", "If-Unmodified-Since"}) {
    EXPECT_EQ(ask(get(kUrl, {{name, "\"1\""}})).outcome, Outcome::kFetched) << name;
    EXPECT_EQ(lastSeen().field(name), "\"1\"");
  }
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit) << "that changed nothing";
}

TEST_P(RunnerRequests, ARangeIsCutOutOfWhatIsStored) {
  storePage();
  struct Case {
    const char* range;
    const char* body;
    const char* content_range;
  };
  for (const Case& one :
       {Case{"bytes=2-4", "234", "bytes 2-4/10"}, Case{"bytes=7-", "789", "bytes 7-9/10"},
        Case{"bytes=-2", "89", "bytes 8-9/10"}}) {
    const Visit visit = ask(get(kUrl, {{"Range", one.range}}));
    EXPECT_EQ(visit.status(), 206) << one.range;
    EXPECT_EQ(visit.outcome, Outcome::kHit);
    EXPECT_EQ(visit.content(), one.body);
    EXPECT_EQ(visit.response->headers().find("Content-Range"), one.content_range);
  }
  const Visit beyond = ask(get(kUrl, {{"Range", "bytes=10-"}}));
  EXPECT_EQ(beyond.status(), 416);
  EXPECT_EQ(beyond.source, Outcome::kHit);
  EXPECT_EQ(beyond.response->headers().find("Content-Range"), "bytes */10");
  EXPECT_EQ(ask(get(kUrl, {{"Range", "bytes=2-4"}, {"If-Range", "\"0\""}})).status(), 200);
  EXPECT_EQ(ask(get(kUrl, {{"Range", "bytes=0-1,3-4"}})).status(), 200) << "the whole will do";
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerRequests, APartOfWhatIsCodedIsNotCutOut) {
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Content-Encoding", "unknown"}, {"Cache-Control", "max-age=60"}}, "coded");
  });
  (void)visit(kUrl);
  const Visit visit = ask(get(kUrl, {{"Range", "bytes=0-1"}}));
  EXPECT_EQ(visit.status(), 200);
  EXPECT_EQ(visit.content(), "coded");
}

TEST_P(RunnerRequests, ARangeThatIsNotStoredComesFromTheServerAndIsNotKept) {
  serve([](const Seen&) -> Answer {
    return reply(206, {{"Content-Range", "bytes 0-1/10"}, {"Cache-Control", "max-age=60"}}, "01");
  });
  const Visit visit = ask(get(kUrl, {{"Range", "bytes=0-1"}}));
  EXPECT_EQ(visit.status(), 206);
  EXPECT_EQ(visit.outcome, Outcome::kFetched);
  EXPECT_EQ(lastSeen().field("Range"), "bytes=0-1");
  EXPECT_EQ(lastSeen().field("Accept-Encoding"), "identity");
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerRequests, APartIsNotWhatOthersWaitFor) {
  serve([](const Seen& seen) -> Answer {
    if (!seen.field("Range").empty()) return reply(206, {{"Content-Range", "bytes 0-1/4"}}, "pa");
    return reply(200, {{"Cache-Control", "max-age=60"}}, "page");
  });
  begin();
  fetcher_->hold();
  const std::string part = send(get(kUrl, {{"Range", "bytes=0-1"}}));
  const std::string whole = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(part).content(), "pa");
  EXPECT_EQ(answerOf(whole).content(), "page");
  (void)finish();
}

TEST_P(RunnerRequests, HeadIsAnsweredByWhatIsStoredOfGet) {
  storePage();
  const Visit visit = ask(request("HEAD", kUrl));
  EXPECT_EQ(visit.status(), 200);
  EXPECT_EQ(visit.outcome, Outcome::kHit);
  EXPECT_EQ(visit.content(), "");
  EXPECT_EQ(visit.response->headers().find("Content-Type"), "text/plain");
  EXPECT_EQ(fetcher_->total(), 1);
}

// --- HEAD (RFC 9110, section 9.3.2) --------------------------------------------------------------

class RunnerHeads : public RunnerRequests {
 protected:
  RunnerHeads() {
    job_.cache.allowable_codes.clear();
    serve([this](const Seen& seen) -> Answer {
      if (seen.method == "PUT") return reply(204, {});
      Response response = reply(status_, {{"Cache-Control", directives_}, {"Content-Length", "4"}});
      if (seen.method == "GET") response.body = "page";
      return response;
    });
  }
  Visit head() { return ask(request("HEAD", kUrl)); }

  int status_ = 200;
  std::string directives_ = "max-age=60";
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerHeads, kBothKindsOfCache, cacheKind);

TEST_P(RunnerHeads, AreKeptAndAnswerHeads) {
  const Visit first = head();
  EXPECT_EQ(first.outcome, Outcome::kFetched);
  EXPECT_TRUE(first.stored);
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kKey + "#head"});
  time_.advance(5s);
  const Visit again = head();
  EXPECT_EQ(again.outcome, Outcome::kHit);
  EXPECT_EQ(again.age, 5s);
  EXPECT_EQ(again.response->headers().find("Content-Length"), "4");
  time_.advance(56s);
  EXPECT_EQ(head().outcome, Outcome::kFetched);
  EXPECT_EQ(head().outcome, Outcome::kHit);
}

TEST_P(RunnerHeads, NeverAnswerAGet) {
  (void)head();
  EXPECT_EQ(ask(get(kUrl, {{"Cache-Control", "only-if-cached"}})).status(), 504);
  EXPECT_EQ(ask(get(kUrl)).content(), "page");
  EXPECT_EQ(visit(kUrl).content(), "page");
  EXPECT_EQ(cache_->at(kKey)->body(), "page");
}

TEST_P(RunnerHeads, AreNotKeptBesideThePage) {
  (void)ask(get(kUrl));
  EXPECT_EQ(head().outcome, Outcome::kHit);
  time_.advance(61s);
  EXPECT_EQ(head().outcome, Outcome::kFetched);
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kKey});
  EXPECT_EQ(ask(get(kUrl)).outcome, Outcome::kHit) << "the page was renewed";
}

TEST_P(RunnerHeads, AreKeptWhereThePageWouldBe) {
  directives_ = "no-store";
  EXPECT_FALSE(head().stored);
  directives_ = "max-age=60";
  EXPECT_FALSE(ask(request("HEAD", kUrl, {{"Cache-Control", "no-store"}})).stored);
  job_.cache.min_size = 1;
  EXPECT_FALSE(head().stored) << "its body is not known";
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerHeads, AreReplacedByWhatMayNotBeKept) {
  (void)head();
  time_.advance(61s);
  status_ = 403;
  directives_ = "no-store";
  EXPECT_EQ(head().status(), 403);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerHeads, AnswerForAServerThatCannot) {
  job_.cache.stale_if_error = kForever;
  (void)head();
  time_.advance(61s);
  status_ = 503;
  EXPECT_EQ(head().outcome, Outcome::kStale);
}

TEST_P(RunnerHeads, AreErasedByWhatChangesThePage) {
  (void)head();
  (void)ask(request("PUT", kUrl));
  EXPECT_EQ(cache_->size(), 0u);
  EXPECT_EQ(head().outcome, Outcome::kFetched);
}

TEST_P(RunnerHeads, AreNotValidatedInTheBackgroundByAFetchOfEverything) {
  directives_ = "max-age=60, stale-while-revalidate=60";
  (void)head();
  time_.advance(61s);
  EXPECT_EQ(head().outcome, Outcome::kFetched);
  EXPECT_EQ(lastSeen().method, "HEAD");
}

TEST_P(RunnerRequests, AGetWithABodyIsNotTheCachesBusiness) {
  storePage();
  RequestSpec spec = get(kUrl);
  spec.body = "query";
  EXPECT_EQ(ask(spec).outcome, Outcome::kFetched);
  EXPECT_EQ(lastSeen().body, "query");
}

// --- directives (RFC 9111, section 5.2.1) -------------------------------------------------------

TEST_P(RunnerRequests, OnlyIfCachedIsAnsweredByTheCacheOrNobody) {
  serve(samePage);
  const Visit miss = asking("only-if-cached");
  EXPECT_EQ(miss.status(), 504);
  EXPECT_EQ(miss.outcome, Outcome::kFailed);
  EXPECT_EQ(miss.cache_status.toString(), "forage");
  EXPECT_EQ(fetcher_->total(), 0);
  storePage();
  EXPECT_EQ(asking("only-if-cached").outcome, Outcome::kHit);
  time_.advance(61s);
  EXPECT_EQ(asking("only-if-cached").status(), 504);
  EXPECT_EQ(asking("only-if-cached, max-stale").outcome, Outcome::kStale);
}

TEST_P(RunnerRequests, OfflineIsAnsweredByTheCacheOrNobody) {
  job_.cache.mode = CacheMode::kOffline;
  serve(samePage);
  begin();
  EXPECT_EQ(say(get(kUrl)).status(), 504);
  EXPECT_EQ(say(request("POST", kUrl)).status(), 504);
  (void)finish();
  EXPECT_EQ(fetcher_->total(), 0);
}

TEST_P(RunnerRequests, NoCacheAsksTheServer) {
  storePage();
  EXPECT_EQ(asking("no-cache").outcome, Outcome::kRevalidated);
  EXPECT_EQ(ask(get(kUrl, {{"Pragma", "no-cache"}})).outcome, Outcome::kRevalidated);
}

TEST_P(RunnerRequests, AgesAreBounded) {
  storePage();
  time_.advance(30s);
  EXPECT_EQ(asking("max-age=30").outcome, Outcome::kHit);
  EXPECT_EQ(asking("min-fresh=30").outcome, Outcome::kHit);
  EXPECT_EQ(asking("max-age=29").outcome, Outcome::kRevalidated);
  time_.advance(31s);
  EXPECT_EQ(asking("min-fresh=30").outcome, Outcome::kRevalidated);
  time_.advance(70s);
  EXPECT_EQ(asking("max-stale=10").outcome, Outcome::kStale);
  EXPECT_EQ(asking("max-stale=9").outcome, Outcome::kRevalidated);
}

TEST_P(RunnerRequests, HoldUnderTtlToo) {
  job_.cache.policy = CachePolicy::kTtl;
  storePage();
  EXPECT_EQ(asking("max-age=0").outcome, Outcome::kHit) << "it has just come";
  time_.advance(1s);
  EXPECT_EQ(asking("max-age=0").outcome, Outcome::kRevalidated);
  EXPECT_EQ(asking("no-cache").outcome, Outcome::kRevalidated);
}

TEST_P(RunnerRequests, NoStoreOfTheRequestStoresNothing) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    serve([](const Seen&) -> Answer {
      return reply(200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, "page");
    });
    EXPECT_FALSE(asking("no-store").stored);
    EXPECT_EQ(cache_->size(), 0u);
  }
}

TEST_P(RunnerRequests, StaleIfErrorOfTheRequestAllowsIt) {
  storePage();
  bool away = true;
  time_.advance(61s);
  serve([&](const Seen&) -> Answer {
    if (away) return Failure{ErrorKind::kConnect, "no"};
    return reply(200, {{"Cache-Control", "max-age=60"}}, "page");
  });
  away = false;
  (void)visit(kUrl);
  away = true;
  time_.advance(70s);
  EXPECT_EQ(asking("stale-if-error=5").outcome, Outcome::kFailed);
  EXPECT_EQ(asking("stale-if-error=60").outcome, Outcome::kStale);
}

TEST_P(RunnerRequests, FieldsThatNoCacheNamesAreLeftOutOfHits) {
  serve([](const Seen&) -> Answer {
    return reply(200,
                 {{"Cache-Control", "max-age=60, no-cache=\"Set-Cookie\""},
                  {"Set-Cookie", "a=1"},
                  {"X-B", "2"}},
                 "page");
  });
  EXPECT_EQ(ask(get(kUrl)).response->headers().find("Set-Cookie"), "a=1");
  const Visit hit = ask(get(kUrl));
  EXPECT_EQ(hit.outcome, Outcome::kHit);
  EXPECT_EQ(hit.response->headers().find("Set-Cookie"), std::nullopt);
  EXPECT_EQ(hit.response->headers().find("X-B"), "2");
}

TEST_P(RunnerRequests, AStopAnswersWhatIsUnderWay) {
  job_.run.grace_period = Millis(0);
  serve(samePage);
  begin();
  fetcher_->hold();
  const std::string waiting = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 1; }));
  stop_.request_stop();
  const Visit visit = answerOf(waiting);
  EXPECT_EQ(visit.outcome, Outcome::kFailed);
  EXPECT_EQ(visit.failure.kind, ErrorKind::kCancelled);
  EXPECT_TRUE(finish().interrupted);
}

}  // namespace
}  // namespace forage::run
