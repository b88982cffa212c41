#include "http/retry_after.h"

#include <gtest/gtest.h>

#include <optional>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::kNoon;
using test::Lines;
using test::Row;

struct Wait : Row {
  Lines fields;
  std::optional<Millis> wait;
};

class RetryAfter : public testing::TestWithParam<Wait> {};

TEST_P(RetryAfter, AsksToWait) {
  EXPECT_EQ(readRetryAfter(test::fields(GetParam().fields), kNoon), GetParam().wait);
}

INSTANTIATE_TEST_SUITE_P(
    Values, RetryAfter,
    testing::Values(
        Wait{"None", "RFC 9110, 10.2.3", {"Server: x"}, {}},
        Wait{"Seconds", "RFC 9110, 10.2.3", {"Retry-After: 120"}, 120s},
        Wait{"Zero", "RFC 9110, 10.2.3", {"retry-after: 0"}, 0s},
        Wait{"Fixed", "RFC 9110, 5.6.7", {"Retry-After: Mon, 15 Jun 2026 12:01:00 GMT"}, 60s},
        Wait{"Rfc850", "RFC 9110, 5.6.7", {"Retry-After: Monday, 15-Jun-26 12:01:00 GMT"}, 60s},
        Wait{"Asctime", "RFC 9110, 5.6.7", {"Retry-After: Mon Jun 15 12:01:00 2026"}, 60s},
        Wait{"Past", "RFC 9110, 10.2.3", {"Retry-After: Mon, 15 Jun 2026 11:00:00 GMT"}, 0s},
        Wait{"Now", "RFC 9110, 10.2.3", {"Retry-After: Mon, 15 Jun 2026 12:00:00 GMT"}, 0s},
        Wait{"TheServersClock",
             "RFC 9110, 6.6.1",
             {"Date: Mon, 15 Jun 2026 09:00:00 GMT", "Retry-After: Mon, 15 Jun 2026 09:00:30 GMT"},
             30s},
        Wait{"ItsClockAhead",
             "RFC 9110, 6.6.1",
             {"Retry-After: Mon, 15 Jun 2026 15:00:30 GMT", "Date: Mon, 15 Jun 2026 15:00:00 GMT"},
             30s},
        Wait{"DateThatIsNone",
             "RFC 9110, 6.6.1",
             {"Date: yesterday", "Retry-After: Mon, 15 Jun 2026 12:00:30 GMT"},
             30s},
        Wait{"SecondsWhateverTheDate",
             "RFC 9110, 10.2.3",
             {"Date: Mon, 15 Jun 2026 09:00:00 GMT", "Retry-After: 5"},
             5s},
        Wait{"Several",
             "RFC 9110, 5.3",
             {"Retry-After: 5", "Retry-After: x", "Retry-After: 9"},
             9s}),
    test::rowName<Wait>);

INSTANTIATE_TEST_SUITE_P(
    Hostile, RetryAfter,
    testing::Values(
        Wait{"Huge", "RFC 9110, 10.2.3", {"Retry-After: 99999999999999999999999999"}, 24h},
        Wait{"BeyondTheBound", "RFC 9110, 10.2.3", {"Retry-After: 86401"}, 24h},
        Wait{"TheBound", "RFC 9110, 10.2.3", {"Retry-After: 86399"}, 86'399s},
        Wait{"LastYear", "RFC 9110, 5.6.7", {"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"}, 24h},
        Wait{"FirstYear", "RFC 9110, 5.6.7", {"Retry-After: Sat, 01 Jan 0000 00:00:00 GMT"}, 0s},
        Wait{"FromFirstToLast",
             "RFC 9110, 5.6.7",
             {"Date: Sat, 01 Jan 0000 00:00:00 GMT", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"},
             24h},
        Wait{"Negative", "RFC 9110, 10.2.3", {"Retry-After: -5"}, {}},
        Wait{"Signed", "RFC 9110, 10.2.3", {"Retry-After: +5"}, {}},
        Wait{"Fraction", "RFC 9110, 10.2.3", {"Retry-After: 1.5"}, {}},
        Wait{"List", "RFC 9110, 10.2.3", {"Retry-After: 5, 6"}, {}},
        Wait{"Unit", "RFC 9110, 10.2.3", {"Retry-After: 5s"}, {}},
        Wait{"Hexadecimal", "RFC 9110, 10.2.3", {"Retry-After: 0x10"}, {}},
        Wait{"Empty", "RFC 9110, 10.2.3", {"Retry-After:"}, {}},
        Wait{"Words", "RFC 9110, 10.2.3", {"Retry-After: later"}, {}},
        Wait{"OtherZone", "RFC 9110, 5.6.7", {"Retry-After: Mon, 15 Jun 2026 12:01:00 CET"}, {}}),
    test::rowName<Wait>);

TEST(RetryAfterClock, MayBeAnywhere) {
  const Headers headers = test::fields({"Retry-After: Mon, 15 Jun 2026 12:00:00 GMT"});
  EXPECT_EQ(readRetryAfter(headers, WallTime::max()), 0s);
  EXPECT_EQ(readRetryAfter(headers, WallTime::min()), 24h);
}

}  // namespace
}  // namespace forage::http
