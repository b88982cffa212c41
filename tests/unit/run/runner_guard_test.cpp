// Where redirects may lead: not into the network that Forage runs in.
#include "policy_fixture.h"

namespace forage::run {
namespace {

using test::Answer;
using test::eventually;
using test::page;
using test::redirect;
using test::Seen;

class RunnerGuard : public PolicyFixture {
 protected:
  /// The first URL leads to `target`.
  void serveLeadingTo(const std::string& target) {
    serve([target](const Seen& seen) -> Answer {
      return seen.url == kUrl ? redirect(target) : samePage(seen.url);
    });
  }
  /// Whether the fetch of `url` was to keep to public addresses.
  bool keptPublic(const std::string& url) const {
    for (const Seen& seen : fetcher_->seen()) {
      if (seen.url == url) return seen.public_only;
    }
    ADD_FAILURE() << "no request for " << url;
    return false;
  }
  void expectBlocked(const Visit& visit, const std::string& host) const {
    EXPECT_EQ(visit.outcome, Outcome::kBlocked);
    EXPECT_EQ(visit.failure.kind, ErrorKind::kPolicy);
    EXPECT_NE(visit.failure.message.find(host + " is no public address"), std::string::npos)
        << visit.failure.message;
  }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerGuard, kBothKindsOfCache, cacheKind);

TEST_P(RunnerGuard, FollowsNoRedirectToAnAddressThatIsNotPublic) {
  for (const std::string host :
       {"127.0.0.1", "localhost", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "10.1.2.3"}) {
    const std::string target = "http://" + host + "/latest/meta-data";
    serveLeadingTo(target);
    const Visit blocked = visit(kUrl);
    expectBlocked(blocked, host[0] == '[' ? host.substr(1, host.size() - 2) : host);
    EXPECT_EQ(fetcher_->count(target), 0);
    EXPECT_EQ(cache_->at(kKey), nullptr);
  }
}

TEST_P(RunnerGuard, HasTheFetcherLookAtTheAddressesOfNames) {
  const std::string target = urlOf(1, "other.test");
  serveLeadingTo(target);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_FALSE(keptPublic(kUrl));
  EXPECT_TRUE(keptPublic(target));
}

TEST_P(RunnerGuard, LeavesTheHostsAloneThatTheJobNames) {
  const std::string local = "http://127.0.0.1:8080/a";
  const std::string next = "https://127.0.0.1:8443/b";
  serve([&](const Seen& seen) -> Answer {
    return seen.url == local ? redirect(next) : samePage(seen.url);
  });
  EXPECT_EQ(visit(local).outcome, Outcome::kFetched);
  EXPECT_FALSE(keptPublic(next));
}

TEST_P(RunnerGuard, HoldsForEachHop) {
  const std::string back = "http://127.0.0.1/back";
  const std::string other = urlOf(1, "other.test");
  serve([&](const Seen& seen) -> Answer {
    if (seen.url == kUrl) return redirect(other);
    return seen.url == other ? redirect(back) : samePage(seen.url);
  });
  expectBlocked(visit(kUrl), "127.0.0.1");
  EXPECT_EQ(fetcher_->count(back), 0);
}

TEST_P(RunnerGuard, MayBeTakenAway) {
  job_.fetch.public_only = false;
  serveLeadingTo("http://127.0.0.1/");
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_FALSE(keptPublic("http://127.0.0.1/"));
}

TEST_P(RunnerGuard, MayHoldForTheJobsOwnUrlsAsWell) {
  job_.fetch.public_only = true;
  serve([](const Seen& seen) -> Answer { return samePage(seen.url); });
  expectBlocked(visit("http://127.0.0.1/"), "127.0.0.1");
  EXPECT_EQ(fetcher_->total(), 0);
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_TRUE(keptPublic(kUrl));
}

TEST_P(RunnerGuard, RefusesNobodyWhoNamesTheHostHimself) {
  const std::string inner = urlOf(1, "intranet.test");
  serve([&](const Seen& seen) -> Answer {
    if (seen.url == kUrl) return redirect(inner);
    if (seen.public_only) return Failure{ErrorKind::kPolicy, "no public address"};
    return samePage(seen.url);
  });
  fetcher_->hold(inner);
  addGroup("led", {kUrl});
  addGroup("named", {});
  Requests named;
  job_.groups[1].requests = &named;
  std::jthread joins([&] {
    EXPECT_TRUE(eventually([&] { return fetcher_->count(inner) == 1; }));
    named.push(get(inner));
    EXPECT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
    named.end();
    fetcher_->release(inner);
  });
  const Report report = run();
  EXPECT_EQ(report.totals.blocked, 1u);
  EXPECT_EQ(report.totals.fetched, 1u);
}

TEST_P(RunnerGuard, HoldsForTheRobotsTxtOfAHostThatNobodyNames) {
  job_.polite.robots = true;
  const std::string target = urlOf(1, "other.test");
  serve([&](const Seen& seen) -> Answer {
    if (seen.url.ends_with("/robots.txt")) return page("");
    return seen.url == kUrl ? redirect(target) : samePage(seen.url);
  });
  EXPECT_EQ(visit(kUrl).outcome, Outcome::kFetched);
  EXPECT_FALSE(keptPublic("http://example.test/robots.txt"));
  EXPECT_TRUE(keptPublic("http://other.test/robots.txt"));
}

TEST_P(RunnerGuard, RefusesRobotsTxtToNobodyWhoNamesTheHostHimself) {
  job_.polite.robots = true;
  const std::string inner = urlOf(1, "intranet.test");
  serve([&](const Seen& seen) -> Answer {
    if (seen.url == kUrl) return redirect(urlOf(2, "intranet.test"));
    if (seen.public_only) return Failure{ErrorKind::kPolicy, "no public address"};
    return seen.url.ends_with("/robots.txt") ? page("") : samePage(seen.url);
  });
  EXPECT_EQ(visitAll({kUrl, inner}).totals.blocked, 1u);
  EXPECT_EQ(recorder_.of(kUrl).outcome, Outcome::kBlocked);
  EXPECT_EQ(recorder_.of(inner).outcome, Outcome::kFetched);
}

TEST_P(RunnerGuard, TakesWhatIsStaleForNoAnswerToARefusal) {
  job_.cache.stale_if_error = kForever;
  job_.cache.expire_after = Millis(1000);
  serve([](const Seen& seen) -> Answer { return samePage(seen.url); });
  (void)visit("http://127.0.0.1/");
  time_.advance(Millis(2000));
  job_.fetch.public_only = true;
  expectBlocked(visit("http://127.0.0.1/"), "127.0.0.1");
}

}  // namespace
}  // namespace forage::run
