#include "http/storing.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::fields;
using test::Lines;
using test::Row;

struct StoringCase : Row {
  int status;
  Lines response;
  bool stored;
  Lines request = {};
};

class MayStore : public testing::TestWithParam<StoringCase> {};

TEST_P(MayStore, Says) {
  const StoringCase& c = GetParam();
  std::string_view why;
  EXPECT_EQ(mayStore(c.status, fields(c.response), readCacheControl(fields(c.request), true), why),
            c.stored);
  EXPECT_EQ(why.empty(), c.stored) << why;
}

INSTANTIATE_TEST_SUITE_P(
    Directives, MayStore,
    testing::Values(
        StoringCase{"NothingSaid", "RFC 9111, 3", 200, {}, true},
        StoringCase{"NoStore", "RFC 9111, 5.2.2.5", 200, {"Cache-Control: no-store"}, false},
        StoringCase{"NoStoreBesideMaxAge",
                    "RFC 9111, 4.2.1",
                    200,
                    {"Cache-Control: max-age=60, public", "Cache-Control: no-store"},
                    false},
        StoringCase{"NoStoreInTheRequest",
                    "RFC 9111, 5.2.1.5",
                    200,
                    {"Cache-Control: max-age=60"},
                    false,
                    {"Cache-Control: no-store"}},
        StoringCase{"NoStoreInTheRequestWhateverIsUnderstood",
                    "RFC 9111, 5.2.1.5",
                    200,
                    {"Cache-Control: must-understand, no-store"},
                    false,
                    {"Cache-Control: no-store"}},
        StoringCase{"NoCache", "RFC 9111, 5.2.2.4", 200, {"Cache-Control: no-cache"}, true},
        StoringCase{
            "NoCacheInTheRequest", "RFC 9111, 5.2.1.4", 200, {}, true, {"Cache-Control: no-cache"}},
        StoringCase{"Private", "RFC 9111, 5.2.2.7", 200, {"Cache-Control: private"}, true},
        StoringCase{"NoPragma", "RFC 9111, 5.4", 200, {"Pragma: no-cache, no-store"}, true},
        StoringCase{"ExpiredAtOnce", "RFC 9111, 3", 200, {"Expires: 0"}, true},
        StoringCase{"VaryingWithEverything", "RFC 9111, 4.1", 200, {"Vary: *"}, true}),
    test::rowName<StoringCase>);

INSTANTIATE_TEST_SUITE_P(
    MustUnderstand, MayStore,
    testing::Values(StoringCase{"Understood",
                                "RFC 9111, 5.2.2.3",
                                200,
                                {"Cache-Control: must-understand, no-store"},
                                true},
                    StoringCase{"UnderstoodWithoutNoStore",
                                "RFC 9111, 5.2.2.3",
                                404,
                                {"Cache-Control: must-understand, max-age=60"},
                                true},
                    StoringCase{"NotUnderstood",
                                "RFC 9111, 5.2.2.3",
                                299,
                                {"Cache-Control: must-understand, no-store, max-age=60"},
                                false},
                    StoringCase{"NotUnderstoodWithoutNoStore",
                                "RFC 9111, 5.2.2.3",
                                299,
                                {"Cache-Control: must-understand, max-age=60"},
                                false},
                    StoringCase{"UnderstoodButNothingSaysHowLong",
                                "RFC 9111, 3",
                                302,
                                {"Cache-Control: must-understand, no-store"},
                                false}),
    test::rowName<StoringCase>);

INSTANTIATE_TEST_SUITE_P(
    Statuses, MayStore,
    testing::Values(
        StoringCase{"Interim", "RFC 9111, 3: final", 103, {"Cache-Control: max-age=60"}, false},
        StoringCase{"PartialContent", "RFC 9111, 3.3", 206, {"Cache-Control: max-age=60"}, false},
        StoringCase{"NotModified", "RFC 9111, 3", 304, {"Cache-Control: max-age=60"}, false},
        StoringCase{"HeuristicallyCacheable", "RFC 9110, 15.1", 404, {}, true},
        StoringCase{"OthersNeedMore", "RFC 9111, 3", 302, {}, false},
        StoringCase{"OthersWithMaxAge", "RFC 9111, 3", 302, {"Cache-Control: max-age=60"}, true},
        StoringCase{"OthersWithExpires",
                    "RFC 9111, 3",
                    302,
                    {"Expires: Mon, 15 Jun 2026 13:00:00 GMT"},
                    true},
        StoringCase{"OthersThatArePublic", "RFC 9111, 3", 302, {"Cache-Control: public"}, true},
        StoringCase{"OthersThatArePrivate", "RFC 9111, 3", 302, {"Cache-Control: private"}, true},
        StoringCase{"OthersWithSMaxAge", "RFC 9111, 3", 302, {"Cache-Control: s-maxage=60"}, false},
        StoringCase{"UnknownWithMaxAge", "RFC 9111, 3", 299, {"Cache-Control: max-age=60"}, true},
        StoringCase{"ErrorWithMaxAge", "RFC 9111, 3", 500, {"Cache-Control: max-age=60"}, true},
        StoringCase{
            "PreconditionRequired", "RFC 6585, 3", 428, {"Cache-Control: max-age=60"}, false},
        StoringCase{"TooManyRequests", "RFC 6585, 4", 429, {"Cache-Control: max-age=60"}, false},
        StoringCase{"FieldsTooLarge", "RFC 6585, 5", 431, {"Cache-Control: max-age=60"}, false},
        StoringCase{"NetworkAuthentication", "RFC 6585, 6", 511, {"Cache-Control: public"}, false}),
    test::rowName<StoringCase>);

TEST(MayStore, TakesTheStatusesOfRfc9110Section15_1WithoutMore) {
  const std::set<int> expected{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501};
  for (int status = 0; status < 1000; ++status) {
    std::string_view why;
    EXPECT_EQ(mayStore(status, fields({}), {}, why), expected.contains(status)) << status;
  }
}

Url url(const std::string& text) {
  const std::optional<Url> parsed = Url::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Url());
}

class MayStorePost : public testing::TestWithParam<StoringCase> {};

TEST_P(MayStorePost, Says) {
  const StoringCase& c = GetParam();
  EXPECT_EQ(mayStorePost(c.status, fields(c.response), readCacheControl(fields(c.request), true),
                         url("http://example.com/a?b")),
            c.stored);
}

// "Only cacheable when they include explicit freshness information [...] and a Content-Location
// header field that has the same value as the POST's target URI."
INSTANTIATE_TEST_SUITE_P(
    Post, MayStorePost,
    testing::Values(
        StoringCase{"Whole",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: http://example.com/a?b"},
                    true},
        StoringCase{"ExpiresSaysHowLong",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Expires: Mon, 15 Jun 2026 13:00:00 GMT", "Content-Location: /a?b"},
                    true},
        StoringCase{"RelativeLocation",
                    "RFC 9110, 8.7",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: /a?b"},
                    true},
        StoringCase{
            "LocationInOtherWords",
            "RFC 9110, 4.2.3",
            200,
            {"Cache-Control: max-age=60", "Content-Location: HTTP://EXAMPLE.com:80/x/../a?b"},
            true},
        StoringCase{"Created",
                    "RFC 9110, 8.7",
                    201,
                    {"Cache-Control: max-age=60", "Content-Location: /a?b"},
                    true},
        StoringCase{"OtherLocation",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: /a"},
                    false},
        StoringCase{"OtherOrigin",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: https://example.com/a?b"},
                    false},
        StoringCase{"NoLocation", "RFC 9110, 9.3.3", 200, {"Cache-Control: max-age=60"}, false},
        StoringCase{"EmptyLocation",
                    "RFC 9110, 8.7",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location:"},
                    false},
        StoringCase{"LocationThatIsNoUrl",
                    "RFC 9110, 8.7",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: http://"},
                    false},
        StoringCase{"LocationIsNotContentLocation",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Cache-Control: max-age=60", "Location: /a?b"},
                    false},
        StoringCase{"NothingSaysHowLong",
                    "RFC 9110, 9.3.3",
                    200,
                    {"Cache-Control: public", "Content-Location: /a?b",
                     "Last-Modified: Fri, 05 Jun 2026 12:00:00 GMT"},
                    false},
        StoringCase{"NoStore",
                    "RFC 9111, 5.2.2.5",
                    200,
                    {"Cache-Control: max-age=60, no-store", "Content-Location: /a?b"},
                    false},
        StoringCase{"NoStoreInTheRequest",
                    "RFC 9111, 5.2.1.5",
                    200,
                    {"Cache-Control: max-age=60", "Content-Location: /a?b"},
                    false,
                    {"Cache-Control: no-store"}},
        StoringCase{"Redirect",
                    "RFC 9110, 8.7: 2xx",
                    301,
                    {"Cache-Control: max-age=60", "Content-Location: /a?b"},
                    false},
        StoringCase{"Error",
                    "RFC 9110, 8.7: 2xx",
                    404,
                    {"Cache-Control: max-age=60", "Content-Location: /a?b"},
                    false}),
    test::rowName<StoringCase>);

TEST(IsSafe, IsForTheMethodsOfRfc9110Section9_2_1) {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) EXPECT_TRUE(isSafe(method));
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "X", ""}) {
    EXPECT_FALSE(isSafe(method)) << method;
  }
  EXPECT_FALSE(isSafe("get"));  // methods have their case (section 9.1)
}

struct InvalidationCase : Row {
  int status;
  Lines response;
  std::vector<std::string> urls;
  std::string target = "http://example.com/a/b?c";
};

class Invalidated : public testing::TestWithParam<InvalidationCase> {};

TEST_P(Invalidated, Are) {
  const InvalidationCase& c = GetParam();
  std::vector<std::string> urls;
  for (const Url& one : invalidated(c.status, fields(c.response), url(c.target))) {
    urls.push_back(one.text());
  }
  EXPECT_EQ(urls, c.urls);
}

const std::string kTarget = "http://example.com/a/b?c";

INSTANTIATE_TEST_SUITE_P(
    NonErrors, Invalidated,
    testing::Values(InvalidationCase{"Ok", "RFC 9111, 4.4", 200, {}, {kTarget}},
                    InvalidationCase{"NoContent", "RFC 9111, 4.4", 204, {}, {kTarget}},
                    InvalidationCase{"Redirect", "RFC 9111, 4.4", 303, {}, {kTarget}},
                    InvalidationCase{"TheLastRedirect", "RFC 9111, 4.4", 399, {}, {kTarget}},
                    InvalidationCase{"ClientError", "RFC 9111, 4.4", 400, {"Location: /x"}, {}},
                    InvalidationCase{"ServerError", "RFC 9111, 4.4", 500, {"Location: /x"}, {}},
                    InvalidationCase{"Interim", "RFC 9111, 4.4", 103, {"Location: /x"}, {}}),
    test::rowName<InvalidationCase>);

INSTANTIATE_TEST_SUITE_P(
    Locations, Invalidated,
    testing::Values(InvalidationCase{"Location",
                                     "RFC 9111, 4.4",
                                     201,
                                     {"Location: http://example.com/x"},
                                     {kTarget, "http://example.com/x"}},
                    InvalidationCase{"ContentLocation",
                                     "RFC 9111, 4.4",
                                     200,
                                     {"Content-Location: /x"},
                                     {kTarget, "http://example.com/x"}},
                    InvalidationCase{"Both",
                                     "RFC 9111, 4.4",
                                     201,
                                     {"Content-Location: /y", "Location: /x"},
                                     {kTarget, "http://example.com/x", "http://example.com/y"}},
                    InvalidationCase{"BothTheSame",
                                     "RFC 9111, 4.4",
                                     201,
                                     {"Content-Location: /x", "Location: /x"},
                                     {kTarget, "http://example.com/x"}},
                    InvalidationCase{"Relative",
                                     "RFC 9110, 10.2.2",
                                     201,
                                     {"Location: x?y"},
                                     {kTarget, "http://example.com/a/x?y"}},
                    InvalidationCase{"RelativeWithoutScheme",
                                     "RFC 9110, 10.2.2",
                                     201,
                                     {"Location: //example.com/x"},
                                     {kTarget, "http://example.com/x"}},
                    InvalidationCase{"Fragment",
                                     "RFC 9110, 10.2.2",
                                     303,
                                     {"Location: /x#top"},
                                     {kTarget, "http://example.com/x"}},
                    InvalidationCase{
                        "TheTarget", "RFC 9111, 4.4", 200, {"Content-Location: /a/b?c"}, {kTarget}},
                    InvalidationCase{"Empty", "RFC 9111, 4.4", 200, {"Location:"}, {kTarget}},
                    InvalidationCase{
                        "NoUrl", "RFC 9111, 4.4", 200, {"Location: http://"}, {kTarget}}),
    test::rowName<InvalidationCase>);

// "MUST NOT invalidate [...] if the origin [...] differs from that of the target URI."
INSTANTIATE_TEST_SUITE_P(
    OtherOrigins, Invalidated,
    testing::Values(
        InvalidationCase{
            "Host", "RFC 9111, 4.4", 201, {"Location: http://example.org/x"}, {kTarget}},
        InvalidationCase{
            "Subdomain", "RFC 9111, 4.4", 201, {"Location: http://www.example.com/x"}, {kTarget}},
        InvalidationCase{
            "Scheme", "RFC 9111, 4.4", 201, {"Location: https://example.com/x"}, {kTarget}},
        InvalidationCase{
            "Port", "RFC 9111, 4.4", 201, {"Location: http://example.com:8080/x"}, {kTarget}},
        InvalidationCase{"SameInOtherWords",
                         "RFC 9110, 4.2.3",
                         201,
                         {"Location: HTTP://EXAMPLE.COM:80/x"},
                         {kTarget, "http://example.com/x"}},
        InvalidationCase{"SameWithAUser",
                         "RFC 9110, 4.3.1",
                         201,
                         {"Location: http://user@example.com/x"},
                         {kTarget, "http://example.com/x"}},
        InvalidationCase{"TheirPortOnly",
                         "RFC 9111, 4.4",
                         201,
                         {"Location: /x", "Content-Location: http://example.com/y"},
                         {"http://example.com:8080/", "http://example.com:8080/x"},
                         "http://example.com:8080/"}),
    test::rowName<InvalidationCase>);

}  // namespace
}  // namespace forage::http
