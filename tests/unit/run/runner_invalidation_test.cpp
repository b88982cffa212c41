// Unsafe methods make what is stored invalid (RFC 9111, section 4.4), whatever the cache is doing.
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

class RunnerInvalidation : public PolicyFixture {
 protected:
  /// A page whose version POSTs raise, told with `fields`.
  test::Script counted(Response posted = reply(204, {})) {
    return [this, posted](const Seen& seen) -> Answer {
      if (seen.method != "GET") {
        if (posted.status < 400) ++version_;
        return posted;
      }
      return page(version_);
    };
  }
  static Response page(int version) {
    return reply(200, {{"Cache-Control", "max-age=3600"}, {"ETag", "\"x\""}},
                 "version " + std::to_string(version));
  }
  /// Whether what is stored of `url` outlives a POST that is answered so.
  bool outlives(const std::string& url, Response posted) {
    serve(counted(std::move(posted)));
    EXPECT_EQ(visit(url).outcome, Outcome::kFetched);
    (void)ask(request("POST", kUrl));
    return visit(url).outcome == Outcome::kHit;
  }

  std::atomic<int> version_ = 1;
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerInvalidation, kBothKindsOfCache, cacheKind);

TEST_P(RunnerInvalidation, ErasesWhatIsStoredOfTheUri) {
  for (const CachePolicy policy : {CachePolicy::kTtl, CachePolicy::kRfc9111}) {
    job_.cache.policy = policy;
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "FROB"}) {
      serve(counted());
      (void)visit(kUrl);
      EXPECT_EQ(ask(request(method, kUrl)).status(), 204) << method;
      EXPECT_EQ(cache_->size(), 0u) << method;
      const Visit after = visit(kUrl);
      EXPECT_EQ(after.outcome, Outcome::kFetched) << method;
      EXPECT_EQ(after.content(), "version " + std::to_string(version_));
    }
  }
}

TEST_P(RunnerInvalidation, SafeMethodsEraseNothing) {
  for (const char* method : {"OPTIONS", "TRACE"}) {
    serve(counted());
    (void)visit(kUrl);
    (void)ask(request(method, kUrl));
    EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit) << method;
  }
}

TEST_P(RunnerInvalidation, ErasesWhereTheResponsePointsWithinTheOrigin) {
  const std::string other = "http://example.test/other?a=1";
  const std::string elsewhere = "http://elsewhere.test/";
  EXPECT_FALSE(outlives(other, reply(201, {{"Location", other}})));
  EXPECT_FALSE(outlives(other, reply(200, {{"Content-Location", "/other?a=1"}})));
  EXPECT_TRUE(outlives(elsewhere, reply(201, {{"Location", elsewhere}})));
  EXPECT_TRUE(outlives(elsewhere, reply(200, {{"Content-Location", elsewhere}})));
}

TEST_P(RunnerInvalidation, AnErrorErasesNothing) {
  EXPECT_TRUE(outlives(kUrl, reply(404, {})));
  EXPECT_TRUE(outlives(kUrl, reply(500, {})));
  EXPECT_FALSE(outlives(kUrl, reply(303, {{"Location", "/x"}})));
}

TEST_P(RunnerInvalidation, ErasesWhatIsStoredForTheClientsOwnCredentialsToo) {
  serve(counted());
  (void)ask(get(kUrl, {{"Cookie", "anna"}}));
  (void)ask(get(kUrl));
  (void)ask(request("POST", kUrl, {{"Cookie", "anna"}}));
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerInvalidation, CopiesForOthersCredentialsAreOfNoUseAfterIt) {
  job_.cache.match_headers = {"Accept-Language"};
  const std::vector<RequestSpec> copies{get(kUrl, {{"Cookie", "anna"}}),
                                        get(kUrl, {{"Authorization", "bob"}}),
                                        get(kUrl, {{"Accept-Language", "de"}})};
  serve(counted());
  begin();
  for (const RequestSpec& copy : copies) EXPECT_EQ(say(copy).outcome, Outcome::kFetched);
  ASSERT_TRUE(eventually([&] { return cache_->size() == copies.size(); }));
  time_.advance(1s);
  (void)say(request("POST", kUrl, {{"Cookie", "carla"}}));
  time_.advance(1s);
  for (const RequestSpec& copy : copies) {
    const Visit again = say(copy);
    EXPECT_EQ(again.outcome, Outcome::kFetched);
    EXPECT_EQ(again.content(), "version 2");
  }
  ASSERT_TRUE(eventually([&] {
    const std::vector<Key> keys = cache_->keys();
    return std::all_of(keys.begin(), keys.end(),
                       [&](const Key& key) { return cache_->at(key)->body() == "version 2"; });
  }));
  for (const RequestSpec& copy : copies) EXPECT_EQ(say(copy).outcome, Outcome::kHit);
  EXPECT_EQ(say(get(urlOf(2), {{"Cookie", "anna"}})).outcome, Outcome::kFetched);
  (void)finish();
}

TEST_P(RunnerInvalidation, AGetAfterAPostSeesNothingOfBefore) {
  serve(counted());
  begin();
  for (int i = 1; i < 50; ++i) {
    EXPECT_EQ(say(get(kUrl)).content(), "version " + std::to_string(i));
    EXPECT_EQ(say(get(kUrl)).content(), "version " + std::to_string(i));
    (void)say(request("POST", kUrl));
  }
  (void)finish();
}

TEST_P(RunnerInvalidation, WhatIsFetchedAfterAPostIsStored) {
  serve(counted());
  begin();
  (void)say(get(kUrl));
  (void)say(request("POST", kUrl));
  (void)say(get(kUrl));
  (void)finish();
  EXPECT_EQ(cache_->at(kKey)->body(), "version 2");
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
}

TEST_P(RunnerInvalidation, WhatWasInTheAirAtAPostIsNeitherWaitedForNorStored) {
  // The POST to another URL erases the page, whose old version comes after the new one.
  const std::string form = "http://example.test/form";
  serve([&](const Seen& seen) -> Answer {
    if (seen.method == "POST") return reply(201, {{"Location", kUrl}});
    return reply(200, {}, seen.field("X-Hold").empty() ? "new" : "old");
  });
  begin();
  fetcher_->hold("first");
  const std::string before = send(get(kUrl, {{"X-Hold", "first"}}));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 1; }));
  const std::string waiting = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  EXPECT_EQ(say(request("POST", form)).status(), 201);
  EXPECT_EQ(say(get(kUrl)).content(), "new");
  fetcher_->release("first");
  EXPECT_EQ(answerOf(before).content(), "old");
  EXPECT_EQ(answerOf(waiting).content(), "old") << "it asked before the POST";
  (void)finish();
  ASSERT_NE(cache_->at(kKey), nullptr);
  EXPECT_EQ(cache_->at(kKey)->body(), "new");
}

TEST_P(RunnerInvalidation, HeadRenewsWhatStillHolds) {
  job_.cache.expire_after = 60s;
  serve([](const Seen& seen) -> Answer {
    if (seen.method == "HEAD") {
      return reply(200, {{"ETag", "\"1\""}, {"Content-Length", "4"}, {"X-Came", "late"}});
    }
    return reply(200, {{"ETag", "\"1\""}, {"Content-Length", "4"}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(61s);
  const Visit head = ask(request("HEAD", kUrl));
  EXPECT_EQ(head.outcome, Outcome::kFetched);
  EXPECT_EQ(head.content(), "");
  const Visit after = visit(kUrl);
  EXPECT_EQ(after.outcome, Outcome::kHit);
  EXPECT_EQ(after.content(), "page");
  EXPECT_EQ(after.response->headers().find("X-Came"), "late");
}

TEST_P(RunnerInvalidation, HeadErasesWhatHasChanged) {
  job_.cache.expire_after = 60s;
  const std::vector<Response> changed{reply(200, {{"ETag", "\"2\""}}),
                                      reply(200, {{"Last-Modified", "today"}}),
                                      reply(200, {{"Content-Length", "5"}})};
  for (const Response& answer : changed) {
    serve([=](const Seen& seen) -> Answer {
      if (seen.method == "HEAD") return answer;
      return reply(200, {{"ETag", "\"1\""}}, "page");
    });
    (void)visit(kUrl);
    time_.advance(61s);
    (void)ask(request("HEAD", kUrl));
    EXPECT_EQ(cache_->size(), 0u);
  }
}

TEST_P(RunnerInvalidation, HeadThatFailsChangesNothing) {
  job_.cache.expire_after = 60s;
  serve([](const Seen& seen) -> Answer {
    if (seen.method == "HEAD") return reply(404, {});
    return reply(200, {{"ETag", "\"1\""}}, "page");
  });
  (void)visit(kUrl);
  time_.advance(61s);
  (void)ask(request("HEAD", kUrl));
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_P(RunnerInvalidation, APostMayAnswerLaterGets) {
  job_.cache.policy = CachePolicy::kRfc9111;
  serve([](const Seen& seen) -> Answer {
    if (seen.method != "POST") return page(0);
    return reply(200, {{"Content-Location", kUrl}, {"Cache-Control", "max-age=60"}}, "posted");
  });
  (void)visit(kUrl);
  EXPECT_TRUE(ask(request("POST", kUrl)).stored);
  const Visit after = visit(kUrl);
  EXPECT_EQ(after.outcome, Outcome::kHit);
  EXPECT_EQ(after.content(), "posted");
}

// --- caches that are slow, or away -------------------------------------------------------------

class RunnerSlowErase : public PolicyFixture {
 protected:
  static Answer counted(const Seen& seen) {
    if (seen.method == "GET") return reply(200, {{"ETag", "\"x\""}}, "page");
    return reply(204, {});
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerSlowErase, ::testing::Values(false), cacheKind);

TEST_P(RunnerSlowErase, NobodySeesWhatIsBeingErased) {
  serve(counted);
  begin();
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  ASSERT_TRUE(eventually([&] { return cache_->size() == 1; }));
  cache_->holdErase();
  (void)say(request("POST", kUrl));
  EXPECT_EQ(cache_->size(), 1u) << "it is still there";
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  cache_->open();
  (void)finish();
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit) << "what was fetched after the POST";
}

TEST_P(RunnerSlowErase, NobodySeesWhatIsStillToBeStored) {
  serve(counted);
  begin();
  cache_->holdStore();
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  // On its way to the cache: from the flight, or from the fallback, which has it first.
  EXPECT_NE(say(get(kUrl)).outcome, Outcome::kFetched);
  (void)say(request("POST", kUrl));
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  cache_->open();
  (void)finish();
  EXPECT_EQ(fetcher_->total(), 3);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
}

TEST_P(RunnerSlowErase, WhatIsErasedWhileTheCacheIsAwayIsErasedWhenItReturns) {
  serve(counted);
  (void)visit(kUrl);
  ASSERT_EQ(cache_->size(), 1u);
  begin();
  cache_->setDown(true);
  EXPECT_EQ(say(get(urlOf(2))).outcome, Outcome::kFetched);
  (void)say(request("POST", kUrl));
  EXPECT_EQ(cache_->size(), 1u);
  cache_->setDown(false);
  ASSERT_TRUE(eventually([&] { return !runner_->metrics().degraded; }));
  EXPECT_TRUE(eventually([&] { return cache_->at(kKey) == nullptr; }));
  EXPECT_EQ(say(get(kUrl)).outcome, Outcome::kFetched);
  (void)finish();
}

}  // namespace
}  // namespace forage::run
