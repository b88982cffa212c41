#include "http/freshness.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::kNoon;
using test::Lines;
using test::Row;
using test::stored;
using test::utc;

struct AgeCase : Row {
  Lines lines;
  Millis age;
  Millis delay{0};         // from the request to the response, which came at kNoon
  Millis resident = 100s;  // from then to now
};

class CurrentAge : public testing::TestWithParam<AgeCase> {};

TEST_P(CurrentAge, Is) {
  const AgeCase& c = GetParam();
  const EntryPtr entry = stored(c.lines, 200, "", kNoon - c.delay);
  EXPECT_EQ(currentAge(*entry, kNoon + c.resident), c.age);
}

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, CurrentAge,
    testing::Values(
        AgeCase{"ResidentTime", "RFC 9111, 4.2.3", {"Date: Mon, 15 Jun 2026 12:00:00 GMT"}, 100s},
        AgeCase{"ApparentAge", "RFC 9111, 4.2.3", {"Date: Mon, 15 Jun 2026 11:59:00 GMT"}, 160s},
        AgeCase{"AgeField",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 12:00:00 GMT", "Age: 30"},
                130s},
        AgeCase{"AgeFieldAboveApparentAge",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 11:59:00 GMT", "Age: 90"},
                190s},
        AgeCase{"AgeFieldBelowApparentAge",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 11:59:00 GMT", "Age: 30"},
                160s},
        AgeCase{
            "SlowResponse", "RFC 9111, 4.2.3", {"Date: Mon, 15 Jun 2026 12:00:00 GMT"}, 108s, 8s},
        AgeCase{"SlowResponseWithAge",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 12:00:00 GMT", "Age: 30"},
                138s,
                8s},
        AgeCase{"SlowResponseBelowApparentAge",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 11:59:50 GMT"},
                110s,
                8s},
        AgeCase{"InMilliseconds",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 12:00:00 GMT"},
                1'750ms,
                250ms,
                1'500ms},
        AgeCase{
            "JustReceived", "RFC 9111, 4.2.3", {"Date: Mon, 15 Jun 2026 12:00:00 GMT"}, 0s, 0s, 0s},
        AgeCase{"ClockSetBack",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 12:00:00 GMT"},
                0s,
                0s,
                -60s},
        AgeCase{"ClockSetBackWhileFetching",
                "RFC 9111, 4.2.3",
                {"Date: Mon, 15 Jun 2026 12:00:00 GMT"},
                100s,
                -60s}),
    test::rowName<AgeCase>);

INSTANTIATE_TEST_SUITE_P(
    Date, CurrentAge,
    testing::Values(
        AgeCase{"Missing", "RFC 9110, 6.6.1", {}, 100s},
        AgeCase{"MissingWithAge", "RFC 9110, 6.6.1", {"Age: 30"}, 130s},
        AgeCase{"Invalid", "RFC 9110, 6.6.1", {"Date: yesterday"}, 100s},
        AgeCase{"OfAnotherZone", "RFC 9111, 4.2", {"Date: Mon, 15 Jun 2026 11:00:00 UTC"}, 100s},
        AgeCase{"InTheFuture", "RFC 9111, 4.2.3", {"Date: Mon, 15 Jun 2026 13:00:00 GMT"}, 100s},
        AgeCase{"FarInThePast",
                "RFC 9111, 4.2.3",
                {"Date: Sat, 01 Jan 0000 00:00:00 GMT"},
                100s + (kNoon - utc(0, 1, 1))},
        AgeCase{
            "FarInTheFuture", "RFC 9111, 4.2.3", {"Date: Fri, 31 Dec 9999 23:59:59 GMT"}, 100s}),
    test::rowName<AgeCase>);

// "A cache encountering a message with a list-based Age field value SHOULD use the first member of
// the field value, discarding subsequent ones. If [it] is invalid [...], a cache SHOULD ignore the
// field."
INSTANTIATE_TEST_SUITE_P(
    AgeField, CurrentAge,
    testing::Values(AgeCase{"Zero", "RFC 9111, 5.1", {"Age: 0"}, 100s},
                    AgeCase{"Negative", "RFC 9111, 5.1", {"Age: -30"}, 100s},
                    AgeCase{"Decimals", "RFC 9111, 5.1", {"Age: 30.5"}, 100s},
                    AgeCase{"Word", "RFC 9111, 5.1", {"Age: old"}, 100s},
                    AgeCase{"Empty", "RFC 9111, 5.1", {"Age:"}, 100s},
                    AgeCase{"Unit", "RFC 9111, 5.1", {"Age: 30s"}, 100s},
                    AgeCase{"Parameter", "RFC 9111, 5.1", {"Age: 30;x=1"}, 100s},
                    AgeCase{"List", "RFC 9111, 5.1", {"Age: 30, 60"}, 130s},
                    AgeCase{"ListWithBlanks", "RFC 9111, 5.1", {"Age: 30 \t, 60"}, 130s},
                    AgeCase{"ListThatBeginsInvalid", "RFC 9111, 5.1", {"Age: x, 60"}, 100s},
                    AgeCase{"TwoLines", "RFC 9111, 5.1", {"Age: 30", "Age: 60"}, 130s},
                    AgeCase{"TooLarge",
                            "RFC 9111, 1.2.2",
                            {"Age: 99999999999999999999"},
                            100s + 2'147'483'648s}),
    test::rowName<AgeCase>);

// Whoever can write to the store can give an entry any times.
TEST(CurrentAge, SaturatesWhateverTimesAnEntryHas) {
  for (const WallTime a : {WallTime::min(), WallTime{}, kNoon, WallTime::max()}) {
    for (const WallTime b : {WallTime::min(), WallTime{}, kNoon, WallTime::max()}) {
      const EntryPtr entry =
          stored({"Date: Mon, 15 Jun 2026 12:00:00 GMT", "Age: 2147483648"}, 200, "", a, b);
      EXPECT_GE(currentAge(*entry, kNoon), Millis(0));
      EXPECT_GE(currentAge(*entry, WallTime::max()), Millis(0));
      EXPECT_GE(currentAge(*entry, WallTime::min()), Millis(0));
    }
  }
}

TEST(Elapsed, SaturatesAtForever) {
  EXPECT_EQ(elapsed(kNoon, kNoon), 0ms);
  EXPECT_EQ(elapsed(kNoon, kNoon + 1ms), 1ms);
  EXPECT_EQ(elapsed(kNoon + 1ms, kNoon), 0ms);
  EXPECT_EQ(elapsed(WallTime::min(), WallTime::max()), kForever);
  EXPECT_EQ(elapsed(WallTime::max(), WallTime::min()), 0ms);
  EXPECT_EQ(elapsed(WallTime{}, WallTime::max()), kForever);
  EXPECT_EQ(elapsed(WallTime(1ms), WallTime::max()), kForever - 1ms);
  EXPECT_EQ(sum(kForever, kForever), kForever);
  EXPECT_EQ(sum(kForever, 0ms), kForever);
  EXPECT_EQ(sum(kForever - 1ms, 1ms), kForever);
  EXPECT_EQ(sum(1ms, 2ms), 3ms);
}

struct LifetimeCase : Row {
  Lines lines;
  Millis span;
  LifetimeSource source;
  int status = 200;
};

class FreshnessLifetime : public testing::TestWithParam<LifetimeCase> {};

TEST_P(FreshnessLifetime, Is) {
  const LifetimeCase& c = GetParam();
  const EntryPtr entry = stored(c.lines, c.status);
  const Lifetime lifetime = freshnessLifetime(*entry, readCacheControl(entry->headers(), false));
  EXPECT_EQ(lifetime.span, c.span);
  EXPECT_EQ(lifetime.source, c.source);
}

constexpr LifetimeSource kNone = LifetimeSource::kNone;
constexpr LifetimeSource kMaxAge = LifetimeSource::kMaxAge;
constexpr LifetimeSource kExpires = LifetimeSource::kExpires;
constexpr LifetimeSource kHeuristic = LifetimeSource::kHeuristic;

const std::string kDate = "Date: Mon, 15 Jun 2026 12:00:00 GMT";
const std::string kInAnHour = "Expires: Mon, 15 Jun 2026 13:00:00 GMT";
const std::string kTenDaysAgo = "Last-Modified: Fri, 05 Jun 2026 12:00:00 GMT";

INSTANTIATE_TEST_SUITE_P(
    Order, FreshnessLifetime,
    testing::Values(
        LifetimeCase{"MaxAge", "RFC 9111, 4.2.1", {"Cache-Control: max-age=60"}, 60s, kMaxAge},
        LifetimeCase{"MaxAgeOverExpires",
                     "RFC 9111, 5.3",
                     {kDate, "Cache-Control: max-age=60", kInAnHour},
                     60s,
                     kMaxAge},
        LifetimeCase{"MaxAge0OverExpires",
                     "RFC 9111, 5.3",
                     {kDate, "Cache-Control: max-age=0", kInAnHour},
                     0s,
                     kMaxAge},
        LifetimeCase{"InvalidMaxAgeOverExpires",
                     "RFC 9111, 4.2.1",
                     {kDate, "Cache-Control: max-age=x", kInAnHour},
                     0s,
                     kMaxAge},
        LifetimeCase{"SMaxAgeIsForSharedCaches",
                     "RFC 9111, 5.2.2.10",
                     {kDate, "Cache-Control: s-maxage=60", kInAnHour},
                     1h,
                     kExpires},
        LifetimeCase{"ExpiresOverHeuristic",
                     "RFC 9111, 4.2.2",
                     {kDate, kInAnHour, kTenDaysAgo},
                     1h,
                     kExpires},
        LifetimeCase{"InvalidExpiresOverHeuristic",
                     "RFC 9111, 4.2.2 and 5.3",
                     {kDate, "Expires: 0", kTenDaysAgo},
                     0s,
                     kExpires},
        LifetimeCase{"Heuristic", "RFC 9111, 4.2.2", {kDate, kTenDaysAgo}, 24h, kHeuristic},
        LifetimeCase{"Nothing", "RFC 9111, 4.2.2", {kDate}, 0s, kNone},
        LifetimeCase{
            "MaxAgeOfAnyStatus", "RFC 9111, 3", {"Cache-Control: max-age=60"}, 60s, kMaxAge, 500},
        LifetimeCase{"TheGreatestMaxAge",
                     "RFC 9111, 1.2.2",
                     {"Cache-Control: max-age=99999999999"},
                     2'147'483'648s,
                     kMaxAge}),
    test::rowName<LifetimeCase>);

INSTANTIATE_TEST_SUITE_P(
    Expires, FreshnessLifetime,
    testing::Values(
        LifetimeCase{"CountsFromDate",
                     "RFC 9111, 4.2.1",
                     {"Date: Mon, 15 Jun 2026 11:00:00 GMT", kInAnHour},
                     2h,
                     kExpires},
        LifetimeCase{"CountsFromADateInTheFuture",
                     "RFC 9111, 4.2.1",
                     {"Date: Mon, 15 Jun 2026 12:30:00 GMT", kInAnHour},
                     30min,
                     kExpires},
        LifetimeCase{
            "CountsFromWhenItCameWithoutDate", "RFC 9110, 6.6.1", {kInAnHour}, 1h, kExpires},
        LifetimeCase{"CountsFromWhenItCameWithAnInvalidDate",
                     "RFC 9110, 6.6.1",
                     {"Date: 0", kInAnHour},
                     1h,
                     kExpires},
        LifetimeCase{"AtDate",
                     "RFC 9111, 5.3",
                     {kDate, "Expires: Mon, 15 Jun 2026 12:00:00 GMT"},
                     0s,
                     kExpires},
        LifetimeCase{"BeforeDate",
                     "RFC 9111, 5.3",
                     {kDate, "Expires: Thu, 01 Jan 1970 00:00:00 GMT"},
                     0s,
                     kExpires},
        LifetimeCase{"Zero", "RFC 9111, 5.3", {kDate, "Expires: 0"}, 0s, kExpires},
        LifetimeCase{"MinusOne", "RFC 9111, 5.3", {kDate, "Expires: -1"}, 0s, kExpires},
        LifetimeCase{"Empty", "RFC 9111, 5.3", {kDate, "Expires:"}, 0s, kExpires},
        LifetimeCase{"OfAnotherZone",
                     "RFC 9111, 4.2",
                     {kDate, "Expires: Mon, 15 Jun 2026 13:00:00 CET"},
                     0s,
                     kExpires},
        LifetimeCase{"InvalidBesideADateOfOldTimes",
                     "RFC 9111, 5.3",
                     {"Date: Wed, 01 Jan 1800 00:00:00 GMT", "Expires: 0"},
                     0s,
                     kExpires},
        LifetimeCase{"AnyCase",
                     "RFC 9111, 4.2",
                     {kDate, "EXPIRES: mon, 15 JUN 2026 13:00:00 gmt"},
                     1h,
                     kExpires},
        LifetimeCase{"InTheFormOfRfc850",
                     "RFC 9110, 5.6.7",
                     {kDate, "Expires: Monday, 15-Jun-26 13:00:00 GMT"},
                     1h,
                     kExpires},
        LifetimeCase{"TwiceTheSoonerCounts",
                     "RFC 9111, 4.2.1",
                     {kDate, "Expires: Mon, 15 Jun 2026 14:00:00 GMT", kInAnHour},
                     1h,
                     kExpires},
        LifetimeCase{"TwiceTheFirstIsSooner",
                     "RFC 9111, 4.2.1",
                     {kDate, kInAnHour, "Expires: Mon, 15 Jun 2026 14:00:00 GMT"},
                     1h,
                     kExpires},
        LifetimeCase{
            "TwiceOneIsInvalid", "RFC 9111, 4.2.1", {kDate, kInAnHour, "Expires: 0"}, 0s, kExpires},
        LifetimeCase{
            "TwoInOneLine",
            "RFC 9111, 4.2.1",
            {kDate, "Expires: Mon, 15 Jun 2026 13:00:00 GMT, Mon, 15 Jun 2026 13:00:00 GMT"},
            0s,
            kExpires},
        LifetimeCase{"Far",
                     "RFC 9111, 5.3",
                     {kDate, "Expires: Fri, 31 Dec 9999 23:59:59 GMT"},
                     utc(9999, 12, 31, 23, 59, 59) - kNoon,
                     kExpires}),
    test::rowName<LifetimeCase>);

INSTANTIATE_TEST_SUITE_P(
    Heuristic, FreshnessLifetime,
    testing::Values(
        LifetimeCase{"OfNoOtherStatus", "RFC 9111, 4.2.2", {kDate, kTenDaysAgo}, 0s, kNone, 302},
        LifetimeCase{"OfNoServerError", "RFC 9111, 4.2.2", {kDate, kTenDaysAgo}, 0s, kNone, 500},
        LifetimeCase{"OfNoUnknownStatus", "RFC 9111, 4.2.2", {kDate, kTenDaysAgo}, 0s, kNone, 299},
        LifetimeCase{"OfWhatIsPublic",
                     "RFC 9111, 4.2.2",
                     {kDate, kTenDaysAgo, "Cache-Control: public"},
                     24h,
                     kHeuristic,
                     302},
        LifetimeCase{"NotOfWhatIsPrivate",
                     "RFC 9111, 4.2.2",
                     {kDate, kTenDaysAgo, "Cache-Control: private"},
                     0s,
                     kNone,
                     302},
        LifetimeCase{"OfNotFound", "RFC 9110, 15.1", {kDate, kTenDaysAgo}, 24h, kHeuristic, 404},
        LifetimeCase{
            "CountsToWhenItCameWithoutDate", "RFC 9110, 6.6.1", {kTenDaysAgo}, 24h, kHeuristic},
        LifetimeCase{"NeedsATimeBeforeDate",
                     "RFC 9111, 4.2.2",
                     {kDate, "Last-Modified: Mon, 15 Jun 2026 12:00:00 GMT"},
                     0s,
                     kNone},
        LifetimeCase{"NeedsNoTimeAfterDate",
                     "RFC 9111, 4.2.2",
                     {kDate, "Last-Modified: Mon, 15 Jun 2026 13:00:00 GMT"},
                     0s,
                     kNone},
        LifetimeCase{
            "NeedsADate", "RFC 9111, 4.2.2", {kDate, "Last-Modified: long ago"}, 0s, kNone}),
    test::rowName<LifetimeCase>);

// Partial content (206) is left out: it is never stored.
TEST(HeuristicallyCacheable, AreTheStatusesOfRfc9110Section15_1) {
  const std::set<int> expected{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
  for (int status = 0; status < 1000; ++status) {
    EXPECT_EQ(isHeuristicallyCacheable(status), expected.contains(status)) << status;
  }
}

TEST(FreshByAge, EndsWhenItsTimeIsUp) {
  EXPECT_TRUE(isFreshByAge(kNoon, 60s, kNoon + 60s - 1ms));
  EXPECT_FALSE(isFreshByAge(kNoon, 60s, kNoon + 60s));
  EXPECT_FALSE(isFreshByAge(kNoon, 0s, kNoon));
  EXPECT_TRUE(isFreshByAge(WallTime::min(), kForever, WallTime::max()));
  EXPECT_TRUE(isFreshByAge(WallTime::max(), 60s, kNoon));
}

}  // namespace
}  // namespace forage::http
