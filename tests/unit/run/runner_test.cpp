// Whole runs over scripted answers: what is fetched, joined, followed, parked and reported.
#include <unistd.h>

#include <array>

#include "run_fixture.h"

namespace forage::run {
namespace {

using test::page;
using test::redirect;

/// Both kinds of cache: one asked in place, one asked through the look-up threads.
class RunnerTest : public RunFixture, public ::testing::WithParamInterface<bool> {
 protected:
  void make(test::Script script) { RunFixture::make(std::move(script), GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerTest, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "InPlace" : "WithIo"; });

TEST_P(RunnerTest, TheTutorialsFifteenUrlsTakeElevenRequestsAndNoneTheSecondTime) {
  const std::vector<std::vector<int>> groups{{1, 4, 2, 5, 3}, {5, 6, 7, 2, 8}, {3, 9, 10, 4, 11}};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<std::string> urls;
    for (int n : groups[g]) urls.push_back(urlOf(n));
    addGroup("Thread-" + std::to_string(g + 1), urls);
  }
  make(samePage);
  const Report cold = run();
  expectLaw(cold, 15);
  EXPECT_EQ(cold.totals.requests, 11u);
  EXPECT_EQ(cold.totals.fetched, 11u);
  EXPECT_EQ(cold.totals.hit + cold.totals.joined, 4u);
  EXPECT_EQ(fetcher_->total(), 11);
  const Report warm = run();
  expectLaw(warm, 15);
  EXPECT_EQ(warm.totals.requests, 0u);
  EXPECT_EQ(warm.totals.hit, 15u);
  EXPECT_EQ(warm.exit_code, ExitCode::kSuccess);
}

TEST_P(RunnerTest, SixteenGroupsOfTheSameUrlsFetchEachOnce) {
  std::vector<std::string> urls;
  for (int n = 0; n < 500; ++n) urls.push_back(urlOf(n));
  for (int g = 0; g < 16; ++g) addGroup("g" + std::to_string(g), urls);
  make(samePage);
  const Report report = run();
  expectLaw(report, 8'000);
  EXPECT_EQ(fetcher_->total(), 500);
  EXPECT_EQ(report.totals.fetched, 500u);
  EXPECT_EQ(cache_->size(), 500u);
}

TEST_P(RunnerTest, AUrlTwiceInOneGroupIsFetchedOnce) {
  addGroup("g", {urlOf(1), urlOf(1), urlOf(1)});
  make(samePage);
  const Report report = run();
  EXPECT_EQ(fetcher_->total(), 1);
  EXPECT_EQ(report.totals.joined + report.totals.hit, 2u);
}

TEST_P(RunnerTest, ADeliveredVisitCarriesTheBodyAndItsPlaceInTheList) {
  addGroup("g", {urlOf(7), urlOf(8)});
  make(samePage);
  (void)run();
  const Visit visit = recorder_.of(urlOf(8));
  EXPECT_EQ(visit.content(), "body of " + urlOf(8));
  EXPECT_EQ(visit.position, 1u);
  EXPECT_EQ(visit.group, "g");
  EXPECT_EQ(visit.outcome, Outcome::kFetched);
  EXPECT_TRUE(visit.stored);
}

TEST_P(RunnerTest, ErrorsFailTheirUrlAndStoreNothing) {
  addGroup("g", {urlOf(404), urlOf(500), urlOf(1), urlOf(2)});
  make([](const std::string& url) -> test::Answer {
    if (url == urlOf(404)) return page("no such page", 404);
    if (url == urlOf(500)) return page("oops", 500);
    if (url == urlOf(1)) return Failure{ErrorKind::kTruncated, "cut short"};
    return page("fine");
  });
  const Report report = run();
  expectLaw(report, 4);
  EXPECT_EQ(report.totals.failed, 3u);
  EXPECT_EQ(report.totals.fetched, 1u);
  EXPECT_EQ(report.error_count, 3u);
  EXPECT_EQ(cache_->size(), 1u);
  EXPECT_EQ(recorder_.of(urlOf(404)).failure.kind, ErrorKind::kStatus);
  EXPECT_EQ(recorder_.of(urlOf(1)).failure.kind, ErrorKind::kTruncated);
  EXPECT_EQ(report.exit_code, ExitCode::kProtocol);
}

TEST_P(RunnerTest, ADamagedContentCodingIsAFailureAndIsNotStored) {
  addGroup("g", {urlOf(1)});
  make([](const std::string&) {
    Response response;
    response.status = 200;
    response.headers.add("Content-Encoding", "gzip");
    response.body = "this is not gzip";
    return response;
  });
  EXPECT_EQ(run().totals.failed, 1u);
  EXPECT_EQ(recorder_.of(urlOf(1)).failure.kind, ErrorKind::kProtocol);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerTest, ARedirectIsFollowedAndAWarmRunOfItMakesNoRequest) {
  addGroup("g", {urlOf(1)});
  make([](const std::string& url) { return url == urlOf(1) ? redirect("/2") : page("there"); });
  const Report cold = run();
  EXPECT_EQ(cold.totals.requests, 2u);
  const Visit visit = recorder_.of(urlOf(1));
  EXPECT_EQ(visit.final_url, urlOf(2));
  EXPECT_EQ(visit.redirects, 1u);
  EXPECT_EQ(visit.content(), "there");
  const Report warm = run();
  EXPECT_EQ(warm.totals.requests, 0u);
  EXPECT_EQ(warm.totals.hit, 1u);
}

TEST_P(RunnerTest, ARedirectToAnErrorIsNotKept) {
  addGroup("g", {urlOf(1)});
  make([](const std::string& url) { return url == urlOf(1) ? redirect("/2") : page("no", 404); });
  EXPECT_EQ(run().totals.failed, 1u);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerTest, ARedirectLoopEndsAtItsLimit) {
  addGroup("g", {urlOf(1), urlOf(2)});
  make([](const std::string& url) { return redirect(url == urlOf(1) ? "/2" : "/1"); });
  const Report report = run();
  EXPECT_EQ(report.totals.failed, 2u);
  EXPECT_EQ(recorder_.of(urlOf(1)).failure.kind, ErrorKind::kRedirect);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerTest, ARedirectToAnotherSchemeFails) {
  addGroup("g", {urlOf(1)});
  make([](const std::string&) { return redirect("ftp://example.test/file"); });
  EXPECT_EQ(run().totals.failed, 1u);
  EXPECT_EQ(recorder_.of(urlOf(1)).failure.kind, ErrorKind::kRedirect);
}

TEST_P(RunnerTest, AnAliasIsJoinedToo) {
  addGroup("a", {urlOf(1)});
  addGroup("b", {urlOf(1)});
  addGroup("c", {urlOf(2)});
  make([](const std::string& url) { return url == urlOf(1) ? redirect("/2") : page("there"); });
  const Report report = run();
  EXPECT_EQ(report.totals.requests, 2u);
  EXPECT_EQ(report.totals.urls - report.totals.failed, 3u);
}

TEST_P(RunnerTest, KeepsToParallelMaxOfAGroup) {
  job_.fetch.parallel_max = 3;
  job_.fetch.parallel_max_host = 100;
  std::vector<std::string> urls;
  for (int n = 0; n < 50; ++n) urls.push_back(urlOf(n));
  addGroup("g", urls);
  make(samePage);
  (void)run();
  EXPECT_EQ(fetcher_->mostInFlight(), 3);
}

TEST_P(RunnerTest, ParallelMaxOfOneTakesTheListInItsOrder) {
  job_.fetch.parallel_max = 1;
  std::vector<std::string> urls;
  for (int n = 0; n < 50; ++n) urls.push_back(urlOf(n));
  addGroup("g", urls);
  make(samePage);
  (void)run();
  const std::vector<Visit> visits = recorder_.visits();
  ASSERT_EQ(visits.size(), 50u);
  for (std::size_t i = 0; i < visits.size(); ++i) EXPECT_EQ(visits[i].position, i);
}

TEST_P(RunnerTest, KeepsToParallelMaxHostOverAllGroups) {
  job_.fetch.parallel_max_host = 4;
  for (int g = 0; g < 8; ++g) {
    std::vector<std::string> urls;
    for (int n = 0; n < 50; ++n) urls.push_back(urlOf(g * 100 + n));
    addGroup("g" + std::to_string(g), urls);
  }
  make(samePage);
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 400u);
  EXPECT_LE(fetcher_->mostOfHost("example.test"), 4);
}

TEST_P(RunnerTest, AHostThatIsFullHoldsUpNoOther) {
  job_.fetch.parallel_max_host = 2;
  std::vector<std::string> urls;
  for (int n = 0; n < 100; ++n) urls.push_back(urlOf(n, "slow.test"));
  for (int n = 0; n < 100; ++n) urls.push_back(urlOf(n, "fast.test"));
  addGroup("g", urls);
  make(samePage);
  fetcher_->hold(urlOf(0, "slow.test"));
  fetcher_->hold(urlOf(1, "slow.test"));
  std::jthread running([this] { (void)run(); });
  EXPECT_TRUE(test::eventually([&] { return recorder_.count() == 100; }));
  for (const Visit& visit : recorder_.visits())
    EXPECT_EQ(visit.url.find("slow"), std::string::npos);
  fetcher_->release(urlOf(0, "slow.test"));
  fetcher_->release(urlOf(1, "slow.test"));
  running.join();
  EXPECT_EQ(recorder_.count(), 200u);
}

TEST_P(RunnerTest, AGroupThatHangsHoldsUpNoOtherOnItsThread) {
  job_.run.max_threads = 1;
  addGroup("hangs", {urlOf(0, "dead.test")});
  for (int g = 0; g < 20; ++g) addGroup("g" + std::to_string(g), {urlOf(g)});
  make(samePage);
  fetcher_->hold(urlOf(0, "dead.test"));
  std::jthread running([this] { (void)run(); });
  EXPECT_TRUE(test::eventually([&] { return recorder_.count() == 20; }));
  fetcher_->release(urlOf(0, "dead.test"));
}

TEST_P(RunnerTest, ManyGroupsShareTheThreadsThereAre) {
  job_.run.max_threads = 8;
  for (int g = 0; g < 3'000; ++g) addGroup("g" + std::to_string(g), {urlOf(g), urlOf(g + 1)});
  make(samePage);
  const Report report = run();
  expectLaw(report, 6'000);
  EXPECT_EQ(report.totals.failed, 0u);
  EXPECT_EQ(fetcher_->total(), 3'001);
  EXPECT_EQ(runner_->metrics().groups_done, 3'000);
}

TEST_P(RunnerTest, NothingIsStoredWhereEverythingExpiresAtOnce) {
  job_.cache.expire_after = Millis(0);
  addGroup("g", {urlOf(1)});
  make(samePage);
  EXPECT_EQ(run().totals.fetched, 1u);
  EXPECT_EQ(run().totals.fetched, 1u);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerTest, ABadUrlIsFoundBeforeTheFirstRequest) {
  addGroup("g", {urlOf(1), "not a url"});
  make(samePage);
  EXPECT_THROW((void)run(), ConfigError);
  EXPECT_EQ(fetcher_->total(), 0);
}

TEST_P(RunnerTest, ABadUrlOfStandardInputFailsWithoutItsPassword) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const int kept = ::dup(STDIN_FILENO);
  ::dup2(pipe[0], STDIN_FILENO);
  ASSERT_EQ(::write(pipe[1], "http://me:hush@a:0/\n", 20), 20);
  ::close(pipe[1]);
  addGroup("g", {});
  job_.groups[0].urls_file = "-";
  make(samePage);
  const Report report = run();
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  ::close(pipe[0]);
  expectLaw(report, 1);
  EXPECT_EQ(report.exit_code, ExitCode::kUsage);
  EXPECT_EQ(report.errors.at(0).url, "http://me:***@a:0/");
}

TEST_P(RunnerTest, AJobMadeInCodeThatCannotRunIsRefused) {
  addGroup("g", {urlOf(1)});
  job_.fetch.parallel_max_host = 0;
  EXPECT_THROW(make(samePage), ConfigError);
}

TEST_P(RunnerTest, ASecretInAUrlIsNotReported) {
  addGroup("g", {"http://example.test/?token=hidden"});
  make([](const std::string&) { return page("no", 404); });
  const Report report = run();
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].url.find("hidden"), std::string::npos) << report.errors[0].url;
}

TEST_P(RunnerTest, AFailureIsSharedWithThoseWhoWaitedForIt) {
  for (int g = 0; g < 4; ++g) addGroup("g" + std::to_string(g), {urlOf(1)});
  make([](const std::string&) { return Failure{ErrorKind::kConnect, "refused"}; });
  fetcher_->hold(urlOf(1));
  std::jthread running([this] { (void)run(); });
  EXPECT_TRUE(test::eventually([&] { return runner_->metrics().parked == 3; }));
  fetcher_->release(urlOf(1));
  running.join();
  EXPECT_EQ(fetcher_->total(), 1);
  EXPECT_EQ(recorder_.count(), 4u);
  EXPECT_EQ(runner_->metrics().outcome(Outcome::kFailed).value(), 4u);
}

}  // namespace
}  // namespace forage::run
