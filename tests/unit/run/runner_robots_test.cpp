// Runs that obey robots.txt (RFC 9309): what is asked for, when, and what is not fetched.
#include <algorithm>

#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::page;
using test::redirect;
using test::reply;
using test::Seen;

constexpr char kRules[] = "User-agent: *\nDisallow: /private\n";

std::string robotsOf(const std::string& host = "example.test") {
  return "http://" + host + "/robots.txt";
}
std::string privateOf(int n) { return "http://example.test/private/" + std::to_string(n); }

class RunnerRobots : public PolicyFixture {
 protected:
  RunnerRobots() { job_.polite.robots = true; }

  /// robots.txt of every site is answered by `robots`, all else by a page.
  void serveRobots(test::Script robots) {
    serve([robots = std::move(robots)](const Seen& seen) -> Answer {
      if (seen.url.ends_with("/robots.txt")) return robots(seen);
      return samePage(seen.url);
    });
  }
  void serveRules(const std::string& rules = kRules) {
    serveRobots([rules](const Seen&) { return page(rules); });
  }
  void expectBlocked(const std::string& url, const std::string& why) const {
    const Visit visit = recorder_.of(url);
    EXPECT_EQ(visit.outcome, Outcome::kBlocked);
    EXPECT_EQ(visit.failure.kind, ErrorKind::kRobots);
    EXPECT_NE(visit.failure.message.find(why), std::string::npos) << visit.failure.message;
    EXPECT_EQ(fetcher_->count(url), 0);
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerRobots, kBothKindsOfCache, cacheKind);

TEST_P(RunnerRobots, FetchNothingThatIsDisallowedAndAskOncePerSite) {
  serveRules();
  std::vector<std::string> urls;
  for (int n = 0; n < 50; ++n) urls.insert(urls.end(), {urlOf(n), privateOf(n)});
  const Report report = visitAll(urls);
  EXPECT_EQ(report.totals.fetched, 50u);
  EXPECT_EQ(report.totals.blocked, 50u);
  EXPECT_EQ(report.exit_code, ExitCode::kRefused);
  EXPECT_EQ(fetcher_->count(robotsOf()), 1);
  expectBlocked(privateOf(1), "/private");
}

TEST_P(RunnerRobots, AreNotAskedForUnlessTheJobSaysSo) {
  job_.polite.robots.reset();
  serveRules();
  EXPECT_EQ(visitAll({privateOf(1)}).totals.fetched, 1u);
  EXPECT_EQ(fetcher_->count(robotsOf()), 0);
}

TEST_P(RunnerRobots, AreSharedByAllGroups) {
  serveRules();
  for (int n = 0; n < 20; ++n) addGroup("g" + std::to_string(n), {urlOf(n), privateOf(n)});
  job_.fetch.parallel_max = 1;
  const Report report = run();
  expectLaw(report, 40);
  EXPECT_EQ(report.totals.blocked, 20u);
  EXPECT_EQ(fetcher_->count(robotsOf()), 1);
}

TEST_P(RunnerRobots, AreOfOneSiteEach) {
  serveRobots([](const Seen& seen) {
    return page(seen.url == robotsOf() ? "User-agent: *\nDisallow: /\n" : "");
  });
  const Report report = visitAll({urlOf(1), urlOf(1, "other.test")});
  EXPECT_EQ(report.totals.blocked, 1u);
  EXPECT_EQ(report.totals.fetched, 1u);
  expectBlocked(urlOf(1), "robots.txt disallows it: /");
}

TEST_P(RunnerRobots, AreNoVisit) {
  serveRules();
  const Report report = visitAll({urlOf(1)});
  EXPECT_EQ(report.totals.urls, 1u);
  EXPECT_EQ(report.totals.requests, 2u);
  EXPECT_EQ(recorder_.count(), 1u);
}

TEST_P(RunnerRobots, AddressTheFirstWordOfTheUserAgent) {
  job_.fetch.user_agent = "Harvester/2 (+https://example.test/bot)";
  serveRules("User-agent: harvester\nDisallow: /1\n\nUser-agent: *\nDisallow: /\n");
  const Report report = visitAll({urlOf(1), urlOf(2)});
  EXPECT_EQ(report.totals.blocked, 1u);
  expectBlocked(urlOf(1), "/1");
}

TEST_P(RunnerRobots, ThatDoNotExistAllowAll) {
  for (const int status : {404, 401, 403, 410}) {
    serveRobots([status](const Seen&) { return reply(status, {}, "Disallow: /"); });
    EXPECT_EQ(visitAll({privateOf(status)}).totals.fetched, 1u) << status;
  }
}

TEST_P(RunnerRobots, ThatCannotBeHadAllowNothing) {
  const std::vector<std::pair<test::Script, std::string>> faults{
      {[](const Seen&) { return reply(503, {}, ""); }, "(503)"},
      {[](const Seen&) { return reply(429, {}, ""); }, "(429)"},
      {[](const Seen&) -> Answer {
         return Failure{ErrorKind::kConnect, "connection refused"};
       },
       "(connection refused)"},
      {[](const Seen&) -> Answer {
         return Failure{ErrorKind::kTooLarge, "too large"};
       },
       "(too large)"}};
  for (const auto& [fault, why] : faults) {
    serveRobots(fault);
    EXPECT_EQ(visitAll({urlOf(1), urlOf(2)}).totals.blocked, 2u) << why;
    expectBlocked(urlOf(1), why);
  }
}

TEST_P(RunnerRobots, AreAskedForAgainWhereThatFailedInPassing) {
  job_.fetch.retry = 1;
  job_.fetch.retry_delay = Millis(0);
  serveRobots([first = std::make_shared<bool>(true)](const Seen&) {
    return std::exchange(*first, false) ? page("", 503) : page(kRules);
  });
  EXPECT_EQ(visitAll({urlOf(1)}).totals.fetched, 1u);
  EXPECT_EQ(fetcher_->count(robotsOf()), 2);
}

TEST_P(RunnerRobots, MayBeElsewhere) {
  serveRobots([](const Seen& seen) {
    return seen.url == robotsOf() ? redirect(robotsOf("other.test"), 301) : page(kRules);
  });
  const Report report = visitAll({urlOf(1), privateOf(1)});
  EXPECT_EQ(report.totals.fetched, 1u);
  expectBlocked(privateOf(1), "/private");
}

TEST_P(RunnerRobots, ThatLeadInCirclesAllowAll) {
  job_.fetch.max_redirs = 100;
  serveRobots([](const Seen&) { return redirect(robotsOf()); });
  EXPECT_EQ(visitAll({privateOf(1)}).totals.fetched, 1u);
  EXPECT_EQ(fetcher_->count(robotsOf()), 6);
}

TEST_P(RunnerRobots, MayLeadToAPageThatWaitsForThem) {
  serveRobots([](const Seen&) { return redirect(urlOf(1)); });
  EXPECT_EQ(visitAll({urlOf(1), urlOf(2)}).totals.fetched, 2u);
  EXPECT_EQ(fetcher_->count(urlOf(1)), 2) << "once as robots.txt";
}

TEST_P(RunnerRobots, ThatAreListedAreFetched) {
  serveRules("User-agent: *\nDisallow: /\n");
  const Report report = visitAll({robotsOf(), urlOf(1)});
  EXPECT_EQ(report.totals.blocked, 1u);
  EXPECT_EQ(recorder_.of(robotsOf()).content(), "User-agent: *\nDisallow: /\n");
}

TEST_P(RunnerRobots, HoldForEachHopOfARedirect) {
  serve([](const Seen& seen) -> Answer {
    if (seen.url.ends_with("/robots.txt")) return page(kRules);
    return seen.url == urlOf(1) ? redirect(privateOf(1)) : samePage(seen.url);
  });
  EXPECT_EQ(visitAll({urlOf(1)}).totals.blocked, 1u);
  EXPECT_EQ(fetcher_->count(privateOf(1)), 0);
  EXPECT_EQ(cache_->at(kKey), nullptr) << "an alias of what nobody has";
}

TEST_P(RunnerRobots, AreReadWithoutTheirContentCoding) {
  // "User-agent: *\nDisallow: /private\n", as gzip
  const std::string coded(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x0b\x2d\x4e\x2d\xd2\x4d\x4c\x4f\xcd\x2b\xb1\x52"
      "\xd0\xe2\x72\xc9\x2c\x4e\xcc\xc9\xc9\x2f\xb7\x52\xd0\x2f\x28\xca\x2c\x4b\x2c\x49\xe5\x02"
      "\x00\x6a\x53\x77\xcc\x21\x00\x00\x00",
      53);
  serveRobots([coded](const Seen&) { return reply(200, {{"Content-Encoding", "gzip"}}, coded); });
  for (const bool watched : {true, false}) {
    is_watched_ = watched;
    EXPECT_EQ(visitAll({privateOf(1)}).totals.blocked, 1u);
  }
}

// --- through the cache --------------------------------------------------------------------------

TEST_P(RunnerRobots, ComeFromTheCacheForADay) {
  serveRules();
  job_.cache.content_types = {"text/html"};
  job_.cache.expire_after = 1s;
  (void)visitAll({urlOf(1)});
  time_.advance(23h);
  (void)visitAll({urlOf(2)});
  EXPECT_EQ(fetcher_->count(robotsOf()), 1);
  time_.advance(2h);
  (void)visitAll({urlOf(3), privateOf(1)});
  EXPECT_EQ(fetcher_->count(robotsOf()), 2);
  expectBlocked(privateOf(1), "/private");
}

TEST_P(RunnerRobots, ComeFromTheCacheForADayWhateverTheyAllowUnderRfc9111) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serveRobots([](const Seen&) {
    return reply(200, {{"Cache-Control", "max-age=31536000"}}, kRules);
  });
  (void)visitAll({urlOf(1)});
  time_.advance(25h);
  (void)visitAll({urlOf(2)});
  EXPECT_EQ(fetcher_->count(robotsOf()), 2);
}

TEST_P(RunnerRobots, OfLongAgoHoldWhereTheSiteCannotBeReached) {
  auto up = std::make_shared<std::atomic<bool>>(true);
  serveRobots([up](const Seen&) -> Answer {
    if (*up) return page(kRules);
    return Failure{ErrorKind::kConnect, "connection refused"};
  });
  (void)visitAll({urlOf(1)});
  *up = false;
  time_.advance(25h);
  const Report report = visitAll({urlOf(2), privateOf(2)});
  EXPECT_EQ(report.totals.fetched, 1u);
  expectBlocked(privateOf(2), "/private");
}

TEST_P(RunnerRobots, AnswerNoVisitFromTheCache) {
  job_.cache.policy = CachePolicy::kRfc9111;
  job_.cache.allowable_codes.clear();
  serveRobots([](const Seen&) { return reply(200, {{"Cache-Control", "no-store"}}, kRules); });
  (void)visitAll({urlOf(1)});
  EXPECT_EQ(visitAll({robotsOf()}).totals.fetched, 1u) << "it is not to be stored as a page";
  (void)visitAll({urlOf(2)});
  EXPECT_EQ(fetcher_->count(robotsOf()), 2);
}

TEST_P(RunnerRobots, ThatDoNotExistAreNotKept) {
  serveRobots([](const Seen&) { return reply(404, {}, ""); });
  (void)visitAll({urlOf(1)});
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kKey});
}

TEST_P(RunnerRobots, DoNotHoldUpWhatTheCacheHas) {
  job_.polite.robots = false;
  serveRules();
  (void)visitAll({privateOf(1)});
  job_.polite.robots = true;
  EXPECT_EQ(visitAll({privateOf(1)}).totals.hit, 1u);
  EXPECT_EQ(fetcher_->count(robotsOf()), 0);
}

TEST_P(RunnerRobots, AreNotAskedForOffline) {
  serveRules();
  job_.cache.mode = CacheMode::kOffline;
  EXPECT_EQ(visitAll({urlOf(1)}).totals.failed, 1u);
  EXPECT_EQ(fetcher_->total(), 0);
}

// --- time ---------------------------------------------------------------------------------------

TEST_P(RunnerRobots, AreAskedForAgainInALongRunOnceTheyAreADayOld) {
  serveRules();
  begin();
  (void)say(get(urlOf(1)));
  time_.advance(23h);
  (void)say(get(urlOf(2)));
  EXPECT_EQ(fetcher_->count(robotsOf()), 1);
  time_.advance(2h);
  (void)say(get(urlOf(3)));
  EXPECT_EQ(fetcher_->count(robotsOf()), 2);
  (void)finish();
}

TEST_P(RunnerRobots, ThatCouldNotBeHadAreAskedForAgainInALongRun) {
  auto up = std::make_shared<std::atomic<bool>>(false);
  serveRobots([up](const Seen&) { return *up ? page(kRules) : page("", 500); });
  begin();
  EXPECT_EQ(say(get(urlOf(1))).outcome, Outcome::kBlocked);
  *up = true;
  time_.advance(4min);
  EXPECT_EQ(say(get(urlOf(1))).outcome, Outcome::kBlocked);
  time_.advance(2min);
  EXPECT_EQ(say(get(urlOf(1))).outcome, Outcome::kFetched);
  (void)finish();
}

TEST_P(RunnerRobots, AreWaitedForNoLongerAfterAStop) {
  serveRules();
  fetcher_->hold(robotsOf());
  job_.run.grace_period = Millis(0);
  for (int n = 0; n < 3; ++n) addGroup("g" + std::to_string(n), {urlOf(n), urlOf(10 + n)});
  std::jthread stops([&] {
    EXPECT_TRUE(eventually([&] { return fetcher_->count(robotsOf()) == 1; }));
    stop_.request_stop();
  });
  EXPECT_TRUE(run().interrupted);
  EXPECT_EQ(fetcher_->total(), fetcher_->count(robotsOf())) << "no page";
}

class RunnerCrawlDelay : public RunFixture {};

TEST_F(RunnerCrawlDelay, IsKeptBetweenTheFetchesOfItsSite) {
  job_.polite.robots = true;
  make([](const std::string& url) -> Answer {
    return page(url == robotsOf() ? "User-agent: *\nCrawl-delay: 0.1\n" : "page");
  });
  addGroup("slow", {urlOf(1), urlOf(2), urlOf(3)});
  addGroup("fast", {urlOf(1, "other.test"), urlOf(2, "other.test")});
  const TimePoint begin = clock_.now();
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 5u);
  EXPECT_GE(clock_.now() - begin, Millis(300)) << "robots.txt, and three pages";
}

TEST_F(RunnerCrawlDelay, ThatIsTooLongIsSaidToBe) {
  job_.polite.robots = true;
  make([](const std::string& url) -> Answer {
    return page(url == robotsOf() ? "User-agent: *\nCrawl-delay: 600\n" : "page");
  });
  addGroup("all", {robotsOf(), urlOf(1)});
  std::jthread stops([&] {
    EXPECT_TRUE(eventually([&] { return !recorder_.notices().empty(); }));
    stop_.request_stop();
  });
  EXPECT_TRUE(run().interrupted);
  EXPECT_NE(recorder_.notices().at(0).find("Crawl-delay"), std::string::npos);
}

}  // namespace
}  // namespace forage::run
