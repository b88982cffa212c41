// Parts of pages: which are kept, what they answer, and how they become pages (RFC 9111, sections
// 3.3 and 3.4; RFC 9110, sections 14 and 15.3.7).
#include "policy_fixture.h"

namespace forage::run {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::reply;
using test::Seen;

const std::string kPage = "0123456789";
const Key kPartKey = kKey + "#part";

/// A server of one page that knows of ranges; a test changes what it says.
struct Site {
  std::string page = kPage;
  std::string tag = "\"1\"";
  std::string cache_control = "max-age=60";
  std::string vary = {};
  bool knows_total = true;
  bool obeys_if_range = true;

  [[nodiscard]] Response make(int status, std::string body) const {
    const std::string length = std::to_string(body.size());
    Response response = reply(status, {{"Cache-Control", cache_control}}, std::move(body));
    if (status != 304) response.headers.add("Content-Length", length);
    if (!tag.empty()) response.headers.add("ETag", tag);
    if (!vary.empty()) response.headers.add("Vary", vary);
    return response;
  }
  Answer operator()(const Seen& seen) const {
    if (seen.method != "GET") return reply(204, {});
    if (!tag.empty() && seen.field("If-None-Match") == tag) return make(304, "");
    const std::string range = seen.field("Range");
    const std::string condition = seen.field("If-Range");
    const bool fails = obeys_if_range && !condition.empty() && condition != tag;
    if (range.empty() || fails) return make(200, page);
    const std::size_t dash = range.find('-');
    const std::size_t first = std::stoul(range.substr(6));
    if (first >= page.size()) return make(416, "");
    const bool open = dash + 1 == range.size();
    const std::size_t last =
        open ? page.size() - 1 : std::min(std::stoul(range.substr(dash + 1)), page.size() - 1);
    Response part = make(206, page.substr(first, last - first + 1));
    part.headers.add("Content-Range", "bytes " + std::to_string(first) + "-" +
                                          std::to_string(last) + "/" +
                                          (knows_total ? std::to_string(page.size()) : "*"));
    return part;
  }
};

class RunnerParts : public PolicyFixture {
 protected:
  RunnerParts() {
    job_.cache.policy = CachePolicy::kRfc9111;
    job_.cache.allowable_codes.clear();  // as job files leave it
    serve([this](const Seen& seen) { return site_(seen); });
  }
  Visit range(const std::string& bytes, std::initializer_list<HeaderField> more = {}) {
    RequestSpec spec = get(kUrl, more);
    spec.headers.add("Range", "bytes=" + bytes);
    return ask(std::move(spec));
  }
  void expectPart(const Visit& visit, Outcome outcome, const std::string& body,
                  const std::string& content_range) {
    EXPECT_EQ(visit.status(), 206);
    EXPECT_EQ(visit.outcome, outcome);
    EXPECT_EQ(visit.content(), body);
    ASSERT_NE(visit.response, nullptr);
    EXPECT_EQ(visit.response->headers().find("Content-Range"), content_range);
    EXPECT_EQ(visit.response->headers().joined("Content-Length"), std::to_string(body.size()));
  }
  void expectWhole(const Visit& visit, Outcome outcome) {
    EXPECT_EQ(visit.status(), 200);
    EXPECT_EQ(visit.outcome, outcome);
    EXPECT_EQ(visit.content(), site_.page);
    EXPECT_EQ(visit.response->headers().find("Content-Range"), std::nullopt);
  }

  Site site_;
};
INSTANTIATE_TEST_SUITE_P(Caches, RunnerParts, kBothKindsOfCache, cacheKind);

// --- what a part answers ------------------------------------------------------------------------

TEST_P(RunnerParts, AnswerTheSameRangeAndWhatIsWithin) {
  const Visit first = range("2-6");
  expectPart(first, Outcome::kFetched, "23456", "bytes 2-6/10");
  EXPECT_TRUE(first.stored);
  time_.advance(5s);
  const Visit again = range("2-6");
  expectPart(again, Outcome::kHit, "23456", "bytes 2-6/10");
  EXPECT_EQ(again.age, 5s);
  expectPart(range("3-4"), Outcome::kHit, "34", "bytes 3-4/10");
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerParts, AnswerOpenRangesAndTheLastBytesWhereTheyReachTheEnd) {
  (void)range("5-");
  expectPart(range("7-"), Outcome::kHit, "789", "bytes 7-9/10");
  expectPart(range("-2"), Outcome::kHit, "89", "bytes 8-9/10");
  EXPECT_EQ(range("7-99").outcome, Outcome::kHit);
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerParts, NeedNoValidatorToAnswer) {
  site_.tag = "";
  (void)range("2-6");
  expectPart(range("3-4"), Outcome::kHit, "34", "bytes 3-4/10");
}

TEST_P(RunnerParts, AnswerNoOtherRange) {
  site_.tag = "";  // so that the first part stays by itself
  (void)range("2-6");
  const Visit other = range("2-7");
  expectPart(other, Outcome::kFetched, "234567", "bytes 2-7/10");
  EXPECT_TRUE(other.cache_status.toString().starts_with("forage; fwd=partial; fwd-status=206"));
}

TEST_P(RunnerParts, NeverAnswerWhoAsksForAll) {
  (void)range("2-6");
  expectWhole(ask(get(kUrl)), Outcome::kFetched);
  expectWhole(ask(get(kUrl)), Outcome::kHit);
  EXPECT_EQ(visit(kUrl).status(), 200);
}

TEST_P(RunnerParts, NeverAnswerAListNorHeadNorSeveralRanges) {
  (void)range("2-6");
  EXPECT_EQ(ask(request("HEAD", kUrl)).outcome, Outcome::kFetched);
  EXPECT_EQ(range("2-3,5-6").outcome, Outcome::kFetched);
  EXPECT_EQ(visit(kUrl).content(), kPage);
}

TEST_P(RunnerParts, AreNothingThatOnlyIfCachedMakesWholeOf) {
  (void)range("2-6");
  EXPECT_EQ(range("2-6", {{"Cache-Control", "only-if-cached"}}).status(), 206);
  EXPECT_EQ(range("2-7", {{"Cache-Control", "only-if-cached"}}).status(), 504);
  EXPECT_EQ(ask(get(kUrl, {{"Cache-Control", "only-if-cached"}})).status(), 504);
}

TEST_P(RunnerParts, AnswerOfflineWhatTheyHave) {
  (void)range("2-6");
  time_.advance(61s);
  job_.cache.mode = CacheMode::kOffline;
  expectPart(range("3-4"), Outcome::kStale, "34", "bytes 3-4/10");
  EXPECT_EQ(range("2-7").status(), 504);
  EXPECT_EQ(ask(get(kUrl)).status(), 504);
}

TEST_P(RunnerParts, AreOfOneVariant) {
  site_.vary = "Accept-Language";
  (void)range("2-6", {{"Accept-Language", "de"}});
  EXPECT_EQ(range("2-6", {{"Accept-Language", "en"}}).outcome, Outcome::kFetched);
  EXPECT_EQ(range("2-6", {{"Accept-Language", "en"}}).outcome, Outcome::kHit);
}

TEST_P(RunnerParts, AreNobodyElses) {
  (void)range("2-6", {{"Authorization", "one"}});
  EXPECT_EQ(range("2-6").outcome, Outcome::kFetched);
  EXPECT_EQ(range("2-6", {{"Authorization", "two"}}).outcome, Outcome::kFetched);
  EXPECT_EQ(range("2-6", {{"Authorization", "one"}}).outcome, Outcome::kHit);
}

// --- conditions ---------------------------------------------------------------------------------

TEST_P(RunnerParts, AnswerIfRangeWhereItHolds) {
  (void)range("2-6");
  EXPECT_EQ(range("2-6", {{"If-Range", "\"1\""}}).outcome, Outcome::kHit);
  expectWhole(range("2-6", {{"If-Range", "\"0\""}}), Outcome::kFetched);
}

TEST_P(RunnerParts, AreWhatAConditionOfTheClientIsAbout) {
  (void)range("2-6");
  EXPECT_EQ(range("2-6", {{"If-None-Match", "\"1\""}}).status(), 304);
  EXPECT_EQ(fetcher_->total(), 1);
}

TEST_P(RunnerParts, AreValidatedAndGoodAgain) {
  (void)range("2-6");
  time_.advance(61s);
  expectPart(range("3-4"), Outcome::kRevalidated, "34", "bytes 3-4/10");
  EXPECT_EQ(lastSeen().field("If-None-Match"), "\"1\"");
  EXPECT_EQ(lastSeen().field("Range"), "bytes=3-4");
  expectPart(range("2-6"), Outcome::kHit, "23456", "bytes 2-6/10");
}

TEST_P(RunnerParts, ThatHaveChangedAreReplaced) {
  (void)range("2-6");
  time_.advance(61s);
  site_ = {"abcdefghij", "\"2\""};
  expectPart(range("3-4"), Outcome::kFetched, "de", "bytes 3-4/10");
  expectPart(range("3-4"), Outcome::kHit, "de", "bytes 3-4/10");
  EXPECT_EQ(range("2-6").outcome, Outcome::kFetched);
}

TEST_P(RunnerParts, AnswerForAServerThatCannot) {
  job_.cache.stale_if_error = kForever;
  bool away = false;
  serve([&](const Seen& seen) {
    return away ? Answer(Failure{ErrorKind::kConnect, "no"}) : site_(seen);
  });
  (void)range("2-6");
  away = true;
  time_.advance(61s);
  expectPart(range("3-4"), Outcome::kStale, "34", "bytes 3-4/10");
  EXPECT_EQ(range("2-7").outcome, Outcome::kFailed);
}

TEST_P(RunnerParts, AreNotValidatedInTheBackgroundByAFetchOfEverything) {
  site_.cache_control = "max-age=60, stale-while-revalidate=60";
  (void)range("2-6");
  time_.advance(61s);
  EXPECT_EQ(range("2-6").outcome, Outcome::kRevalidated);
  EXPECT_EQ(lastSeen().field("Range"), "bytes=2-6");
}

// --- what is kept -------------------------------------------------------------------------------

TEST_P(RunnerParts, StandBesideTheUrlsKeyAndNeverUnderIt) {
  (void)range("2-6");
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kPartKey});
  EXPECT_EQ(cache_->at(kPartKey)->key(), kPartKey);
  EXPECT_EQ(cache_->at(kPartKey)->status(), 206);
}

TEST_P(RunnerParts, AreKeptWhereThePageWouldBe) {
  for (const char* directives : {"no-store", "no-store, max-age=60"}) {
    site_.cache_control = directives;
    EXPECT_FALSE(range("2-6").stored) << directives;
  }
  site_.cache_control = "max-age=60";
  EXPECT_FALSE(range("2-6", {{"Cache-Control", "no-store"}}).stored);
  job_.cache.forbidden_patterns = {"345"};
  EXPECT_FALSE(range("2-6").stored);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerParts, AreNotKeptUnderTtlUnlessThatIsAllowed) {
  job_.cache.policy = CachePolicy::kTtl;
  job_.cache.allowable_codes = {200};
  EXPECT_FALSE(range("2-6").stored);
  job_.cache.allowable_codes = {200, 206};
  EXPECT_TRUE(range("2-6").stored);
  EXPECT_EQ(range("3-4").outcome, Outcome::kHit);
  EXPECT_EQ(visit(kUrl).content(), kPage);
}

TEST_P(RunnerParts, ThatNobodyAskedForOrThatSayNothingUsableAreNotKept) {
  const auto answers = [this](const char* content_range, const char* coding) {
    serve([=](const Seen&) -> Answer {
      return reply(206,
                   {{"Content-Range", content_range},
                    {"Cache-Control", "max-age=60"},
                    {"Content-Encoding", coding}},
                   "234");
    });
  };
  answers("bytes 2-4/10", "identity");
  EXPECT_FALSE(ask(get(kUrl)).stored);
  for (const char* wrong : {"bytes 2-5/10", "bytes 2-4/3", "lines 2-4/10", "bytes */10"}) {
    answers(wrong, "");
    EXPECT_FALSE(range("2-4").stored) << wrong;
  }
  answers("bytes 2-4/10", "gzip");
  EXPECT_FALSE(range("2-4").stored);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_P(RunnerParts, DoNotDisplaceAPageThatMayStillBeRight) {
  site_.tag = "";
  (void)visit(kUrl);
  time_.advance(61s);
  EXPECT_FALSE(range("2-4").stored);
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kKey});
}

TEST_P(RunnerParts, OfAnotherPageThanTheStoredOneReplaceIt) {
  (void)visit(kUrl);
  time_.advance(61s);
  site_ = {"abcdefghij", "\"2\""};
  expectPart(range("3-4"), Outcome::kFetched, "de", "bytes 3-4/10");
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kPartKey});
}

TEST_P(RunnerParts, AnUnsatisfiableRangeIsNotWhatTheUrlHolds) {
  EXPECT_EQ(range("10-").status(), 416);
  EXPECT_EQ(cache_->size(), 0u);
  expectWhole(ask(get(kUrl)), Outcome::kFetched);
  time_.advance(61s);
  site_.tag = "";
  EXPECT_EQ(range("10-").status(), 416);
  EXPECT_EQ(cache_->size(), 1u) << "the page has not changed";
}

// --- parts that become pages --------------------------------------------------------------------

TEST_P(RunnerParts, ThatAreEverythingAreThePage) {
  const Visit all = range("0-");
  expectPart(all, Outcome::kFetched, kPage, "bytes 0-9/10");
  EXPECT_TRUE(all.stored);
  EXPECT_EQ(cache_->keys(), std::vector<Key>{kKey});
  expectWhole(ask(get(kUrl)), Outcome::kHit);
  EXPECT_EQ(visit(kUrl).content(), kPage);
}

TEST_P(RunnerParts, ThatTouchBecomeOneAndThenThePage) {
  (void)range("0-2");
  (void)range("3-5");
  expectPart(range("1-4"), Outcome::kHit, "1234", "bytes 1-4/10");
  (void)range("5-9");
  EXPECT_EQ(fetcher_->total(), 3);
  expectWhole(ask(get(kUrl)), Outcome::kHit);
  EXPECT_EQ(ask(get(kUrl)).response->headers().find("Content-Length"), "10");
  EXPECT_EQ(fetcher_->total(), 3);
}

TEST_P(RunnerParts, OfSeveralPagesNeverBecomeOne) {
  for (const char* tag : {"", "W/\"1\""}) {
    site_.tag = tag;
    (void)range("0-4");
    (void)range("5-9");
    EXPECT_EQ(cache_->keys(), std::vector<Key>{kPartKey}) << tag;
  }
  site_.tag = "\"1\"";
  (void)range("0-4");
  site_ = {"abcdefghij", "\"2\""};
  (void)range("5-9");
  EXPECT_EQ(cache_->at(kPartKey)->body(), "fghij");
}

TEST_P(RunnerParts, AreCompletedForWhoAsksForAll) {
  begin();
  RequestSpec part = get(kUrl, {{"Range", "bytes=0-3"}});
  EXPECT_EQ(say(std::move(part)).status(), 206);
  ASSERT_TRUE(eventually([&] { return cache_->size() == 1; }));
  const Visit whole = say(get(kUrl));
  expectWhole(whole, Outcome::kFetched);
  EXPECT_TRUE(whole.stored);
  EXPECT_TRUE(whole.cache_status.toString().starts_with("forage; fwd=partial; fwd-status=206"))
      << whole.cache_status.toString();
  EXPECT_EQ(lastSeen().field("Range"), "bytes=4-");
  EXPECT_EQ(lastSeen().field("If-Range"), "\"1\"");
  (void)finish();
  expectWhole(ask(get(kUrl)), Outcome::kHit);
  EXPECT_EQ(fetcher_->total(), 2);
}

TEST_P(RunnerParts, AreCompletedOnceForAllWhoAsk) {
  begin();
  (void)say(get(kUrl, {{"Range", "bytes=0-3"}}));
  ASSERT_TRUE(eventually([&] { return cache_->size() == 1; }));
  fetcher_->hold();
  const std::string one = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 2; }));
  const std::string other = send(get(kUrl));
  ASSERT_TRUE(eventually([&] { return runner_->metrics().parked == 1; }));
  fetcher_->release();
  expectWhole(answerOf(one), Outcome::kFetched);
  expectWhole(answerOf(other), Outcome::kJoined);
  (void)finish();
}

TEST_P(RunnerParts, ThatCannotBeCompletedAreFetchedAnew) {
  const std::vector<Site> changed{
      {"abcdefghij", "\"2\""},                                 // all of it comes, by If-Range
      {"abcdefghij", "\"2\"", "max-age=60", "", true, false},  // the rest of another page
      {"abc", "\"2\"", "max-age=60", "", true, false},         // and no rest at all
      {kPage + "!", "\"1\"", "max-age=60", "", true, true}};   // a tag that tells lies
  for (std::size_t n = 0; n < changed.size(); ++n) {
    const Site& site = changed[n];
    const std::string url = urlOf(static_cast<int>(10 + n));
    site_ = {};
    begin();
    (void)say(get(url, {{"Range", "bytes=0-3"}}));
    ASSERT_TRUE(eventually([&] { return cache_->at("url:" + url + "#part") != nullptr; }));
    site_ = site;
    expectWhole(say(get(url)), Outcome::kFetched);
    EXPECT_EQ(lastSeen().field("Range"),
              site.obeys_if_range && site.tag == "\"2\"" ? "bytes=4-" : "");
    (void)finish();
  }
}

// --- invalidation -------------------------------------------------------------------------------

TEST_P(RunnerParts, AreErasedByWhatChangesThePage) {
  (void)range("2-6");
  (void)ask(request("PUT", kUrl));
  EXPECT_EQ(cache_->size(), 0u);
  EXPECT_EQ(range("2-6").outcome, Outcome::kFetched);
}

TEST_P(RunnerParts, FetchedBeforeAChangeAreNotKeptAfterIt) {
  begin();
  fetcher_->hold("part");
  const std::string part = send(get(kUrl, {{"Range", "bytes=2-6"}, {"X-Hold", "part"}}));
  ASSERT_TRUE(eventually([&] { return fetcher_->total() == 1; }));
  EXPECT_EQ(say(request("PUT", kUrl)).status(), 204);
  fetcher_->release("part");
  EXPECT_EQ(answerOf(part).status(), 206);
  (void)finish();
  EXPECT_EQ(cache_->size(), 0u);
}

}  // namespace
}  // namespace forage::run
