#include "http/http_date.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::kNoon;
using test::Row;
using test::utc;

struct ValidDate : Row {
  std::string text;
  WallTime time;
  WallTime now = kNoon;
};

class HttpDateValid : public testing::TestWithParam<ValidDate> {};

TEST_P(HttpDateValid, IsRead) {
  EXPECT_EQ(parseHttpDate(GetParam().text, GetParam().now), GetParam().time);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, HttpDateValid,
    testing::Values(
        ValidDate{"Fixed", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49:37 GMT",
                  WallTime(784'111'777s)},
        ValidDate{"Rfc850", "RFC 9110, 5.6.7", "Sunday, 06-Nov-94 08:49:37 GMT",
                  WallTime(784'111'777s)},
        ValidDate{"Asctime", "RFC 9110, 5.6.7", "Sun Nov  6 08:49:37 1994", WallTime(784'111'777s)},
        ValidDate{"AsctimeOfTwoDigits", "RFC 9110, 5.6.7", "Wed Nov 16 08:49:37 1994",
                  utc(1994, 11, 16, 8, 49, 37)},
        ValidDate{"EveryDay1", "RFC 9110, 5.6.7", "Mon, 15 Jun 2026 12:00:00 GMT", kNoon},
        ValidDate{"EveryDay2", "RFC 9110, 5.6.7", "Tue, 16 Jun 2026 12:00:00 GMT", kNoon + 24h},
        ValidDate{"EveryDay3", "RFC 9110, 5.6.7", "Wed, 17 Jun 2026 12:00:00 GMT", kNoon + 48h},
        ValidDate{"EveryDay4", "RFC 9110, 5.6.7", "Thu, 18 Jun 2026 12:00:00 GMT", kNoon + 72h},
        ValidDate{"EveryDay5", "RFC 9110, 5.6.7", "Fri, 19 Jun 2026 12:00:00 GMT", kNoon + 96h},
        ValidDate{"EveryDay6", "RFC 9110, 5.6.7", "Sat, 20 Jun 2026 12:00:00 GMT", kNoon + 120h},
        ValidDate{"LongestDayName", "RFC 9110, 5.6.7", "Wednesday, 17-Jun-26 12:00:00 GMT",
                  kNoon + 48h},
        ValidDate{"TheOtherLongNames", "RFC 9110, 5.6.7", "Saturday, 20-Jun-26 12:00:00 GMT",
                  kNoon + 120h},
        ValidDate{"EpochBegins", "RFC 9110, 5.6.7", "Thu, 01 Jan 1970 00:00:00 GMT", WallTime{}},
        ValidDate{"BeforeTheEpoch", "RFC 9110, 5.6.7", "Wed, 31 Dec 1969 23:59:59 GMT",
                  WallTime(-1s)}),
    test::rowName<ValidDate>);

INSTANTIATE_TEST_SUITE_P(
    Bounds, HttpDateValid,
    testing::Values(
        ValidDate{"FirstYear", "RFC 9110, 5.6.7", "Sat, 01 Jan 0000 00:00:00 GMT", utc(0, 1, 1)},
        ValidDate{"LastSecond", "RFC 9110, 5.6.7", "Fri, 31 Dec 9999 23:59:59 GMT",
                  utc(9999, 12, 31, 23, 59, 59)},
        ValidDate{"AfterThirtyTwoBits", "RFC 9110, 5.6.7", "Tue, 19 Jan 2038 03:14:08 GMT",
                  WallTime(2'147'483'648s)},
        ValidDate{"LeapDay", "RFC 9110, 5.6.7", "Thu, 29 Feb 2024 00:00:00 GMT", utc(2024, 2, 29)},
        ValidDate{"LeapDayOf400Years", "RFC 9110, 5.6.7", "Tue, 29 Feb 2000 00:00:00 GMT",
                  utc(2000, 2, 29)},
        ValidDate{"LeapSecondIsTheLastOfItsMinute", "RFC 9110, 5.6.7; RFC 9111, 4.2",
                  "Sat, 31 Dec 2016 23:59:60 GMT", utc(2016, 12, 31, 23, 59, 59)},
        ValidDate{"MidnightBegins", "RFC 9110, 5.6.7", "Mon, 15 Jun 2026 00:00:00 GMT",
                  utc(2026, 6, 15)},
        ValidDate{"LastOfTheMonth", "RFC 9110, 5.6.7", "Fri, 31 Jul 2026 00:00:00 GMT",
                  utc(2026, 7, 31)}),
    test::rowName<ValidDate>);

INSTANTIATE_TEST_SUITE_P(
    Robust, HttpDateValid,
    testing::Values(ValidDate{"LowerCase", "RFC 9111, 4.2", "sun, 06 nov 1994 08:49:37 gmt",
                              WallTime(784'111'777s)},
                    ValidDate{"UpperCase", "RFC 9111, 4.2", "SUN, 06 NOV 1994 08:49:37 GMT",
                              WallTime(784'111'777s)},
                    ValidDate{"MixedCaseRfc850", "RFC 9111, 4.2", "sUnDaY, 06-nOv-94 08:49:37 gMt",
                              WallTime(784'111'777s)},
                    ValidDate{"MixedCaseAsctime", "RFC 9111, 4.2", "sUN nOV  6 08:49:37 1994",
                              WallTime(784'111'777s)},
                    ValidDate{"AnotherDayOfTheWeek", "RFC 9110, 5.6.7: robust in parsing",
                              "Mon, 06 Nov 1994 08:49:37 GMT", WallTime(784'111'777s)}),
    test::rowName<ValidDate>);

// "MUST interpret a timestamp that appears to be more than 50 years in the future as representing
// the most recent year in the past that had the same last two digits."
INSTANTIATE_TEST_SUITE_P(
    TwoDigitYears, HttpDateValid,
    testing::Values(
        ValidDate{"ThisYear", "RFC 9110, 5.6.7", "Monday, 15-Jun-26 12:00:00 GMT", kNoon},
        ValidDate{"LastYear", "RFC 9110, 5.6.7", "Sunday, 15-Jun-25 12:00:00 GMT",
                  utc(2025, 6, 15, 12)},
        ValidDate{"NextYear", "RFC 9110, 5.6.7", "Tuesday, 15-Jun-27 12:00:00 GMT",
                  utc(2027, 6, 15, 12)},
        ValidDate{"FiftyYearsAhead", "RFC 9110, 5.6.7", "Monday, 15-Jun-76 12:00:00 GMT",
                  utc(2076, 6, 15, 12)},
        ValidDate{"FiftyYearsAndASecondAhead", "RFC 9110, 5.6.7", "Tuesday, 15-Jun-76 12:00:01 GMT",
                  utc(1976, 6, 15, 12, 0, 1)},
        ValidDate{"FiftyYearsAndADayAhead", "RFC 9110, 5.6.7", "Wednesday, 16-Jun-76 00:00:00 GMT",
                  utc(1976, 6, 16)},
        ValidDate{"FiftyOneYearsAhead", "RFC 9110, 5.6.7", "Wednesday, 15-Jun-77 12:00:00 GMT",
                  utc(1977, 6, 15, 12)},
        ValidDate{"EndOfTheLastCentury", "RFC 9110, 5.6.7", "Friday, 31-Dec-99 23:59:59 GMT",
                  utc(1999, 12, 31, 23, 59, 59)},
        ValidDate{"BeginOfTheCentury", "RFC 9110, 5.6.7", "Saturday, 01-Jan-00 00:00:00 GMT",
                  utc(2000, 1, 1)},
        ValidDate{"AcrossTheNextCentury", "RFC 9110, 5.6.7", "Saturday, 01-Jan-05 00:00:00 GMT",
                  utc(2105, 1, 1), utc(2080, 1, 1)},
        ValidDate{"SeenFromTheLastCentury", "RFC 9110, 5.6.7", "Saturday, 01-Jan-05 00:00:00 GMT",
                  utc(2005, 1, 1), utc(1994, 11, 6)},
        ValidDate{"LeapDaySeenFromALeapDay", "RFC 9110, 5.6.7", "Friday, 29-Feb-76 00:00:00 GMT",
                  utc(2076, 2, 29), utc(2028, 2, 29)},
        ValidDate{"LeapDayThatTheFarYearHasNot", "RFC 9110, 5.6.7",
                  "Tuesday, 29-Feb-00 00:00:00 GMT", utc(2000, 2, 29), utc(2055, 1, 1)}),
    test::rowName<ValidDate>);

struct InvalidDate : Row {
  std::string text;
};

class HttpDateInvalid : public testing::TestWithParam<InvalidDate> {};

TEST_P(HttpDateInvalid, IsNone) { EXPECT_EQ(parseHttpDate(GetParam().text, kNoon), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(
    Zones, HttpDateInvalid,
    testing::Values(
        InvalidDate{"None", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49:37"},
        InvalidDate{"Utc", "RFC 9111, 4.2", "Sun, 06 Nov 1994 08:49:37 UTC"},
        InvalidDate{"Z", "RFC 9111, 4.2", "Sun, 06 Nov 1994 08:49:37 Z"},
        InvalidDate{"Offset", "RFC 9111, 4.2", "Sun, 06 Nov 1994 08:49:37 +0000"},
        InvalidDate{"GmtWithOffset", "RFC 9111, 4.2", "Sun, 06 Nov 1994 08:49:37 GMT+1"},
        InvalidDate{"Est", "RFC 9111, 4.2", "Sun, 06 Nov 1994 08:49:37 EST"},
        InvalidDate{"Rfc850InAnother", "RFC 9111, 4.2", "Sunday, 06-Nov-94 08:49:37 PST"},
        InvalidDate{"AsctimeWithOne", "RFC 9110, 5.6.7", "Sun Nov  6 08:49:37 1994 GMT"},
        InvalidDate{"AsctimeWithOneBeforeTheYear", "RFC 9110, 5.6.7",
                    "Sun Nov  6 08:49:37 GMT 1994"}),
    test::rowName<InvalidDate>);

INSTANTIATE_TEST_SUITE_P(
    Numbers, HttpDateInvalid,
    testing::Values(
        InvalidDate{"DayOfOneDigit", "RFC 9110, 5.6.7", "Sun, 6 Nov 1994 08:49:37 GMT"},
        InvalidDate{"DayPaddedWithASpace", "RFC 9110, 5.6.7", "Sun,  6 Nov 1994 08:49:37 GMT"},
        InvalidDate{"Day0", "RFC 9110, 5.6.7", "Sun, 00 Nov 1994 08:49:37 GMT"},
        InvalidDate{"Day32", "RFC 9110, 5.6.7", "Sun, 32 Dec 1994 08:49:37 GMT"},
        InvalidDate{"Day31OfAShortMonth", "RFC 9110, 5.6.7", "Sun, 31 Nov 1994 08:49:37 GMT"},
        InvalidDate{"LeapDayOfACommonYear", "RFC 9110, 5.6.7", "Sun, 29 Feb 2025 08:49:37 GMT"},
        InvalidDate{"LeapDayOfACentury", "RFC 9110, 5.6.7", "Sun, 29 Feb 1900 08:49:37 GMT"},
        InvalidDate{"Hour24", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 24:00:00 GMT"},
        InvalidDate{"Minute60", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:60:37 GMT"},
        InvalidDate{"Second61", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49:61 GMT"},
        InvalidDate{"HourOfOneDigit", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 8:49:37 GMT"},
        InvalidDate{"NoSeconds", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49 GMT"},
        InvalidDate{"Fractions", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49:37.5 GMT"},
        InvalidDate{"YearOfTwoDigits", "RFC 9110, 5.6.7", "Sun, 06 Nov 94 08:49:37 GMT"},
        InvalidDate{"YearOfFiveDigits", "RFC 9110, 5.6.7", "Sun, 06 Nov 19940 08:49:37 GMT"},
        InvalidDate{"Rfc850YearOfFourDigits", "RFC 9110, 5.6.7",
                    "Sunday, 06-Nov-1994 08:49:37 GMT"},
        InvalidDate{"AsctimeYearOfTwoDigits", "RFC 9110, 5.6.7", "Sun Nov  6 08:49:37 94"},
        InvalidDate{"NegativeYear", "RFC 9110, 5.6.7", "Sun, 06 Nov -994 08:49:37 GMT"},
        InvalidDate{"SignedDay", "RFC 9110, 5.6.7", "Sun, +6 Nov 1994 08:49:37 GMT"},
        InvalidDate{"LettersForDigits", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:4a:37 GMT"},
        InvalidDate{"Zero", "RFC 9111, 5.3", "0"}, InvalidDate{"MinusOne", "RFC 9111, 5.3", "-1"},
        InvalidDate{"Seconds", "RFC 9111, 5.3", "784111777"}),
    test::rowName<InvalidDate>);

INSTANTIATE_TEST_SUITE_P(
    Forms, HttpDateInvalid,
    testing::Values(
        InvalidDate{"Empty", "RFC 9110, 5.6.7", ""}, InvalidDate{"Blank", "RFC 9110, 5.6.7", " "},
        InvalidDate{"Word", "RFC 9111, 5.3", "never"},
        InvalidDate{"DayAlone", "RFC 9110, 5.6.7", "Sun"},
        InvalidDate{"DayAndComma", "RFC 9110, 5.6.7", "Sun,"},
        InvalidDate{"NoDay", "RFC 9110, 5.6.7", "06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"NoComma", "RFC 9110, 5.6.7", "Sun 06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"LongDayInTheFixedForm", "RFC 9110, 5.6.7", "Sunday, 06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"ShortDayInRfc850", "RFC 9110, 5.6.7", "Sun, 06-Nov-94 08:49:37 GMT"},
        InvalidDate{"DashesWithFourDigits", "RFC 9110, 5.6.7", "Sun, 06-Nov-1994 08:49:37 GMT"},
        InvalidDate{"UnknownDay", "RFC 9110, 5.6.7", "Son, 06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"UnknownMonth", "RFC 9110, 5.6.7", "Sun, 06 Okt 1994 08:49:37 GMT"},
        InvalidDate{"LongMonth", "RFC 9110, 5.6.7", "Sun, 06 November 1994 08:49:37 GMT"},
        InvalidDate{"MonthAsANumber", "RFC 9110, 5.6.7", "Sun, 06 011 1994 08:49:37 GMT"},
        InvalidDate{"TwoSpaces", "RFC 9110, 5.6.7", "Sun, 06  Nov 1994 08:49:37 GMT"},
        InvalidDate{"Tab", "RFC 9110, 5.6.7", "Sun,\t06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"NoSpace", "RFC 9110, 5.6.7", "Sun,06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"SpaceBefore", "RFC 9110, 5.6.7", " Sun, 06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"SpaceBehind", "RFC 9110, 5.6.7", "Sun, 06 Nov 1994 08:49:37 GMT "},
        InvalidDate{"MoreBehind", "RFC 9110, 5.6.7",
                    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"},
        InvalidDate{"NulBehind", "RFC 9110, 5.6.7",
                    std::string("Sun, 06 Nov 1994 08:49:37 GMT\0", 30)},
        InvalidDate{"AsctimeOfOneDigit", "RFC 9110, 5.6.7", "Sun Nov 6 08:49:37 1994"},
        InvalidDate{"IsoDate", "RFC 9110, 5.6.7", "1994-11-06T08:49:37Z"},
        InvalidDate{"Quoted", "RFC 9110, 5.6.7", "\"Sun, 06 Nov 1994 08:49:37 GMT\""}),
    test::rowName<InvalidDate>);

TEST(HttpDate, EveryPrefixOfAValidOneIsNone) {
  for (const std::string whole : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                  "Sun Nov  6 08:49:37 1994"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(parseHttpDate(whole.substr(0, size), kNoon), std::nullopt) << whole.substr(0, size);
    }
  }
}

TEST(HttpDate, TakesAnyTimeForThePresent) {
  for (const WallTime now : {WallTime::min(), WallTime::max(), WallTime{}}) {
    EXPECT_EQ(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", now), WallTime(784'111'777s));
    (void)parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", now);
  }
}

TEST(HttpDate, HasAYearOfFourDigitsWhateverThePresent) {
  EXPECT_EQ(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", utc(0, 1, 1)), std::nullopt);
  EXPECT_EQ(parseHttpDate("Sunday, 06-Nov-01 08:49:37 GMT", utc(9999, 1, 1)),
            utc(9901, 11, 6, 8, 49, 37));
}

TEST(HttpDate, IsWrittenInTheFixedForm) {
  EXPECT_EQ(formatHttpDate(WallTime(784'111'777s)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(formatHttpDate(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(formatHttpDate(utc(2024, 2, 29, 23, 59, 59)), "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(formatHttpDate(utc(0, 1, 1)), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(HttpDate, DropsFractionsWhenWritten) {
  EXPECT_EQ(formatHttpDate(kNoon + 999ms), "Mon, 15 Jun 2026 12:00:00 GMT");
  EXPECT_EQ(formatHttpDate(WallTime(-1ms)), "Wed, 31 Dec 1969 23:59:59 GMT");
}

// A year has four digits (RFC 9110, section 5.6.7).
TEST(HttpDate, WritesTheNearestOneOfTimesBeyondItsYears) {
  EXPECT_EQ(formatHttpDate(WallTime::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(formatHttpDate(WallTime::min()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(HttpDate, ReadsWhatItWrites) {
  std::mt19937_64 random(1);
  const auto first = utc(0, 1, 1).time_since_epoch() / 1s;
  const auto last = utc(9999, 12, 31, 23, 59, 59).time_since_epoch() / 1s;
  std::uniform_int_distribution<std::int64_t> seconds(first, last);
  for (int round = 0; round < 20'000; ++round) {
    const WallTime time{std::chrono::seconds(seconds(random))};
    EXPECT_EQ(parseHttpDate(formatHttpDate(time), kNoon), time) << formatHttpDate(time);
  }
}

}  // namespace
}  // namespace forage::http
