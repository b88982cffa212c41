// Requests that fail in passing are sent again.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "unit/run/run_fixture.h"

namespace forage::run {
namespace {

using test::Answer;

class RunnerRetry : public RunFixture {
 protected:
  RunnerRetry() {
    job_.fetch.retry = 2;
    job_.fetch.retry_delay = Millis(1);
  }
  /// The first `failures` requests of any URL end as `failure` says, later ones well.
  void makeFailing(int failures, Answer failure) {
    make([this, failures, failure](const std::string& url) -> Answer {
      return asked_++ < failures ? failure : samePage(url);
    });
  }

  std::atomic<int> asked_{0};
};

Answer failed(ErrorKind kind) { return Failure{kind, "as scripted"}; }

TEST_F(RunnerRetry, SendsAgainWhatFailedInPassing) {
  for (const Answer& failure : {test::page("busy", 503), test::page("slow down", 429),
                                failed(ErrorKind::kConnect), failed(ErrorKind::kTruncated)}) {
    asked_ = 0;
    job_.groups.clear();
    addGroup("all", {urlOf(1)});
    makeFailing(2, failure);
    const Report report = run();
    EXPECT_EQ(report.totals.fetched, 1u);
    EXPECT_EQ(report.totals.requests, 3u);
    EXPECT_EQ(report.retries, 2u);
    EXPECT_EQ(cache_->size(), 1u);
  }
}

TEST_F(RunnerRetry, TellsTheLastFailureOnceItGivesUp) {
  addGroup("all", {urlOf(1)});
  makeFailing(9, test::page("busy", 503));
  const Report report = run();
  EXPECT_EQ(report.totals.failed, 1u);
  EXPECT_EQ(report.totals.requests, 3u);
  EXPECT_EQ(recorder_.of(urlOf(1)).status(), 503);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_F(RunnerRetry, SendsAgainNothingThatWouldBeTheSame) {
  for (const Answer& failure : {test::page("no", 404), failed(ErrorKind::kTls),
                                failed(ErrorKind::kTooLarge), failed(ErrorKind::kProtocol)}) {
    asked_ = 0;
    job_.groups.clear();
    addGroup("all", {urlOf(1)});
    makeFailing(1, failure);
    const Report report = run();
    EXPECT_EQ(report.totals.failed, 1u);
    EXPECT_EQ(report.totals.requests, 1u);
    EXPECT_EQ(report.retries, 0u);
  }
}

TEST_F(RunnerRetry, CountsEachHopOfARedirectAnew) {
  addGroup("all", {urlOf(1)});
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  make([&](const std::string& url) -> Answer {
    if (url == urlOf(1)) return first++ < 2 ? test::page("", 500) : test::redirect(urlOf(2));
    return second++ < 2 ? test::page("", 502) : samePage(url);
  });
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 1u);
  EXPECT_EQ(report.totals.requests, 6u);
}

TEST_F(RunnerRetry, ServesEverybodyWhoWaitsForTheSamePage) {
  addGroup("one", {urlOf(1)});
  addGroup("two", {urlOf(1)});
  makeFailing(1, test::page("busy", 503));
  const Report report = run();
  expectLaw(report, 2);
  EXPECT_EQ(report.totals.failed, 0u);
  EXPECT_EQ(report.totals.requests, 2u);
}

// One place in flight for all: who waits for its time takes none.
TEST_F(RunnerRetry, WaitsWithoutASlot) {
  job_.fetch.parallel_max = 1;
  job_.fetch.parallel_max_host = 1;
  job_.fetch.retry_delay = Millis(200);
  std::vector<std::string> urls;
  for (int n = 0; n < 20; ++n) urls.push_back(urlOf(n));
  addGroup("all", urls);
  std::atomic<int> others{0};
  std::atomic<int> others_by_then{-1};
  std::atomic<int> asked{0};
  make([&](const std::string& url) -> Answer {
    if (url != urlOf(0)) {
      ++others;
      return samePage(url);
    }
    if (asked++ == 0) {
      return test::reply(503, {{"Retry-After", "1"}});
    }
    others_by_then = others.load();
    return samePage(url);
  });
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 20u);
  EXPECT_EQ(others_by_then, 19);
  EXPECT_GE(report.wall_seconds, 1.0);  // as the server asked
}

TEST_F(RunnerRetry, IsOverAtOnceWhenTheRunIsStopped) {
  addGroup("all", {urlOf(1)});
  make([](const std::string&) -> Answer { return test::reply(503, {{"Retry-After", "300"}}); });
  std::jthread stops([&] {
    EXPECT_TRUE(test::eventually([&] { return runner_->metrics().retries.value() == 1; }));
    stop_.request_stop();
  });
  const Report report = run();
  EXPECT_TRUE(report.interrupted);
  EXPECT_LT(report.wall_seconds, 60.0);
  EXPECT_EQ(report.totals.requests, 1u);
}

TEST_F(RunnerRetry, PrefersWhatIsStoredWhereThatMayAnswerForAnError) {
  job_.cache.stale_if_error = kForever;
  job_.cache.expire_after = Millis(0);
  addGroup("all", {urlOf(1)});
  std::atomic<bool> down{false};
  make([&](const std::string& url) -> Answer {
    return down ? test::page("busy", 503) : samePage(url);
  });
  (void)run();
  down = true;
  const Report report = run();
  EXPECT_EQ(report.totals.stale, 1u);
  EXPECT_EQ(report.retries, 0u);
}

}  // namespace
}  // namespace forage::run
