// Responses that vary with the request (RFC 9111, section 4.1).
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

/// The same page in the language that was asked for.
Answer inLanguage(const Seen& seen) {
  if (seen.method == "POST") return reply(204, {});
  const std::string language = seen.field("Accept-Language");
  const std::string tag = '"' + language + '"';
  if (seen.field("If-None-Match") == tag) return reply(304, {{"ETag", tag}});
  return reply(200, {{"Vary", "Accept-Language"}, {"Cache-Control", "max-age=60"}, {"ETag", tag}},
               "in " + language);
}

RequestSpec in(const std::string& language) { return get(kUrl, {{"Accept-Language", language}}); }

class RunnerVariants : public PolicyFixture {
 protected:
  RunnerVariants() { job_.cache.policy = CachePolicy::kRfc9111; }
  void expectHit(const std::string& language) {
    const Visit visit = ask(in(language));
    EXPECT_EQ(visit.outcome, Outcome::kHit) << language;
    EXPECT_EQ(visit.content(), "in " + language);
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerVariants, kBothKindsOfCache, cacheKind);

TEST_P(RunnerVariants, LiveSideBySide) {
  serve(inLanguage);
  EXPECT_EQ(ask(in("de")).outcome, Outcome::kFetched);
  const Visit second = ask(in("en"));
  EXPECT_EQ(second.outcome, Outcome::kFetched);
  EXPECT_EQ(second.cache_status.forward, CacheStatus::Forward::kVaryMiss);
  EXPECT_EQ(ask(in("fr")).outcome, Outcome::kFetched);
  for (const char* language : {"de", "en", "fr", "de"}) expectHit(language);
  EXPECT_EQ(fetcher_->total(), 3);
}

TEST_P(RunnerVariants, TheUrlsOwnKeyHoldsTheNewest) {
  serve(inLanguage);
  (void)ask(in("de"));
  (void)ask(in("en"));
  ASSERT_EQ(cache_->size(), 2u);
  EXPECT_EQ(cache_->at("url:" + kUrl)->body(), "in en");
  EXPECT_TRUE(cache_->keys().back().starts_with("url:" + kUrl + "#"));
}

TEST_P(RunnerVariants, ADisplacedOneIsValidatedWithItsOwnTagAndRenewed) {
  serve(inLanguage);
  (void)ask(in("de"));
  (void)ask(in("en"));
  time_.advance(61s);
  const Visit again = ask(in("de"));
  EXPECT_EQ(again.outcome, Outcome::kRevalidated);
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"de\"");
  expectHit("de");
  EXPECT_EQ(ask(in("en")).outcome, Outcome::kRevalidated) << "it was displaced, not lost";
  expectHit("de");
  expectHit("en");
}

// Whoever can write to the store can give an entry any times.
TEST_P(RunnerVariants, ADisplacedOneThatHasExpiredIsNotKept) {
  serve(inLanguage);
  (void)ask(in("de"));
  const Key key = "url:" + kUrl;
  const EntryPtr first = cache_->at(key);
  ASSERT_NE(first, nullptr);
  Response head{first->status(), "OK", Headers(std::string(first->headers().block())), ""};
  const Keep changed{
      key, std::make_shared<const Entry>(key, std::move(head), first, first->requested(),
                                         first->received(), WallTime::min(), first->variant())};
  cache_->store({&changed, 1});
  (void)ask(in("en"));
  EXPECT_EQ(cache_->at(key)->body(), "in en");
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_P(RunnerVariants, WhatMeansTheSameIsTheSame) {
  serve(inLanguage);
  (void)ask(in("de, en;q=0.5"));
  for (const char* same : {"DE,en;q=0.5", "en;q=0.50, de", "de, en;q=0.5, de"}) {
    EXPECT_EQ(ask(in(same)).outcome, Outcome::kHit) << same;
  }
  for (const char* other : {"de, en", "de;q=0.5, en", "de"}) {
    EXPECT_EQ(ask(in(other)).outcome, Outcome::kFetched) << other;
  }
}

/// Says what a German page varies with, and forgets to say it of all others.
Answer forgetful(const Seen& seen) {
  if (seen.method == "POST") return reply(204, {});
  if (seen.field("Accept-Language") == "de") return inLanguage(seen);
  return reply(200, {{"Cache-Control", "max-age=60"}}, "default");
}

class RunnerVariantDefault : public RunnerVariants {
 protected:
  RunnerVariantDefault() {
    serve(forgetful);
    (void)ask(in("de"));
    EXPECT_EQ(ask(in("en")).outcome, Outcome::kFetched);
  }
  void expectAll(Outcome outcome, const std::string& language, const std::string& content) {
    const Visit visit = ask(in(language));
    EXPECT_EQ(visit.outcome, outcome) << language;
    EXPECT_EQ(visit.content(), content) << language;
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerVariantDefault, kBothKindsOfCache, cacheKind);

TEST_P(RunnerVariantDefault, AnswersWhoNoVariantAnswers) {
  for (int i = 0; i < 2; ++i) {
    expectAll(Outcome::kHit, "de", "in de");
    expectAll(Outcome::kHit, "en", "default");
    expectAll(Outcome::kHit, "fr", "default");
  }
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerVariantDefault, AnswersInPlaceOfAVariantThatHasExpired) {
  time_.advance(30s);
  EXPECT_EQ(ask(get(kUrl, {{"Accept-Language", "en"}, {"Cache-Control", "no-cache"}})).content(),
            "default");
  time_.advance(31s);
  expectAll(Outcome::kHit, "de", "default");
}

TEST_P(RunnerVariantDefault, StaysWhereAVariantIsRenewed) {
  EXPECT_EQ(ask(get(kUrl, {{"Accept-Language", "de"}, {"Cache-Control", "no-cache"}})).outcome,
            Outcome::kRevalidated);
  expectAll(Outcome::kHit, "de", "in de");
  expectAll(Outcome::kHit, "fr", "default");
}

TEST_P(RunnerVariantDefault, IsReplacedByAVariantOnceItHasExpired) {
  time_.advance(61s);
  expectAll(Outcome::kFetched, "de", "in de");
  expectAll(Outcome::kFetched, "en", "default");
  expectAll(Outcome::kHit, "de", "in de");
  expectAll(Outcome::kHit, "fr", "default");
}

TEST_P(RunnerVariantDefault, IsErasedWithTheVariants) {
  EXPECT_EQ(ask(request("POST", kUrl)).status(), 204);
  expectAll(Outcome::kFetched, "fr", "default");
  expectAll(Outcome::kHit, "de", "default");
}

TEST_P(RunnerVariantDefault, RenewedVariantsAreKeptForWhoAsksWithinTheRun) {
  begin();
  const auto renew = [&] {
    return say(get(kUrl, {{"Accept-Language", "de"}, {"Cache-Control", "no-cache"}}));
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(renew().outcome, Outcome::kRevalidated);
    EXPECT_EQ(say(in("fr")).content(), "default") << "and not what was renewed";
  }
  (void)finish();
}

/// One page for two languages, and its tag.
test::Script sameFor(const std::string& tag, const std::string& tag_of_304) {
  return [=](const Seen& seen) -> Answer {
    const HeaderField vary{"Vary", "Accept-Language"};
    const HeaderField fresh{"Cache-Control", "max-age=60"};
    if (seen.field("If-None-Match") == tag) {
      if (tag_of_304.empty()) return reply(304, {fresh});
      return reply(304, {vary, fresh, {"ETag", tag_of_304}, {"X-New", "1"}});
    }
    return reply(200, {vary, fresh, {"ETag", tag}}, "for " + seen.field("Accept-Language"));
  };
}

TEST_P(RunnerVariants, OneThatIsStoredMayBeTheOneThatIsAskedFor) {
  serve(sameFor("\"1\"", "\"1\""));
  (void)ask(in("de"));
  const Visit other = ask(in("at"));
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"1\"");
  EXPECT_EQ(lastSeen().field("If-Modified-Since"), "");
  EXPECT_EQ(other.status(), 200);
  EXPECT_EQ(other.outcome, Outcome::kRevalidated);
  EXPECT_EQ(other.content(), "for de");
  EXPECT_EQ(other.response->headers().find("X-New"), "1");
  for (const char* language : {"at", "de", "at"}) {
    const Visit hit = ask(in(language));
    EXPECT_EQ(hit.outcome, Outcome::kHit);
    EXPECT_EQ(hit.content(), "for de");
  }
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerVariants, OneWithAWeakTagIsNotTakenForAnother) {
  serve(sameFor("W/\"1\"", "W/\"1\""));
  (void)ask(in("de"));
  EXPECT_EQ(ask(in("at")).content(), "for at");
  EXPECT_EQ(lastSeen().field("If-None-Match"), "");
}

TEST_P(RunnerVariants, A304ThatDoesNotSayWhichOneIsAskedAboutOnce) {
  for (const char* tag_of_304 : {"", "\"2\"", "W/\"1\""}) {
    serve(sameFor("\"1\"", tag_of_304));
    (void)ask(in("de"));
    const Visit other = ask(in("at"));
    EXPECT_EQ(other.content(), "for at") << tag_of_304;
    EXPECT_EQ(other.outcome, Outcome::kFetched);
    EXPECT_EQ(other.requests, 2u);
    EXPECT_EQ(ask(in("de")).content(), "for de");
  }
}

TEST_P(RunnerVariants, NoneIsOfferedBesideTheClientsOwnCondition) {
  serve(sameFor("\"1\"", "\"1\""));
  (void)ask(in("de"));
  (void)ask(get(kUrl, {{"Accept-Language", "at"}, {"If-None-Match", "\"0\""}}));
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"0\"");
}

TEST_P(RunnerVariants, AskedForAtTheSameTimeAreBothKept) {
  serve(inLanguage);
  begin();
  fetcher_->hold();
  const std::string de = send(in("de"));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 1; }));
  const std::string en = send(in("en"));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(de).content(), "in de");
  EXPECT_EQ(answerOf(en).content(), "in en");
  (void)finish();
  expectHit("de");
  expectHit("en");
}

TEST_P(RunnerVariants, NobodyGetsAnotherLanguageWhenTheServerIsAway) {
  job_.cache.stale_if_error = kForever;
  bool away = false;
  serve([&](const Seen& seen) -> Answer {
    return away ? Answer(Failure{ErrorKind::kConnect, "no"}) : inLanguage(seen);
  });
  (void)ask(in("de"));
  away = true;
  time_.advance(61s);
  begin();
  fetcher_->hold();
  const std::string de = send(in("de"));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  const std::string en = send(in("en"));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(de).outcome, Outcome::kStale);
  const Visit other = answerOf(en);
  EXPECT_EQ(other.outcome, Outcome::kFailed);
  EXPECT_EQ(other.failure.kind, ErrorKind::kConnect);
  (void)finish();
}

TEST_P(RunnerVariants, OfEverythingIsNeverReused) {
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Vary", "*"}, {"Cache-Control", "max-age=60"}}, "page");
  });
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
}

TEST_P(RunnerVariants, AreTheSameForAllUrlsOfAList) {
  serve([](const Seen&) -> Answer {
    return reply(200, {{"Vary", "Accept-Encoding, User-Agent"}, {"Cache-Control", "max-age=60"}},
                 "page");
  });
  (void)visit(kUrl);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kHit);
}

TEST_P(RunnerVariants, AnInvalidationMakesAllOfThemUnreachable) {
  serve(inLanguage);
  (void)ask(in("de"));
  (void)ask(in("en"));
  EXPECT_EQ(ask(request("POST", kUrl)).status(), 204);
  EXPECT_EQ(ask(in("en")).outcome, Outcome::kFetched);
  EXPECT_EQ(ask(in("de")).outcome, Outcome::kFetched) << "a variant of before the POST";
  expectHit("en");
}

TEST_P(RunnerVariants, WhatWasErasedWhileARequestWaitedForItsTurnStaysErased) {
  job_.fetch.parallel_max_host = 2;
  serve(inLanguage);
  (void)ask(in("de"));
  (void)ask(in("en"));
  begin();
  fetcher_->hold("long");
  fetcher_->hold("post");
  const std::string other = send(get(urlOf(2), {{"X-Hold", "long"}}));
  const std::string post = send(request("POST", kUrl, {{"X-Hold", "post"}}));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 4; }));
  const std::string waiting = send(in("fr"));  // has found "en", and waits for the server
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  fetcher_->release("post");
  EXPECT_EQ(answerOf(post).status(), 204);
  EXPECT_EQ(answerOf(waiting).content(), "in fr");
  EXPECT_EQ(say(in("en")).outcome, Outcome::kFetched);
  fetcher_->release("long");
  (void)answerOf(other);
  (void)finish();
  expectHit("fr");
}

}  // namespace
}  // namespace forage::run
