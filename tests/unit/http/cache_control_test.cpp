#include "http/cache_control.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "unit/http/rule_rows.h"

namespace forage::http {

static bool operator==(const CacheControl& a, const CacheControl& b) {
  return a.no_store == b.no_store && a.no_cache == b.no_cache &&
         a.must_revalidate == b.must_revalidate && a.must_understand == b.must_understand &&
         a.is_public == b.is_public && a.is_private == b.is_private &&
         a.only_if_cached == b.only_if_cached && a.no_cache_fields == b.no_cache_fields &&
         a.max_age == b.max_age && a.min_fresh == b.min_fresh && a.max_stale == b.max_stale &&
         a.stale_while_revalidate == b.stale_while_revalidate &&
         a.stale_if_error == b.stale_if_error;
}

static std::ostream& operator<<(std::ostream& out, const CacheControl& control) {
  const auto number = [&](const char* name, const std::optional<Seconds>& value) {
    if (value) out << ' ' << name << '=' << value->count();
  };
  const auto flag = [&](const char* name, bool value) { out << (value ? name : ""); };
  flag(" no-store", control.no_store);
  flag(" no-cache", control.no_cache);
  flag(" must-revalidate", control.must_revalidate);
  flag(" must-understand", control.must_understand);
  flag(" public", control.is_public);
  flag(" private", control.is_private);
  flag(" only-if-cached", control.only_if_cached);
  for (const std::string& field : control.no_cache_fields) out << " no-cache:" << field;
  number("max-age", control.max_age);
  number("min-fresh", control.min_fresh);
  number("max-stale", control.max_stale);
  number("stale-while-revalidate", control.stale_while_revalidate);
  number("stale-if-error", control.stale_if_error);
  return out;
}

namespace {

using test::fields;
using test::Lines;
using test::Row;

// How a CacheControl of a row is made: Says().noStore().maxAge(60).
struct Says : CacheControl {
  Says& noStore() { return set(no_store); }
  Says& noCache() { return set(no_cache); }
  Says& noCache(std::vector<std::string> names) {
    no_cache_fields = std::move(names);
    return *this;
  }
  Says& mustRevalidate() { return set(must_revalidate); }
  Says& mustUnderstand() { return set(must_understand); }
  Says& isPublic() { return set(is_public); }
  Says& isPrivate() { return set(is_private); }
  Says& onlyIfCached() { return set(only_if_cached); }
  Says& maxAge(std::int64_t value) { return set(max_age, value); }
  Says& minFresh(std::int64_t value) { return set(min_fresh, value); }
  Says& maxStale(std::int64_t value) { return set(max_stale, value); }
  Says& whileRevalidate(std::int64_t value) { return set(stale_while_revalidate, value); }
  Says& ifError(std::int64_t value) { return set(stale_if_error, value); }

 private:
  Says& set(bool& flag) {
    flag = true;
    return *this;
  }
  Says& set(std::optional<Seconds>& number, std::int64_t value) {
    number = Seconds(value);
    return *this;
  }
};

constexpr std::int64_t kMany = 2'147'483'648;

struct ControlCase : Row {
  Lines lines;
  CacheControl says;
};

class ResponseControl : public testing::TestWithParam<ControlCase> {};

TEST_P(ResponseControl, Says) {
  EXPECT_EQ(readCacheControl(fields(GetParam().lines), false), GetParam().says);
}

class RequestControl : public testing::TestWithParam<ControlCase> {};

TEST_P(RequestControl, Says) {
  EXPECT_EQ(readCacheControl(fields(GetParam().lines), true), GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    Directives, ResponseControl,
    testing::Values(
        ControlCase{"NoField", "RFC 9111, 5.2", {"Pragma: no-cache", "X: no-store"}, {}},
        ControlCase{"EmptyField", "RFC 9111, 5.2", {"Cache-Control:"}, {}},
        ControlCase{"NoStore", "RFC 9111, 5.2.2.5", {"Cache-Control: no-store"}, Says().noStore()},
        ControlCase{"NoCache", "RFC 9111, 5.2.2.4", {"Cache-Control: no-cache"}, Says().noCache()},
        ControlCase{"MustRevalidate",
                    "RFC 9111, 5.2.2.2",
                    {"Cache-Control: must-revalidate"},
                    Says().mustRevalidate()},
        ControlCase{"MustUnderstand",
                    "RFC 9111, 5.2.2.3",
                    {"Cache-Control: must-understand, no-store"},
                    Says().mustUnderstand().noStore()},
        ControlCase{"Public", "RFC 9111, 5.2.2.9", {"Cache-Control: public"}, Says().isPublic()},
        ControlCase{"Private", "RFC 9111, 5.2.2.7", {"Cache-Control: private"}, Says().isPrivate()},
        ControlCase{"QualifiedPrivate",
                    "RFC 9111, 5.2.2.7",
                    {R"(Cache-Control: private="Set-Cookie, X")"},
                    Says().isPrivate()},
        ControlCase{
            "MaxAge", "RFC 9111, 5.2.2.1", {"Cache-Control: max-age=60"}, Says().maxAge(60)},
        ControlCase{"StaleWhileRevalidate",
                    "RFC 5861, 3",
                    {"Cache-Control: max-age=1, stale-while-revalidate=30"},
                    Says().maxAge(1).whileRevalidate(30)},
        ControlCase{"StaleIfError",
                    "RFC 5861, 4",
                    {"Cache-Control: stale-if-error=1200"},
                    Says().ifError(1200)},
        ControlCase{"Unknown",
                    "RFC 9111, 5.2.3",
                    {R"(Cache-Control: community="UCI", immutable, x=1, max-age=60)"},
                    Says().maxAge(60)},
        ControlCase{"OfSharedCaches",
                    "RFC 9111, 5.2.2.8 and 5.2.2.10",
                    {"Cache-Control: s-maxage=60, proxy-revalidate, no-transform"},
                    {}},
        ControlCase{"NamesAreWhole",
                    "RFC 9111, 5.2",
                    {"Cache-Control: no-stores, xno-cache, max-age-=1, max-ages=1, maxage=1"},
                    {}}),
    test::rowName<ControlCase>);

INSTANTIATE_TEST_SUITE_P(
    Syntax, ResponseControl,
    testing::Values(ControlCase{"AnyCase",
                                "RFC 9111, 5.2",
                                {"CACHE-CONTROL: No-Store, MAX-AGE=5, Stale-If-Error=6"},
                                Says().noStore().maxAge(5).ifError(6)},
                    ControlCase{"WhiteSpace",
                                "RFC 9110, 5.6.1",
                                {"Cache-Control: \t no-store\t,\t max-age=5 \t"},
                                Says().noStore().maxAge(5)},
                    ControlCase{"EmptyElements",
                                "RFC 9110, 5.6.1.2",
                                {"Cache-Control: ,,no-store,, max-age=5,"},
                                Says().noStore().maxAge(5)},
                    ControlCase{"SeveralLines",
                                "RFC 9110, 5.3",
                                {"Cache-Control: max-age=5", "Via: x", "cache-control: no-store"},
                                Says().noStore().maxAge(5)},
                    ControlCase{"QuotedNumber",
                                "RFC 9111, 5.2",
                                {R"(Cache-Control: max-age="60")"},
                                Says().maxAge(60)},
                    ControlCase{"EscapedDigit",
                                "RFC 9110, 5.6.4",
                                {R"(Cache-Control: max-age="6\0")"},
                                Says().maxAge(60)},
                    ControlCase{"CommasInQuotes",
                                "RFC 9110, 5.6.4",
                                {R"(Cache-Control: x="no-store, max-age=1", max-age=60)"},
                                Says().maxAge(60)},
                    ControlCase{"QuotesThatNothingEndsHideNothing",
                                "RFC 9110, 5.6.4",
                                {R"(Cache-Control: x="a, no-store, max-age=60)"},
                                Says().noStore().maxAge(60)},
                    ControlCase{"FlagsWithAValueCount",
                                "RFC 9111, 5.2",
                                {"Cache-Control: no-store=1, must-revalidate=\"x\""},
                                Says().noStore().mustRevalidate()},
                    ControlCase{"SpaceBeforeTheSignForbidsStill",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: no-store =1, max-age =60, no-cache =\"a\""},
                                Says().noStore().maxAge(0).noCache()},
                    ControlCase{"OtherSeparatorsAreNone",
                                "RFC 9111, 5.2",
                                {"Cache-Control: no-store; max-age=60"},
                                {}}),
    test::rowName<ControlCase>);

// "Caches are encouraged to consider responses that have invalid freshness information (e.g., a
// max-age directive with non-integer content) to be stale."
INSTANTIATE_TEST_SUITE_P(
    Numbers, ResponseControl,
    testing::Values(
        ControlCase{"Zero", "RFC 9111, 1.2.2", {"Cache-Control: max-age=0"}, Says().maxAge(0)},
        ControlCase{
            "LeadingZeros", "RFC 9111, 1.2.2", {"Cache-Control: max-age=0060"}, Says().maxAge(60)},
        ControlCase{"TheGreatest",
                    "RFC 9111, 1.2.2",
                    {"Cache-Control: max-age=2147483648"},
                    Says().maxAge(kMany)},
        ControlCase{"OneMore",
                    "RFC 9111, 1.2.2",
                    {"Cache-Control: max-age=2147483649"},
                    Says().maxAge(kMany)},
        ControlCase{"BeyondSixtyFourBits",
                    "RFC 9111, 1.2.2",
                    {"Cache-Control: max-age=18446744073709551617"},
                    Says().maxAge(kMany)},
        ControlCase{"HundredDigits",
                    "RFC 9111, 1.2.2",
                    {"Cache-Control: max-age=" + std::string(100, '9')},
                    Says().maxAge(kMany)},
        ControlCase{"NoValue", "RFC 9111, 4.2.1", {"Cache-Control: max-age"}, Says().maxAge(0)},
        ControlCase{"EmptyValue", "RFC 9111, 4.2.1", {"Cache-Control: max-age="}, Says().maxAge(0)},
        ControlCase{
            "EmptyQuotes", "RFC 9111, 4.2.1", {R"(Cache-Control: max-age="")"}, Says().maxAge(0)},
        ControlCase{
            "Negative", "RFC 9111, 4.2.1", {"Cache-Control: max-age=-60"}, Says().maxAge(0)},
        ControlCase{
            "Positive", "RFC 9111, 1.2.2", {"Cache-Control: max-age=+60"}, Says().maxAge(0)},
        ControlCase{
            "Decimals", "RFC 9111, 4.2.1", {"Cache-Control: max-age=60.0"}, Says().maxAge(0)},
        ControlCase{"Unit", "RFC 9111, 4.2.1", {"Cache-Control: max-age=60s"}, Says().maxAge(0)},
        ControlCase{
            "Hexadecimal", "RFC 9111, 1.2.2", {"Cache-Control: max-age=0x3c"}, Says().maxAge(0)},
        ControlCase{"SpaceBeforeTheValue",
                    "RFC 9111, 5.2",
                    {"Cache-Control: max-age= 60"},
                    Says().maxAge(0)},
        ControlCase{
            "SingleQuotes", "RFC 9110, 5.6.4", {"Cache-Control: max-age='60'"}, Says().maxAge(0)},
        ControlCase{
            "BrokenQuotes", "RFC 9110, 5.6.4", {"Cache-Control: max-age=\"60"}, Says().maxAge(0)},
        ControlCase{"BlankInQuotes",
                    "RFC 9111, 1.2.2",
                    {"Cache-Control: max-age=\" 60\""},
                    Says().maxAge(0)},
        ControlCase{"WindowsWithoutNumbersAreNone",
                    "RFC 5861, 3 and 4",
                    {"Cache-Control: stale-while-revalidate, stale-if-error=x"},
                    Says().whileRevalidate(0).ifError(0)}),
    test::rowName<ControlCase>);

// "Either the first occurrence should be used or the response should be considered stale. If
// directives conflict [...], the most restrictive directive should be honored."
INSTANTIATE_TEST_SUITE_P(
    Duplicates, ResponseControl,
    testing::Values(ControlCase{"FirstIsLess",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: max-age=1, max-age=100"},
                                Says().maxAge(1)},
                    ControlCase{"SecondIsLess",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: max-age=100", "Cache-Control: max-age=1"},
                                Says().maxAge(1)},
                    ControlCase{"OneIsNoNumber",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: max-age=100, max-age=x"},
                                Says().maxAge(0)},
                    ControlCase{"Same",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: max-age=60, max-age=60"},
                                Says().maxAge(60)},
                    ControlCase{"Conflict",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: max-age=60, no-cache, public"},
                                Says().maxAge(60).noCache().isPublic()},
                    ControlCase{"PublicAndPrivate",
                                "RFC 9111, 4.2.1",
                                {"Cache-Control: public, private"},
                                Says().isPublic().isPrivate()},
                    ControlCase{"Windows",
                                "RFC 5861, 3 and 4",
                                {"Cache-Control: stale-if-error=9, stale-if-error=3, "
                                 "stale-while-revalidate=2, stale-while-revalidate=4"},
                                Says().ifError(3).whileRevalidate(2)}),
    test::rowName<ControlCase>);

INSTANTIATE_TEST_SUITE_P(
    QualifiedNoCache, ResponseControl,
    testing::Values(
        ControlCase{"OneName",
                    "RFC 9111, 5.2.2.4",
                    {R"(Cache-Control: no-cache="Set-Cookie")"},
                    Says().noCache({"Set-Cookie"})},
        ControlCase{"SeveralNames",
                    "RFC 9111, 5.2.2.4",
                    {"Cache-Control: no-cache=\"Set-Cookie,\tX , Y\", max-age=1"},
                    Says().noCache({"Set-Cookie", "X", "Y"}).maxAge(1)},
        ControlCase{"OverSeveralLines",
                    "RFC 9110, 5.3",
                    {R"(Cache-Control: no-cache="A")", R"(Cache-Control: no-cache="B")"},
                    Says().noCache({"A", "B"})},
        ControlCase{"TokenForm",
                    "RFC 9111, 5.2",
                    {"Cache-Control: no-cache=Set-Cookie"},
                    Says().noCache({"Set-Cookie"})},
        ControlCase{"BesideThePlainOne",
                    "RFC 9111, 4.2.1",
                    {R"(Cache-Control: no-cache="A", no-cache)"},
                    Says().noCache({"A"}).noCache()},
        ControlCase{
            "NoNames", "RFC 9111, 5.2.2.4", {R"(Cache-Control: no-cache="")"}, Says().noCache()},
        ControlCase{"CommasAlone",
                    "RFC 9111, 5.2.2.4",
                    {R"(Cache-Control: no-cache=", ,")"},
                    Says().noCache()},
        ControlCase{"NoValue", "RFC 9111, 5.2.2.4", {"Cache-Control: no-cache="}, Says().noCache()},
        ControlCase{"NoName",
                    "RFC 9110, 5.1",
                    {R"(Cache-Control: no-cache="Set Cookie")"},
                    Says().noCache()},
        ControlCase{"QuotesThatNothingEnds",
                    "RFC 9110, 5.6.4",
                    {R"(Cache-Control: no-cache="A, max-age=60)"},
                    Says().noCache().maxAge(60)},
        ControlCase{"MoreBehindTheQuotes",
                    "RFC 9110, 5.6.4",
                    {R"(Cache-Control: no-cache="A"B)"},
                    Says().noCache()}),
    test::rowName<ControlCase>);

INSTANTIATE_TEST_SUITE_P(
    Directives, RequestControl,
    testing::Values(
        ControlCase{
            "MaxAge", "RFC 9111, 5.2.1.1", {"Cache-Control: max-age=3600"}, Says().maxAge(3600)},
        ControlCase{"MaxAgeThatIsNoNumber",
                    "RFC 9111, 5.2.1.1",
                    {"Cache-Control: max-age=x"},
                    Says().maxAge(0)},
        ControlCase{
            "MaxStale", "RFC 9111, 5.2.1.2", {"Cache-Control: max-stale=60"}, Says().maxStale(60)},
        ControlCase{"MaxStaleOfAnyAge",
                    "RFC 9111, 5.2.1.2",
                    {"Cache-Control: max-stale"},
                    Says().maxStale(kMany)},
        ControlCase{"MaxStaleThatIsNoNumber",
                    "RFC 9111, 5.2.1.2",
                    {"Cache-Control: max-stale=x"},
                    Says().maxStale(0)},
        ControlCase{"MaxStaleWithAndWithout",
                    "RFC 9111, 5.2.1.2",
                    {"Cache-Control: max-stale, max-stale=60"},
                    Says().maxStale(60)},
        ControlCase{
            "MinFresh", "RFC 9111, 5.2.1.3", {"Cache-Control: min-fresh=20"}, Says().minFresh(20)},
        ControlCase{"MinFreshTwice",
                    "RFC 9111, 5.2.1.3",
                    {"Cache-Control: min-fresh=20, min-fresh=30, min-fresh=10"},
                    Says().minFresh(30)},
        ControlCase{"MinFreshThatIsNoNumber",
                    "RFC 9111, 5.2.1.3",
                    {"Cache-Control: min-fresh, min-fresh=x"},
                    {}},
        ControlCase{"NoCache", "RFC 9111, 5.2.1.4", {"Cache-Control: no-cache"}, Says().noCache()},
        ControlCase{"NoCacheHasNoNames",
                    "RFC 9111, 5.2.1.4",
                    {R"(Cache-Control: no-cache="A")"},
                    Says().noCache({"A"}).noCache()},
        ControlCase{"NoStore", "RFC 9111, 5.2.1.5", {"Cache-Control: no-store"}, Says().noStore()},
        ControlCase{"OnlyIfCached",
                    "RFC 9111, 5.2.1.7",
                    {"Cache-Control: Only-If-Cached"},
                    Says().onlyIfCached()},
        ControlCase{
            "StaleIfError", "RFC 5861, 4", {"Cache-Control: stale-if-error=5"}, Says().ifError(5)}),
    test::rowName<ControlCase>);

INSTANTIATE_TEST_SUITE_P(
    Pragma, RequestControl,
    testing::Values(ControlCase{"NoCache", "RFC 9111, 5.4", {"Pragma: no-cache"}, Says().noCache()},
                    ControlCase{
                        "AnyCase", "RFC 9111, 5.4", {"pragma: x, No-Cache"}, Says().noCache()},
                    ControlCase{"Another", "RFC 9111, 5.4", {"Pragma: no-store, no-cache=1"}, {}},
                    ControlCase{"BesideCacheControl",
                                "RFC 9111, 5.4",
                                {"Pragma: no-cache", "Cache-Control: max-age=60"},
                                Says().maxAge(60)}),
    test::rowName<ControlCase>);

}  // namespace
}  // namespace forage::http
