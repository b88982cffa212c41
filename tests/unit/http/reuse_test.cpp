#include "http/reuse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {

static std::ostream& operator<<(std::ostream& out, Reuse reuse) {
  switch (reuse) {
    case Reuse::kFresh:
      return out << "fresh";
    case Reuse::kStale:
      return out << "stale";
    case Reuse::kStaleWhileRevalidate:
      return out << "stale while revalidate";
    case Reuse::kValidate:
      return out << "validate";
  }
  return out;
}

namespace {

using namespace std::chrono_literals;
using test::fields;
using test::kNoon;
using test::Lines;
using test::Row;
using test::stored;

/// Without options, what the response and the request say.
struct ReuseCase : Row {
  std::string response;  // Cache-Control of what is stored; it is as old as `age`
  std::string request;   // Cache-Control of the request
  Millis age;
  Reuse reuse;
  ReuseOptions options = {};
};

Judgement judge(const ReuseCase& c) {
  Lines lines;
  if (!c.response.empty()) lines.push_back("Cache-Control: " + c.response);
  Lines wanted;
  if (!c.request.empty()) wanted.push_back("Cache-Control: " + c.request);
  return judgeReuse(*stored(lines), readCacheControl(fields(wanted), true), c.options,
                    kNoon + c.age);
}

class JudgeReuse : public testing::TestWithParam<ReuseCase> {};

TEST_P(JudgeReuse, Says) {
  const Judgement judged = judge(GetParam());
  EXPECT_EQ(judged.reuse, GetParam().reuse) << judged.rule;
  EXPECT_FALSE(judged.rule.empty());
  EXPECT_EQ(judged.age, GetParam().age);
}

constexpr Reuse kFresh = Reuse::kFresh;
constexpr Reuse kStale = Reuse::kStale;
constexpr Reuse kMeanwhile = Reuse::kStaleWhileRevalidate;
constexpr Reuse kValidate = Reuse::kValidate;

INSTANTIATE_TEST_SUITE_P(
    Response, JudgeReuse,
    testing::Values(ReuseCase{"Fresh", "RFC 9111, 4.2", "max-age=60", "", 59'999ms, kFresh},
                    ReuseCase{"FreshNoMore", "RFC 9111, 4.2", "max-age=60", "", 60s, kValidate},
                    ReuseCase{"NeverFresh", "RFC 9111, 4.2", "max-age=0", "", 0s, kValidate},
                    ReuseCase{"NothingSaid", "RFC 9111, 4.2.2", "", "", 0s, kValidate},
                    ReuseCase{"NoCache", "RFC 9111, 5.2.2.4", "max-age=60, no-cache", "", 1s,
                              kValidate},
                    ReuseCase{"NoCacheForFields", "RFC 9111, 5.2.2.4",
                              "max-age=60, no-cache=\"Set-Cookie\"", "", 1s, kFresh},
                    ReuseCase{"MustRevalidateWhileFresh", "RFC 9111, 5.2.2.2",
                              "max-age=60, must-revalidate", "", 1s, kFresh},
                    ReuseCase{"MustRevalidate", "RFC 9111, 5.2.2.2", "max-age=60, must-revalidate",
                              "", 60s, kValidate},
                    ReuseCase{"NoStoreThatWasUnderstood", "RFC 9111, 5.2.2.3",
                              "max-age=60, must-understand, no-store", "", 1s, kFresh},
                    ReuseCase{"RulesForSharedCaches", "RFC 9111, 5.2.2.7 and 5.2.2.8",
                              "max-age=60, private, proxy-revalidate, s-maxage=0", "", 1s, kFresh}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    RequestMaxAge, JudgeReuse,
    testing::Values(
        ReuseCase{"NotReached", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=10", 9s, kFresh},
        ReuseCase{"Reached", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=10", 10s, kFresh},
        ReuseCase{"Exceeded", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=10", 10'001ms, kValidate},
        ReuseCase{"Zero", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=0", 1s, kValidate},
        ReuseCase{"NoNumber", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=x", 1s, kValidate},
        ReuseCase{"MakesNothingFresh", "RFC 9111, 5.2.1.1", "max-age=60", "max-age=100", 60s,
                  kValidate},
        ReuseCase{"ExceededWhateverMaxStale", "RFC 9111, 5.2.1.1", "max-age=60",
                  "max-age=10, max-stale=100", 20s, kValidate},
        ReuseCase{"ExceededWhateverMaxStaleOfAnyAge", "RFC 9111, 5.2.1.1", "max-age=60",
                  "max-age=10, max-stale", 70s, kValidate},
        ReuseCase{"WithMaxStaleTakesStale", "RFC 9111, 5.2.1.1", "max-age=60",
                  "max-age=100, max-stale=20", 70s, kStale},
        ReuseCase{"TakesNoStaleWhileRevalidate", "RFC 9111, 5.2.1.1",
                  "max-age=60, stale-while-revalidate=60", "max-age=100", 70s, kValidate}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    RequestMaxStale, JudgeReuse,
    testing::Values(
        ReuseCase{"StillFresh", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale=10", 59s, kFresh},
        ReuseCase{"Within", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale=10", 69s, kStale},
        ReuseCase{"AtItsEnd", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale=10", 70s, kStale},
        ReuseCase{"Exceeded", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale=10", 70'001ms,
                  kValidate},
        ReuseCase{"AnyAge", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale", 999'999s, kStale},
        ReuseCase{"NoNumber", "RFC 9111, 5.2.1.2", "max-age=60", "max-stale=x", 61s, kValidate},
        ReuseCase{"NotOverMustRevalidate", "RFC 9111, 5.2.2.2", "max-age=60, must-revalidate",
                  "max-stale=10", 61s, kValidate},
        ReuseCase{"NotOverNoCache", "RFC 9111, 5.2.2.4", "max-age=60, no-cache", "max-stale=10",
                  61s, kValidate},
        ReuseCase{"OfWhatHasNoLifetime", "RFC 9111, 4.2.4", "", "max-stale=10", 10s, kStale},
        ReuseCase{"ExceededWithinStaleWhileRevalidate", "RFC 9111, 5.2.1.2",
                  "max-age=60, stale-while-revalidate=60", "max-stale=10", 80s, kValidate}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    RequestMinFresh, JudgeReuse,
    testing::Values(
        ReuseCase{"FreshEnough", "RFC 9111, 5.2.1.3", "max-age=60", "min-fresh=20", 39s, kFresh},
        ReuseCase{"JustFreshEnough", "RFC 9111, 5.2.1.3", "max-age=60", "min-fresh=20", 40s,
                  kFresh},
        ReuseCase{"NotFreshEnough", "RFC 9111, 5.2.1.3", "max-age=60", "min-fresh=20", 40'001ms,
                  kValidate},
        ReuseCase{"NeverFreshEnough", "RFC 9111, 5.2.1.3", "max-age=60", "min-fresh=99999999999",
                  0s, kValidate},
        ReuseCase{"NoNumberIsIgnored", "RFC 9111, 5.2.1.3", "max-age=60", "min-fresh=x", 59s,
                  kFresh},
        ReuseCase{"TakesNothingStale", "RFC 9111, 5.2.1.3", "max-age=60",
                  "min-fresh=1, max-stale=10", 61s, kValidate},
        ReuseCase{"TakesNoStaleWhileRevalidate", "RFC 9111, 5.2.1.3",
                  "max-age=60, stale-while-revalidate=60", "min-fresh=1", 61s, kValidate}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    RequestOthers, JudgeReuse,
    testing::Values(ReuseCase{"NoCache", "RFC 9111, 5.2.1.4", "max-age=60", "no-cache", 1s,
                              kValidate},
                    ReuseCase{"NoCacheWithNames", "RFC 9111, 5.2.1.4", "max-age=60",
                              "no-cache=\"A\"", 1s, kValidate},
                    ReuseCase{"NoCacheOverMaxStale", "RFC 9111, 5.2.1.4", "max-age=60",
                              "no-cache, max-stale", 61s, kValidate},
                    ReuseCase{"NoStoreTakesWhatIsStored", "RFC 9111, 5.2.1.5", "max-age=60",
                              "no-store", 1s, kFresh},
                    ReuseCase{"OnlyIfCachedTakesWhatIsFresh", "RFC 9111, 5.2.1.7", "max-age=60",
                              "only-if-cached", 1s, kFresh},
                    ReuseCase{"OnlyIfCachedTakesNothingStale", "RFC 9111, 5.2.1.7", "max-age=60",
                              "only-if-cached", 61s, kValidate},
                    ReuseCase{"Unknown", "RFC 9111, 5.2.3", "max-age=60", "fast=yes", 1s, kFresh}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    StaleWhileRevalidate, JudgeReuse,
    testing::Values(ReuseCase{"StillFresh", "RFC 5861, 3", "max-age=60, stale-while-revalidate=30",
                              "", 59'999ms, kFresh},
                    ReuseCase{"Begins", "RFC 5861, 3", "max-age=60, stale-while-revalidate=30", "",
                              60s, kMeanwhile},
                    ReuseCase{"Ends", "RFC 5861, 3", "max-age=60, stale-while-revalidate=30", "",
                              90s, kMeanwhile},
                    ReuseCase{"HasEnded", "RFC 5861, 3", "max-age=60, stale-while-revalidate=30",
                              "", 90'001ms, kValidate},
                    ReuseCase{"OfNoSeconds", "RFC 5861, 3", "max-age=60, stale-while-revalidate=0",
                              "", 60s, kValidate},
                    ReuseCase{"NoNumber", "RFC 5861, 3", "max-age=60, stale-while-revalidate", "",
                              60s, kValidate},
                    ReuseCase{"NotOverMustRevalidate", "RFC 9111, 4.2.4",
                              "max-age=60, must-revalidate, stale-while-revalidate=30", "", 61s,
                              kValidate},
                    ReuseCase{"NotOverNoCache", "RFC 9111, 4.2.4",
                              "max-age=60, no-cache, stale-while-revalidate=30", "", 61s,
                              kValidate},
                    ReuseCase{"NotOverNoCacheOfTheRequest", "RFC 9111, 5.2.1.4",
                              "max-age=60, stale-while-revalidate=30", "no-cache", 61s, kValidate},
                    ReuseCase{"ByTheJob",
                              "cache.stale_while_revalidate",
                              "max-age=60",
                              "",
                              90s,
                              kMeanwhile,
                              {.stale_while_revalidate = 30s}},
                    ReuseCase{"ByTheJobHasEnded",
                              "cache.stale_while_revalidate",
                              "max-age=60",
                              "",
                              90'001ms,
                              kValidate,
                              {.stale_while_revalidate = 30s}},
                    ReuseCase{"TheResponseOverTheJob",
                              "RFC 5861, 3",
                              "max-age=60, stale-while-revalidate=0",
                              "",
                              61s,
                              kValidate,
                              {.stale_while_revalidate = 30s}}),
    test::rowName<ReuseCase>);

constexpr ReuseOptions kMinute{.by_job = true, .expire_after = 60s};

INSTANTIATE_TEST_SUITE_P(
    ByJob, JudgeReuse,
    testing::Values(
        ReuseCase{"Fresh", "cache.expire_after", "no-cache, max-age=0", "", 59'999ms, kFresh,
                  kMinute},
        ReuseCase{"Expired", "cache.expire_after", "max-age=999", "", 60s, kValidate, kMinute},
        ReuseCase{"Never",
                  "cache.expire_after",
                  "max-age=0",
                  "",
                  999'999s,
                  kFresh,
                  {.by_job = true, .expire_after = kForever}},
        ReuseCase{
            "AtOnce", "cache.expire_after", "max-age=60", "", 0s, kValidate, {.by_job = true}},
        ReuseCase{"RequestsCountStill", "RFC 9111, 5.2.1.4", "", "no-cache", 1s, kValidate,
                  kMinute},
        ReuseCase{"RequestMaxAgeCountsStill", "RFC 9111, 5.2.1.1", "", "max-age=5", 6s, kValidate,
                  kMinute},
        ReuseCase{"MinFreshOfWhatNeverExpires",
                  "RFC 9111, 5.2.1.3",
                  "",
                  "min-fresh=99999999999",
                  1s,
                  kFresh,
                  {.by_job = true, .expire_after = kForever}},
        ReuseCase{"StaleWhileRevalidateOfTheJobAlone",
                  "cache.stale_while_revalidate",
                  "stale-while-revalidate=999",
                  "",
                  91s,
                  kValidate,
                  {.by_job = true, .expire_after = 60s, .stale_while_revalidate = 30s}},
        ReuseCase{"StaleWhileRevalidateWhateverTheResponse",
                  "cache.stale_while_revalidate",
                  "must-revalidate, stale-while-revalidate=0",
                  "",
                  90s,
                  kMeanwhile,
                  {.by_job = true, .expire_after = 60s, .stale_while_revalidate = 30s}}),
    test::rowName<ReuseCase>);

INSTANTIATE_TEST_SUITE_P(
    Modes, JudgeReuse,
    testing::Values(ReuseCase{"RefreshValidatesWhatIsFresh",
                              "--refresh",
                              "max-age=60",
                              "",
                              1s,
                              kValidate,
                              {.always_validate = true}},
                    ReuseCase{"RefreshValidatesByJob",
                              "--refresh",
                              "",
                              "",
                              1s,
                              kValidate,
                              {.by_job = true, .expire_after = kForever, .always_validate = true}},
                    ReuseCase{"RefreshOverMaxStale",
                              "--refresh",
                              "max-age=60",
                              "max-stale",
                              61s,
                              kValidate,
                              {.always_validate = true}},
                    ReuseCase{"OfflineTakesWhatIsFresh",
                              "--offline",
                              "max-age=60",
                              "",
                              1s,
                              kFresh,
                              {.never_validate = true}},
                    ReuseCase{"OfflineTakesWhatIsStale",
                              "RFC 9111, 4.2.4: disconnected",
                              "max-age=60",
                              "",
                              61s,
                              kStale,
                              {.never_validate = true}},
                    ReuseCase{"OfflineTakesWhatNeverWasFresh",
                              "RFC 9111, 4.2.4: disconnected",
                              "",
                              "no-cache",
                              1s,
                              kStale,
                              {.never_validate = true}},
                    ReuseCase{"OfflineObeysMustRevalidate",
                              "RFC 9111, 5.2.2.2",
                              "max-age=60, must-revalidate",
                              "max-stale",
                              61s,
                              kValidate,
                              {.never_validate = true}},
                    ReuseCase{"OfflineMustRevalidateOfWhatIsFresh",
                              "RFC 9111, 5.2.2.2",
                              "max-age=60, must-revalidate",
                              "",
                              1s,
                              kFresh,
                              {.never_validate = true}},
                    ReuseCase{"OfflineObeysNoCache",
                              "RFC 9111, 5.2.2.4",
                              "max-age=60, no-cache",
                              "",
                              1s,
                              kValidate,
                              {.never_validate = true}},
                    ReuseCase{"OfflineNoCacheOfSomeFields",
                              "RFC 9111, 5.2.2.4",
                              "max-age=60, no-cache=\"Set-Cookie\"",
                              "",
                              61s,
                              kStale,
                              {.never_validate = true}},
                    ReuseCase{"OfflineWhatConcernsSharedCaches",
                              "RFC 9111, 5.2.2.8 and 5.2.2.10",
                              "max-age=60, proxy-revalidate, s-maxage=60",
                              "",
                              61s,
                              kStale,
                              {.never_validate = true}},
                    ReuseCase{"OfflineByJobWhateverTheResponse",
                              "--offline",
                              "no-cache, must-revalidate",
                              "",
                              61s,
                              kStale,
                              {.by_job = true, .expire_after = 60s, .never_validate = true}},
                    ReuseCase{"OfflineByJob",
                              "--offline",
                              "",
                              "",
                              61s,
                              kStale,
                              {.by_job = true, .expire_after = 60s, .never_validate = true}}),
    test::rowName<ReuseCase>);

struct ErrorCase : Row {
  std::string response;
  std::string request;
  Millis age;
  bool may_answer;
  ReuseOptions options = {};
};

class StaleIfError : public testing::TestWithParam<ErrorCase> {};

TEST_P(StaleIfError, Says) {
  const ErrorCase& c = GetParam();
  EXPECT_EQ(judge({{}, c.response, c.request, c.age, kValidate, c.options}).stale_if_error,
            c.may_answer);
}

// "After the age is greater than 1800 seconds (i.e., it has been stale for 1200 seconds), the cache
// must write the error message through" (RFC 5861, section 4).
INSTANTIATE_TEST_SUITE_P(
    Windows, StaleIfError,
    testing::Values(
        ErrorCase{"NotSaid", "RFC 9111, 4.2.4", "max-age=600", "", 600s, false},
        ErrorCase{"StillFresh", "RFC 9111, 4.3.3", "max-age=600", "", 599s, true},
        ErrorCase{"Within", "RFC 5861, 4", "max-age=600, stale-if-error=1200", "", 900s, true},
        ErrorCase{"AtItsEnd", "RFC 5861, 4", "max-age=600, stale-if-error=1200", "", 1800s, true},
        ErrorCase{"HasEnded", "RFC 5861, 4", "max-age=600, stale-if-error=1200", "", 1800'001ms,
                  false},
        ErrorCase{"OfNoSeconds", "RFC 5861, 4", "max-age=600, stale-if-error=0", "", 600s, false},
        ErrorCase{"NoNumber", "RFC 5861, 4", "max-age=600, stale-if-error", "", 601s, false},
        ErrorCase{"OfTheRequest", "RFC 5861, 4", "max-age=600", "stale-if-error=60", 660s, true},
        ErrorCase{"OfTheRequestHasEnded", "RFC 5861, 4", "max-age=600", "stale-if-error=60",
                  660'001ms, false},
        ErrorCase{"TheRequestOverTheResponse", "RFC 5861, 4", "max-age=600, stale-if-error=1200",
                  "stale-if-error=60", 661s, false},
        ErrorCase{"WhateverElseSaysOfFreshness", "RFC 5861, 4", "max-age=600, stale-if-error=1200",
                  "max-age=0, min-fresh=60", 900s, true},
        ErrorCase{"NotOverMustRevalidate", "RFC 9111, 5.2.2.2",
                  "max-age=600, must-revalidate, stale-if-error=1200", "", 601s, false},
        ErrorCase{"MustRevalidateWhileFresh", "RFC 9111, 5.2.2.2", "max-age=600, must-revalidate",
                  "", 599s, true},
        ErrorCase{"NotOverNoCache", "RFC 9111, 5.2.2.4", "no-cache, stale-if-error=1200", "", 1s,
                  false},
        ErrorCase{"NotOverNoCacheWhileFresh", "RFC 9111, 5.2.2.4", "max-age=600, no-cache", "", 1s,
                  false},
        ErrorCase{"NotOverNoCacheOfTheRequest", "RFC 9111, 5.2.1.4", "max-age=600", "no-cache", 1s,
                  false},
        ErrorCase{"OfWhatHasNoLifetime", "RFC 5861, 4", "stale-if-error=60", "", 60s, true}),
    test::rowName<ErrorCase>);

INSTANTIATE_TEST_SUITE_P(
    OfTheJob, StaleIfError,
    testing::Values(ErrorCase{"Within",
                              "cache.stale_if_error",
                              "max-age=600",
                              "",
                              660s,
                              true,
                              {.stale_if_error = 60s}},
                    ErrorCase{"HasEnded",
                              "cache.stale_if_error",
                              "max-age=600",
                              "",
                              660'001ms,
                              false,
                              {.stale_if_error = 60s}},
                    ErrorCase{"AnyAge",
                              "cache.stale_if_error",
                              "max-age=600",
                              "",
                              999'999s,
                              true,
                              {.stale_if_error = kForever}},
                    ErrorCase{"TheResponseOverTheJob",
                              "RFC 5861, 4",
                              "max-age=600, stale-if-error=0",
                              "",
                              601s,
                              false,
                              {.stale_if_error = kForever}},
                    ErrorCase{"NotOverMustRevalidate",
                              "RFC 9111, 5.2.2.2",
                              "max-age=600, must-revalidate",
                              "",
                              601s,
                              false,
                              {.stale_if_error = kForever}},
                    ErrorCase{"ByJobWhateverTheResponse",
                              "cache.stale_if_error",
                              "no-cache, must-revalidate, stale-if-error=0",
                              "",
                              61s,
                              true,
                              {.by_job = true, .expire_after = 60s, .stale_if_error = 60s}},
                    ErrorCase{"ByJobAlone", "cache.stale_if_error", "stale-if-error=1200", "", 61s,
                              false, kMinute},
                    ErrorCase{"WhatIsFreshUnderRefresh",
                              "--refresh",
                              "max-age=600",
                              "",
                              1s,
                              false,
                              {.always_validate = true}},
                    ErrorCase{"WhatIsFreshUnderRefreshWithinTheWindow",
                              "--refresh",
                              "max-age=600, must-revalidate",
                              "",
                              1s,
                              true,
                              {.always_validate = true, .stale_if_error = 60s}},
                    ErrorCase{"WhatHasExpiredUnderRefreshBehindTheWindow",
                              "--refresh",
                              "max-age=600",
                              "",
                              661s,
                              false,
                              {.always_validate = true, .stale_if_error = 60s}}),
    test::rowName<ErrorCase>);

TEST(Judgement, NamesTheRuleAndItsSection) {
  const auto rule = [](const char* response, const char* request, Millis age,
                       const ReuseOptions& options = {}) {
    return std::string(judge({{}, response, request, age, kFresh, options}).rule);
  };
  using testing::HasSubstr;
  EXPECT_THAT(rule("max-age=60", "", 1s), HasSubstr("5.2.2.1"));
  EXPECT_THAT(rule("max-age=60", "", 61s), HasSubstr("RFC 9111, 4.2"));
  EXPECT_THAT(rule("", "", 1s), HasSubstr("4.2.2"));
  EXPECT_THAT(rule("no-cache", "", 1s), HasSubstr("5.2.2.4"));
  EXPECT_THAT(rule("must-revalidate", "", 1s), HasSubstr("5.2.2.2"));
  EXPECT_THAT(rule("max-age=60", "no-cache", 1s), HasSubstr("5.2.1.4"));
  EXPECT_THAT(rule("max-age=60", "max-age=0", 1s), HasSubstr("5.2.1.1"));
  EXPECT_THAT(rule("max-age=60", "min-fresh=60", 1s), HasSubstr("5.2.1.3"));
  EXPECT_THAT(rule("max-age=60", "max-stale", 61s), HasSubstr("5.2.1.2"));
  EXPECT_THAT(rule("stale-while-revalidate=9", "", 1s), HasSubstr("RFC 5861, 3"));
  EXPECT_EQ(rule("", "", 1s, kMinute), "fresh by expire_after");
  EXPECT_EQ(rule("", "", 61s, kMinute), "expired by expire_after");
  EXPECT_THAT(rule("max-age=60", "", 1s, {.always_validate = true}), HasSubstr("--refresh"));
  EXPECT_THAT(rule("max-age=60", "", 1s, {.never_validate = true}), HasSubstr("--offline"));
  EXPECT_THAT(rule("no-cache", "", 1s, {.never_validate = true}), HasSubstr("5.2.2.4"));
  EXPECT_THAT(rule("must-revalidate", "", 1s, {.never_validate = true}), HasSubstr("5.2.2.2"));
}

TEST(Judgement, TellsWhereALifetimeComesFrom) {
  const auto source = [](const Lines& lines) {
    return judgeReuse(*stored(lines), {}, {}, kNoon).lifetime.source;
  };
  EXPECT_EQ(source({"Cache-Control: max-age=60"}), LifetimeSource::kMaxAge);
  EXPECT_EQ(source({"Expires: Mon, 15 Jun 2026 13:00:00 GMT"}), LifetimeSource::kExpires);
  EXPECT_EQ(source({"Last-Modified: Fri, 05 Jun 2026 12:00:00 GMT"}), LifetimeSource::kHeuristic);
  EXPECT_EQ(source({}), LifetimeSource::kNone);
  EXPECT_EQ(judgeReuse(*stored({}), {}, kMinute, kNoon).lifetime.source, LifetimeSource::kJob);
}

// Whoever can write to the store can give an entry any times.
TEST(Judgement, IsMadeWhateverTimesAnEntryHas) {
  for (const WallTime received : {WallTime::min(), WallTime{}, WallTime::max()}) {
    const EntryPtr entry = stored({"Cache-Control: max-age=60, stale-while-revalidate=99999999999"},
                                  200, "", WallTime::min(), received);
    for (const WallTime now : {WallTime::min(), kNoon, WallTime::max()}) {
      for (const bool by_job : {false, true}) {
        ReuseOptions options{.by_job = by_job, .expire_after = 60s};
        CacheControl request;
        request.min_fresh = kManySeconds;
        EXPECT_NE(judgeReuse(*entry, request, options, now).reuse, Reuse::kFresh);
      }
    }
  }
}

}  // namespace
}  // namespace forage::http
