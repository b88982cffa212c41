// Answers that have expired and are given all the same (RFC 5861).
#include <algorithm>

#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

class RunnerStale : public PolicyFixture {
 protected:
  /// A page that has expired; later requests are answered by `later`.
  void storeExpired(test::Script later, const std::string& cache_control = "max-age=60") {
    job_.cache.expire_after = 60s;
    serve([=, first = std::make_shared<bool>(true)](const Seen& seen) -> Answer {
      if (!std::exchange(*first, false)) return later(seen);
      return reply(200, {{"ETag", "\"1\""}, {"Cache-Control", cache_control}}, "old");
    });
    (void)visit(kUrl);
    time_.advance(90s);
  }
  static test::Script failing(ErrorKind kind) {
    return [kind](const Seen&) -> Answer { return Failure{kind, "no"}; };
  }
  static test::Script status(int number) {
    return [number](const Seen&) -> Answer { return reply(number, {}, "error"); };
  }
  static Answer newPage(const Seen&) {
    return reply(200, {{"ETag", "\"2\""}, {"Cache-Control", "max-age=60"}}, "new");
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerStale, kBothKindsOfCache, cacheKind);

// --- stale-if-error ---------------------------------------------------------------------------

TEST_P(RunnerStale, AnswersWhereTheServerCannot) {
  job_.cache.stale_if_error = 1h;
  const std::vector<test::Script> faults{failing(ErrorKind::kConnect), failing(ErrorKind::kTimeout),
                                         failing(ErrorKind::kTruncated), status(500), status(503)};
  for (const test::Script& fault : faults) {
    storeExpired(fault);
    const Visit again = visit(kUrl);
    EXPECT_EQ(again.outcome, Outcome::kStale);
    EXPECT_EQ(again.content(), "old");
    EXPECT_EQ(again.requests, 1u);
    EXPECT_EQ(again.age, 90s);
  }
}

TEST_P(RunnerStale, AnswersWithItsOwnContentWhereTheErrorsWasCoded) {
  job_.cache.stale_if_error = kForever;
  storeExpired([](const Seen&) -> Answer {
    // "a captcha", as gzip
    const std::string coded(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x54\x48\x4e\x2c\x28\x49\xce\x48\x04\x00"
        "\x84\x7b\x1e\xed\x09\x00\x00\x00",
        29);
    return reply(503, {{"Content-Encoding", "gzip"}}, coded);
  });
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kStale);
  EXPECT_EQ(again.content(), "old");
}

TEST_P(RunnerStale, AnswersNothingThatTheServerHasAnswered) {
  job_.cache.stale_if_error = kForever;
  for (const int number : {404, 410, 403, 501}) {
    storeExpired(status(number));
    const Visit again = visit(kUrl);
    EXPECT_EQ(again.outcome, Outcome::kFailed) << number;
    EXPECT_EQ(again.status(), number);
  }
}

TEST_P(RunnerStale, AnswersNoErrorsWithoutBeingAllowedTo) {
  storeExpired(failing(ErrorKind::kConnect));
  const Visit again = visit(kUrl);
  EXPECT_EQ(again.outcome, Outcome::kFailed);
  EXPECT_EQ(again.failure.kind, ErrorKind::kConnect);
}

TEST_P(RunnerStale, AnswersErrorsForSoLongAndNoLonger) {
  job_.cache.stale_if_error = 40s;
  storeExpired(failing(ErrorKind::kConnect));
  time_.advance(9s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kStale);
  time_.advance(2s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFailed);
}

TEST_P(RunnerStale, AnswersErrorsOfEverybodyWhoWaited) {
  job_.cache.stale_if_error = kForever;
  storeExpired(failing(ErrorKind::kConnect));
  recorder_.clear();
  job_.groups.clear();
  for (const char* name : {"a", "b", "c"}) addGroup(name, {kUrl});
  fetcher_->hold();
  std::jthread running([&] { expectLaw(run(), 3); });
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 2; }));
  fetcher_->release();
  running.join();
  for (const Visit& visit : recorder_.visits()) EXPECT_EQ(visit.outcome, Outcome::kStale);
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerStale, TheResponseMayAllowOrForbidItUnderRfc9111) {
  job_.cache.policy = CachePolicy::kRfc9111;
  storeExpired(status(503), "max-age=60, stale-if-error=60");
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kStale);
  time_.advance(60s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFailed);
  job_.cache.stale_if_error = kForever;
  storeExpired(status(503), "max-age=60, must-revalidate");
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFailed);
}

TEST_P(RunnerStale, AFailureOfAnothersFetchIsNoneForWhoMayHaveWhatExpired) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.stale_if_error = kForever;
  storeExpired(failing(ErrorKind::kConnect));
  begin();
  fetcher_->hold();
  // The first wants a new one or none, the second takes what it gets.
  const std::string strict = send(get(kUrl, {{"Cache-Control", "no-cache"}}));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  const std::string easy = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  fetcher_->release();
  EXPECT_EQ(answerOf(strict).outcome, Outcome::kFailed);
  EXPECT_EQ(answerOf(easy).outcome, Outcome::kStale);
  (void)finish();
}

// --- stale-while-revalidate -------------------------------------------------------------------

TEST_P(RunnerStale, IsDeliveredAtOnceAndValidatedMeanwhile) {
  job_.cache.stale_while_revalidate = 1h;
  storeExpired(newPage);
  fetcher_->hold();
  recorder_.clear();
  std::atomic<bool> ended = false;
  std::jthread running([&] {
    const Report report = run();
    ended = true;
    expectLaw(report, 1);
    EXPECT_EQ(report.totals.requests, 1u);
  });
  ASSERT_TRUE(eventually([&] { return recorder_.count() == 1 && fetcher_->total() == 2; }));
  EXPECT_EQ(recorder_.of(kUrl).outcome, Outcome::kStale);
  EXPECT_EQ(recorder_.of(kUrl).content(), "old");
  EXPECT_FALSE(ended) << "the run waits for what is asked in the background";
  fetcher_->release();
  running.join();
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"1\"");
  const Visit after = visit(kUrl);
  EXPECT_EQ(after.outcome, Outcome::kHit);
  EXPECT_EQ(after.content(), "new");
}

TEST_P(RunnerStale, IsValidatedOnceHoweverManyWantIt) {
  job_.cache.stale_while_revalidate = 1h;
  storeExpired(newPage);
  recorder_.clear();
  job_.groups.clear();
  for (int g = 0; g < 4; ++g) {
    addGroup("g" + std::to_string(g), std::vector<std::string>(200, kUrl));
  }
  const Report report = run();
  expectLaw(report, 800);
  EXPECT_EQ(fetcher_->total(), 2);
  EXPECT_GE(report.totals.stale, 1u);
  EXPECT_EQ(report.totals.stale + report.totals.hit + report.totals.joined, 800u);
}

TEST_P(RunnerStale, ManyUrlsAreEachValidatedOnce) {
  job_.cache.expire_after = 60s;
  job_.cache.stale_while_revalidate = 1h;
  std::vector<std::string> urls;
  for (int n = 0; n < 300; ++n) urls.push_back(urlOf(n));
  serve([](const Seen& seen) -> Answer {
    if (!seen.field("If-None-Match").empty()) return reply(304, {});
    return reply(200, {{"ETag", "\"1\""}}, "page");
  });
  (void)visitAll(urls);
  time_.advance(61s);
  const Report report = visitAll(urls);
  EXPECT_EQ(report.totals.stale, 300u);
  EXPECT_EQ(report.totals.requests, 300u);
  EXPECT_EQ(visitAll(urls).totals.hit, 300u);
}

TEST_P(RunnerStale, TheWindowEnds) {
  job_.cache.stale_while_revalidate = 40s;
  storeExpired(newPage);
  time_.advance(11s);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
}

TEST_P(RunnerStale, AFailedValidationInTheBackgroundIsNobodysFailure) {
  job_.cache.stale_while_revalidate = 1h;
  storeExpired(failing(ErrorKind::kConnect));
  const Report report = visitAll({kUrl, kUrl});
  EXPECT_EQ(report.totals.stale, 2u);
  EXPECT_EQ(report.error_count, 0u);
  EXPECT_EQ(report.exit_code, ExitCode::kSuccess);
}

TEST_P(RunnerStale, WhatIsValidatedIsAskedForAsAWhole) {
  job_.cache.policy = CachePolicy::kRfc9111;
  const std::string window = "max-age=60, stale-while-revalidate=60";
  const std::vector<RequestSpec> parts{
      request("HEAD", kUrl), get(kUrl, {{"Range", "bytes=0-1"}}),
      get(kUrl, {{"If-None-Match", "\"mine\""}, {"If-Modified-Since", "then"}})};
  for (const RequestSpec& part : parts) {
    storeExpired(newPage, window);
    EXPECT_EQ(ask(part).source, Outcome::kStale);
    const Seen seen = lastSeen();
    EXPECT_EQ(seen.method, "GET");
    EXPECT_EQ(seen.field("Range"), "");
    EXPECT_EQ(seen.field("If-None-Match"), "\"1\"");
    EXPECT_EQ(seen.field("If-Modified-Since"), "");
    EXPECT_EQ(visit(kUrl).content(), "new");
  }
}

TEST_P(RunnerStale, AStopEndsWhatIsAskedInTheBackground) {
  job_.run.grace_period = Millis(0);
  job_.cache.stale_while_revalidate = 1h;
  storeExpired(newPage);
  fetcher_->hold();
  recorder_.clear();
  Report report;
  std::jthread running([&] { report = run(); });
  ASSERT_TRUE(eventually([&] { return recorder_.count() == 1 && fetcher_->total() == 2; }));
  stop_.request_stop();
  running.join();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.stale, 1u);
  EXPECT_EQ(recorder_.count(), 1u);
}

class RunnerStaleAhead : public RunnerStale {};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerStaleAhead, ::testing::Values(false), cacheKind);

TEST_P(RunnerStaleAhead, WhatHasBeenValidatedSinceItWasLookedUpIsNotValidatedAgain) {
  job_.fetch.parallel_max = 1;
  job_.cache.expire_after = 60s;
  job_.cache.stale_while_revalidate = 1h;
  std::vector<std::string> urls;
  for (int n = 0; n < 20; ++n) urls.push_back(urlOf(n));
  serve([](const Seen& seen) -> Answer {
    if (!seen.field("If-None-Match").empty()) return reply(304, {});
    return reply(200, {{"ETag", "\"1\""}}, "page");
  });
  (void)visitAll(urls);
  time_.advance(61s);
  recorder_.clear();
  job_.groups.clear();
  addGroup("a", {urls});
  const std::string blocker = urlOf(0, "slow.test");  // group b has looked ahead, and waits
  addGroup("b", {blocker});
  job_.groups[1].urls.insert(job_.groups[1].urls.end(), urls.begin(), urls.end());
  fetcher_->hold();
  fetcher_->hold(blocker);
  std::jthread running([&] { expectLaw(run(), 41); });
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 22; }));
  fetcher_->release();
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 41; }));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().stores.value() == 20; }));
  fetcher_->release(blocker);
  running.join();
  EXPECT_EQ(fetcher_->total(), 41);
  for (const std::string& url : urls) EXPECT_EQ(fetcher_->count(url), 2) << url;
}

}  // namespace
}  // namespace forage::run
