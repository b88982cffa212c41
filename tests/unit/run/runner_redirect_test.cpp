// Redirects, and what a cache makes of them under both policies.
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

const std::string kFrom = urlOf(1);
const std::string kTo = urlOf(2);

class RunnerRedirect : public PolicyFixture {
 protected:
  static test::Script leading(int status, const std::string& control = "",
                              const std::string& final_control = "max-age=3600") {
    return [=](const Seen& seen) -> Answer {
      if (seen.url != kFrom) return reply(200, {{"Cache-Control", final_control}}, "page");
      return reply(status, {{"Location", "/2"}, {"Cache-Control", control}});
    };
  }
  RequestSpec following(RequestSpec spec) {
    spec.follow_redirects = true;
    return spec;
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerRedirect, kBothKindsOfCache, cacheKind);

TEST_P(RunnerRedirect, AWarmRunMakesNoRequestUnderTtl) {
  serve(leading(302, "no-store"));
  const Visit cold = visit(kFrom);
  EXPECT_EQ(cold.outcome, Outcome::kFetched);
  EXPECT_EQ(cold.final_url, kTo);
  EXPECT_EQ(cold.requests, 2u);
  const Visit warm = visit(kFrom);
  EXPECT_EQ(warm.outcome, Outcome::kHit);
  EXPECT_EQ(warm.final_url, kTo);
  EXPECT_EQ(warm.content(), "page");
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerRedirect, WhatLeadsToAFailureIsNotKept) {
  serve([](const Seen& seen) -> Answer {
    return seen.url == kFrom ? test::redirect(kTo) : Answer(reply(404, {}));
  });
  EXPECT_EQ(visit(kFrom).outcome, Outcome::kFailed);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerRedirect, IsStoredLikeAnyOtherResponseUnderRfc9111) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serve(leading(302));
  (void)visit(kFrom);
  EXPECT_EQ(visit(kFrom).requests, 1u) << "302 says nothing of how long it holds";
  serve(leading(302, "max-age=60"));
  (void)visit(kFrom);
  EXPECT_EQ(visit(kFrom).outcome, Outcome::kHit);
  time_.advance(61s);
  const Visit late = visit(kFrom);
  EXPECT_EQ(late.requests, 1u);
  EXPECT_EQ(late.outcome, Outcome::kFetched) << "the dearest of its hops";
  EXPECT_EQ(late.age, 61s) << "of the page, which the cache has answered with";
}

TEST_P(RunnerRedirect, WhatHasExpiredIsAskedForOnceByManyUnderRfc9111) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serve(leading(301, "max-age=60"));
  begin();
  (void)say(following(get(kFrom)));
  (void)say(get(urlOf(9)));  // once this is stored, what came before has been acknowledged
  ASSERT_TRUE(eventually([&] { return cache_->at("url:" + urlOf(9)) != nullptr; }));
  time_.advance(61s);
  fetcher_->hold();
  const std::string a = send(following(get(kFrom)));
  const std::string b = send(following(get(kFrom)));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 4 && runner_->metrics().parked == 1; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(a).status(), 200);
  EXPECT_EQ(answerOf(b).status(), 200);
  (void)finish();
  EXPECT_EQ(fetcher_->count(kFrom), 2);
}

TEST_P(RunnerRedirect, IsTheAnswerWhereItIsNotToBeFollowed) {
  serve(leading(302));
  const Visit manual = ask(get(kFrom));
  EXPECT_EQ(manual.status(), 302);
  EXPECT_EQ(manual.outcome, Outcome::kFetched);
  EXPECT_EQ(fetcher_->total(), 1);
  const Visit followed = ask(following(get(kFrom)));
  EXPECT_EQ(followed.status(), 200);
  EXPECT_EQ(followed.final_url, kTo);
}

TEST_P(RunnerRedirect, TurnsAPostIntoAGetAsBrowsersDo) {
  struct Case {
    int status;
    const char* method;
    const char* then;
  };
  for (const Case& one :
       {Case{301, "POST", "GET"}, Case{302, "POST", "GET"}, Case{303, "PUT", "GET"},
        Case{303, "HEAD", "HEAD"}, Case{302, "PUT", "PUT"}, Case{307, "POST", "POST"},
        Case{308, "DELETE", "DELETE"}}) {
    serve(leading(one.status));
    RequestSpec spec = following(request(one.method, kFrom, {{"Content-Type", "text/plain"}}));
    if (spec.method != "HEAD") spec.body = "text";
    EXPECT_EQ(ask(spec).status(), 200);
    const Seen second = lastSeen();
    const bool changed = second.method != spec.method;
    EXPECT_EQ(second.url, kTo);
    EXPECT_EQ(second.method, one.then) << one.status << ' ' << one.method;
    EXPECT_EQ(second.body, changed ? "" : spec.body);
    EXPECT_EQ(second.field("Content-Type"), changed ? "" : "text/plain");
  }
}

TEST_P(RunnerRedirect, APostIsNotAnsweredWithWhatIsStoredWhereItLeads) {
  serve(leading(307));
  EXPECT_EQ(ask(get(kTo)).outcome, Outcome::kFetched);
  const Visit posted = ask(following(request("POST", kFrom)));
  EXPECT_EQ(posted.requests, 2u);
  EXPECT_EQ(lastSeen().method, "POST");
  EXPECT_EQ(lastSeen().url, kTo);
}

TEST_P(RunnerRedirect, CredentialsGoToTheServerTheyAreForOnly) {
  serve([](const Seen& seen) -> Answer {
    if (seen.url == urlOf(1)) return reply(302, {{"Location", "/2"}});
    if (seen.url == urlOf(2)) return reply(302, {{"Location", "http://other.test/"}});
    return reply(200, {}, "page");
  });
  const Visit visit =
      ask(following(get(urlOf(1), {{"Authorization", "a"}, {"Cookie", "b"}, {"X-Mine", "c"}})));
  EXPECT_EQ(visit.final_url, "http://other.test/");
  const std::vector<Seen> all = seen();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].field("Authorization"), "a");
  EXPECT_EQ(all[1].field("Cookie"), "b");
  EXPECT_EQ(all[2].field("Authorization"), "");
  EXPECT_EQ(all[2].field("Cookie"), "");
  EXPECT_EQ(all[2].field("X-Mine"), "c");
  EXPECT_NE(cache_->at("url:http://other.test/"), nullptr) << "the page of everybody";
}

TEST_P(RunnerRedirect, AConditionOfOneHopIsNotThatOfTheNext) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  bool moved = false;
  serve([&](const Seen& seen) -> Answer {
    if (!seen.field("If-None-Match").empty() && seen.url != kFrom) return reply(304, {});
    if (seen.url != kFrom) return reply(200, {{"ETag", "\"1\""}}, "page");
    const std::string to = std::exchange(moved, true) ? urlOf(3) : urlOf(2);
    return reply(302, {{"Location", to}, {"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}});
  });
  EXPECT_EQ(ask(following(get(kFrom))).final_url, urlOf(2));
  time_.advance(61s);
  const Visit again = ask(following(get(kFrom)));
  EXPECT_EQ(again.final_url, urlOf(3));
  EXPECT_EQ(again.status(), 200);
  EXPECT_EQ(again.content(), "page");
}

TEST_P(RunnerRedirect, FieldsOfTheConnectionAreThoseOfTheLastHop) {
  serve([](const Seen& seen) -> Answer {
    if (seen.url == kFrom) return reply(302, {{"Location", "/2"}, {"Connection", "close"}});
    return reply(200, {{"X-Page", "1"}}, "page");
  });
  const Visit visit = ask(following(get(kFrom)));
  EXPECT_EQ(visit.response->headers().block(), "X-Page: 1\r\n");
}

TEST_P(RunnerRedirect, OfflineFollowsWhatIsStored) {
  serve(leading(302));
  (void)visit(kFrom);
  job_.cache.mode = CacheMode::kOffline;
  EXPECT_EQ(visit(kFrom).outcome, Outcome::kHit);
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerRedirect, ForceRefreshFetchesEveryHop) {
  serve(leading(302));
  (void)visit(kFrom);
  job_.cache.mode = CacheMode::kForceRefresh;
  EXPECT_EQ(visit(kFrom).requests, 2u);
}

}  // namespace
}  // namespace forage::run
