#include "http/validation.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::fields;
using test::Lines;
using test::linesOf;
using test::Row;
using test::stored;

// Dates as fields have them, in order.
const std::string kEarlier = "Mon, 15 Jun 2026 10:00:00 GMT";
const std::string kModified = "Mon, 15 Jun 2026 11:00:00 GMT";
const std::string kModifiedAgain = "Mon, 15 Jun 2026 11:00:01 GMT";
const std::string kSent = "Mon, 15 Jun 2026 12:00:00 GMT";
const std::string kLater = "Mon, 15 Jun 2026 13:00:00 GMT";

TEST(EntityTags, AreComparedWeaklyAndStrongly) {
  struct {
    const char* a;
    const char* b;
    bool strongly;
    bool weakly;
  } const rows[] = {
      // The table of RFC 9110, section 8.8.3.2.
      {R"(W/"1")", R"(W/"1")", false, true},
      {R"(W/"1")", R"(W/"2")", false, false},
      {R"(W/"1")", R"("1")", false, true},
      {R"("1")", R"("1")", true, true},
      // "Opaque": nothing in them means anything, case neither (section 8.8.3).
      {R"("a")", R"("A")", false, false},
      {R"("")", R"("")", true, true},
      {R"("a\")", R"("a\")", true, true},
      {R"("a,b")", R"("a,b")", true, true},
      // Servers that leave the quotes out.
      {"a", "a", true, true},
      {"a", R"("a")", false, false},
      // What is no entity tag is the same as nothing.
      {"a, b", "a, b", false, false},
      {R"(w/"1")", R"(w/"1")", false, false},
      {R"(W/1)", R"(W/1)", false, false},
      {R"("a"b")", R"("a"b")", false, false},
      {"\"", "\"", false, false},
      {"", "", false, false},
      {"*", "*", false, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.a) + " and " + row.b);
    EXPECT_EQ(matchesStrongly(row.a, row.b), row.strongly);
    EXPECT_EQ(matchesStrongly(row.b, row.a), row.strongly);
    EXPECT_EQ(matchesWeakly(row.a, row.b), row.weakly);
    EXPECT_EQ(matchesWeakly(row.b, row.a), row.weakly);
  }
}

struct RequestCase : Row {
  Lines request;
  Lines stored;
  Lines conditional;
};

class AddValidators : public testing::TestWithParam<RequestCase> {};

TEST_P(AddValidators, Makes) {
  const RequestCase& c = GetParam();
  Headers request = fields(c.request);
  addValidators(request, *stored(c.stored));
  EXPECT_EQ(linesOf(request), c.conditional);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheCache, AddValidators,
    testing::Values(
        RequestCase{
            "Tag", "RFC 9111, 4.3.1", {"A: 1"}, {"ETag: \"x\""}, {"A: 1", "If-None-Match: \"x\""}},
        RequestCase{
            "WeakTag", "RFC 9110, 13.1.2", {}, {"ETag: W/\"x\""}, {"If-None-Match: W/\"x\""}},
        RequestCase{"Date",
                    "RFC 9111, 4.3.1",
                    {},
                    {"Last-Modified: " + kModified},
                    {"If-Modified-Since: " + kModified}},
        RequestCase{"Both",
                    "RFC 9111, 4.3.1",
                    {},
                    {"Last-Modified: " + kModified, "ETag: \"x\""},
                    {"If-None-Match: \"x\"", "If-Modified-Since: " + kModified}},
        RequestCase{"DateAsItWasWritten",
                    "RFC 9111, 4.3.1",
                    {},
                    {"Last-Modified: Monday, 15-Jun-26 11:00:00 GMT"},
                    {"If-Modified-Since: Monday, 15-Jun-26 11:00:00 GMT"}},
        RequestCase{"None", "RFC 9111, 4.3.1", {"A: 1"}, {"Date: " + kSent}, {"A: 1"}},
        RequestCase{"NoTag", "RFC 9110, 2.2 and 8.8.3", {}, {"ETag: x y"}, {}},
        RequestCase{
            "TagWithoutQuotes", "as the server has it", {}, {"ETag: x"}, {"If-None-Match: x"}},
        RequestCase{"EmptyTag", "RFC 9110, 8.8.3", {}, {"ETag:"}, {}},
        RequestCase{"NoDate", "RFC 9110, 2.2 and 8.8.2", {}, {"Last-Modified: today"}, {}}),
    test::rowName<RequestCase>);

INSTANTIATE_TEST_SUITE_P(
    BesideTheClients, AddValidators,
    testing::Values(RequestCase{"AnotherTag",
                                "RFC 9111, 4.3.1",
                                {"If-None-Match: \"a\""},
                                {"ETag: \"x\""},
                                {"If-None-Match: \"a\", \"x\""}},
                    RequestCase{"OtherTagsOverSeveralLines",
                                "RFC 9110, 5.3",
                                {"If-None-Match: \"a\"", "B: 1", "If-None-Match: W/\"b\""},
                                {"ETag: \"x\""},
                                {"B: 1", "If-None-Match: \"a\", W/\"b\", \"x\""}},
                    RequestCase{"TheSameTag",
                                "RFC 9110, 13.1.2",
                                {"If-None-Match: \"a\", \"x\""},
                                {"ETag: \"x\""},
                                {"If-None-Match: \"a\", \"x\""}},
                    RequestCase{"TheSameTagWeakly",
                                "RFC 9110, 13.1.2",
                                {"If-None-Match: W/\"x\""},
                                {"ETag: \"x\""},
                                {"If-None-Match: W/\"x\""}},
                    RequestCase{"AnyTag",
                                "RFC 9110, 13.1.2",
                                {"If-None-Match: *"},
                                {"ETag: \"x\""},
                                {"If-None-Match: *"}},
                    RequestCase{"EmptyList",
                                "RFC 9110, 13.1.2",
                                {"If-None-Match:"},
                                {"ETag: \"x\""},
                                {"If-None-Match: \"x\""}},
                    RequestCase{"ADate",
                                "RFC 9111, 4.3.1",
                                {"If-Modified-Since: " + kEarlier},
                                {"Last-Modified: " + kModified},
                                {"If-Modified-Since: " + kEarlier}},
                    RequestCase{"ADateAndOurTag",
                                "RFC 9111, 4.3.1",
                                {"If-Modified-Since: " + kEarlier},
                                {"ETag: \"x\"", "Last-Modified: " + kModified},
                                {"If-Modified-Since: " + kEarlier, "If-None-Match: \"x\""}}),
    test::rowName<RequestCase>);

TEST(HasValidator, NeedsAnEntityTagOrADate) {
  EXPECT_TRUE(hasValidator(*stored({"ETag: \"x\""})));
  EXPECT_TRUE(hasValidator(*stored({"ETag: W/\"\""})));
  EXPECT_TRUE(hasValidator(*stored({"Last-Modified: " + kModified})));
  EXPECT_TRUE(hasValidator(*stored({"ETag: x", "Last-Modified: " + kModified})));
  for (const char* line : {"ETag: x y", "ETag:", "Last-Modified: 0", "Date: x"}) {
    EXPECT_FALSE(hasValidator(*stored({line}))) << line;
  }
}

struct NotModifiedCase : Row {
  Lines not_modified;
  Lines stored;
  bool is_update;
  Lines own = {};  // the client's conditions
};

class IsUpdateOf : public testing::TestWithParam<NotModifiedCase> {};

TEST_P(IsUpdateOf, Says) {
  const NotModifiedCase& c = GetParam();
  EXPECT_EQ(isUpdateOf(fields(c.not_modified), *stored(c.stored), fields(c.own)), c.is_update);
}

// "Each stored response [...] with at least one of the same strong validators [...]. If none [...],
// then the cache MUST NOT use the new response to update any stored responses."
INSTANTIATE_TEST_SUITE_P(
    StrongValidators, IsUpdateOf,
    testing::Values(
        NotModifiedCase{"SameTag", "RFC 9111, 4.3.4", {"ETag: \"x\""}, {"ETag: \"x\""}, true},
        NotModifiedCase{"OtherTag", "RFC 9111, 4.3.4", {"ETag: \"y\""}, {"ETag: \"x\""}, false},
        NotModifiedCase{"OtherTagSameDate",
                        "RFC 9111, 4.3.4",
                        {"ETag: \"y\"", "Last-Modified: " + kModified},
                        {"ETag: \"x\"", "Date: " + kSent, "Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"SameTagOtherDate",
                        "RFC 9111, 4.3.4",
                        {"ETag: \"x\"", "Last-Modified: " + kModifiedAgain},
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"OursIsWeak", "RFC 9111, 4.3.4", {"ETag: \"x\""}, {"ETag: W/\"x\""}, false},
        NotModifiedCase{"OursIsWeakAndADateIsStrong",
                        "RFC 9110, 8.8.2.2",
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        {"ETag: W/\"x\"", "Date: " + kSent, "Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"OursIsWeakAndADateIsWeak",
                        "RFC 9110, 8.8.2.2",
                        {"ETag: \"x\"", "Last-Modified: " + kSent},
                        {"ETag: W/\"x\"", "Date: " + kSent, "Last-Modified: " + kSent},
                        false},
        NotModifiedCase{"OursIsAnotherWeakOne",
                        "RFC 9111, 4.3.4",
                        {"ETag: \"y\"", "Last-Modified: " + kModified},
                        {"ETag: W/\"x\"", "Date: " + kSent, "Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"OursHasNone", "RFC 9111, 4.3.4", {"ETag: \"x\""}, {"A: 1"}, false},
        NotModifiedCase{"OursHasAStrongDate",
                        "RFC 9110, 8.8.2.2",
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        {"Date: " + kSent, "Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"OursHasAWeakDate",
                        "RFC 9110, 8.8.2.2",
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        {"Date: " + kModified, "Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"OursHasADateWithoutDate",
                        "RFC 9110, 8.8.2.2",
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        {"Last-Modified: " + kModified},
                        false}),
    test::rowName<NotModifiedCase>);

INSTANTIATE_TEST_SUITE_P(
    WeakValidators, IsUpdateOf,
    testing::Values(
        NotModifiedCase{"SameTag", "RFC 9111, 4.3.4", {"ETag: W/\"x\""}, {"ETag: W/\"x\""}, true},
        NotModifiedCase{
            "OursIsStrong", "RFC 9111, 4.3.4", {"ETag: W/\"x\""}, {"ETag: \"x\""}, true},
        NotModifiedCase{"OtherTag", "RFC 9111, 4.3.4", {"ETag: W/\"y\""}, {"ETag: W/\"x\""}, false},
        NotModifiedCase{"OtherTagSameDate",
                        "RFC 9111, 4.3.4",
                        {"ETag: W/\"y\"", "Last-Modified: " + kModified},
                        {"ETag: W/\"x\"", "Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"SameDate",
                        "RFC 9111, 4.3.4",
                        {"Last-Modified: " + kModified},
                        {"Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"OtherDate",
                        "RFC 9111, 4.3.4",
                        {"Last-Modified: " + kModifiedAgain},
                        {"Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"OtherDateBesideOurTag",
                        "RFC 9111, 4.3.4",
                        {"Last-Modified: " + kModifiedAgain},
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        false},
        NotModifiedCase{"SameDateBesideOurTag",
                        "RFC 9111, 4.3.4",
                        {"Last-Modified: " + kModified},
                        {"ETag: \"x\"", "Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"ADateWhereOursHasNone",
                        "RFC 9111, 4.3.4",
                        {"Last-Modified: " + kModified},
                        {"ETag: \"x\""},
                        false},
        NotModifiedCase{"ATagWhereOursHasADate",
                        "RFC 9111, 4.3.4",
                        {"ETag: W/\"x\"", "Last-Modified: " + kModified},
                        {"Last-Modified: " + kModified},
                        true},
        NotModifiedCase{"ATagAloneWhereOursHasADate",
                        "RFC 9111, 4.3.4",
                        {"ETag: W/\"x\""},
                        {"Last-Modified: " + kModified},
                        false}),
    test::rowName<NotModifiedCase>);

INSTANTIATE_TEST_SUITE_P(
    NoValidators, IsUpdateOf,
    testing::Values(
        NotModifiedCase{"OursHasNoneEither", "RFC 9111, 4.3.4", {"Date: " + kSent}, {"A: 1"}, true},
        NotModifiedCase{
            "ATagWasAskedFor", "RFC 9110, 13.1.2", {"Date: " + kSent}, {"ETag: \"x\""}, true},
        NotModifiedCase{
            "ADateWasAskedFor", "RFC 9110, 13.1.3", {}, {"Last-Modified: " + kModified}, true},
        NotModifiedCase{"AnotherTagWasAskedForToo",
                        "RFC 9111, 4.3.4",
                        {},
                        {"ETag: \"x\""},
                        false,
                        {"If-None-Match: \"a\""}},
        NotModifiedCase{"AnotherDateWasAskedFor",
                        "RFC 9111, 4.3.4",
                        {},
                        {"Last-Modified: " + kModified},
                        false,
                        {"If-Modified-Since: " + kLater}},
        NotModifiedCase{"WithATagTheClientsDoNotCount",
                        "RFC 9111, 4.3.4",
                        {"ETag: \"x\""},
                        {"ETag: \"x\""},
                        true,
                        {"If-None-Match: \"a\""}},
        NotModifiedCase{"WithTheClientsTag",
                        "RFC 9111, 4.3.4",
                        {"ETag: \"a\""},
                        {"ETag: \"x\""},
                        false,
                        {"If-None-Match: \"a\""}},
        NotModifiedCase{
            "WithATagThatIsNone", "RFC 9110, 8.8.3", {"ETag: x y"}, {"ETag: \"x\""}, true}),
    test::rowName<NotModifiedCase>);

TEST(AsksServerAlone, IsForPreconditionsOfServers) {
  EXPECT_TRUE(asksServerAlone(fields({"If-Match: \"x\""})));
  EXPECT_TRUE(asksServerAlone(fields({"A: 1", "if-unmodified-since: " + kSent})));
  EXPECT_FALSE(asksServerAlone(fields({"If-None-Match: \"x\""})));
  EXPECT_FALSE(asksServerAlone(fields({"If-Modified-Since: " + kSent})));
  EXPECT_FALSE(asksServerAlone(fields({"Range: bytes=0-1", "If-Range: \"x\""})));
  // "MUST ignore an If-Range header field received in a request that does not contain a Range"
  // (RFC 9110, section 13.1.5).
  EXPECT_FALSE(asksServerAlone(fields({"If-Range: \"x\""})));
}

struct ConditionCase : Row {
  Lines request;
  Lines stored;
  std::optional<bool> not_modified;
};

class IsNotModified : public testing::TestWithParam<ConditionCase> {};

TEST_P(IsNotModified, Says) {
  const ConditionCase& c = GetParam();
  EXPECT_EQ(isNotModified(fields(c.request), *stored(c.stored)), c.not_modified);
}

INSTANTIATE_TEST_SUITE_P(
    IfNoneMatch, IsNotModified,
    testing::Values(
        ConditionCase{"Same", "RFC 9110, 13.1.2", {"If-None-Match: \"x\""}, {"ETag: \"x\""}, true},
        ConditionCase{
            "Other", "RFC 9110, 13.1.2", {"If-None-Match: \"y\""}, {"ETag: \"x\""}, false},
        ConditionCase{
            "Weakly", "RFC 9110, 13.1.2", {"If-None-Match: W/\"x\""}, {"ETag: \"x\""}, true},
        ConditionCase{"WeaklyTheOtherWay",
                      "RFC 9110, 13.1.2",
                      {"If-None-Match: \"x\""},
                      {"ETag: W/\"x\""},
                      true},
        ConditionCase{"List",
                      "RFC 9110, 13.1.2",
                      {"If-None-Match: \"a\",W/\"b\" ,\t\"x\""},
                      {"ETag: \"x\""},
                      true},
        ConditionCase{"ListWithoutIt",
                      "RFC 9110, 13.1.2",
                      {"If-None-Match: \"a\", \"b\""},
                      {"ETag: \"x\""},
                      false},
        ConditionCase{"SeveralLines",
                      "RFC 9110, 5.3",
                      {"If-None-Match: \"a\"", "If-None-Match: \"x\""},
                      {"ETag: \"x\""},
                      true},
        ConditionCase{"Any", "RFC 9110, 13.1.2", {"If-None-Match: *"}, {"ETag: \"x\""}, true},
        ConditionCase{"AnyWithoutTag", "RFC 9110, 13.1.2", {"If-None-Match: *"}, {}, true},
        ConditionCase{"AnyInAList",
                      "RFC 9110, 13.1.2: alone",
                      {"If-None-Match: *, \"y\""},
                      {"ETag: \"x\""},
                      false},
        ConditionCase{
            "QuotedStar", "RFC 9110, 13.1.2", {"If-None-Match: \"*\""}, {"ETag: \"x\""}, false},
        ConditionCase{"WithoutTag", "RFC 9110, 13.1.2", {"If-None-Match: \"x\""}, {}, false},
        ConditionCase{"Empty", "RFC 9110, 13.1.2", {"If-None-Match:"}, {"ETag: \"x\""}, false},
        ConditionCase{"CommasInATag",
                      "RFC 9110, 8.8.3",
                      {"If-None-Match: \"a,b\", \"x,y\""},
                      {"ETag: \"x,y\""},
                      true},
        ConditionCase{"PartOfATag",
                      "RFC 9110, 8.8.3",
                      {"If-None-Match: \"a, \"x\", b\""},
                      {"ETag: \"x\""},
                      false},
        ConditionCase{"NoEscapesInATag",
                      "RFC 9110, 8.8.3",
                      {R"(If-None-Match: "a\", "x")"},
                      {"ETag: \"x\""},
                      true},
        ConditionCase{
            "NoTagIsNone", "RFC 9110, 8.8.3", {"If-None-Match: x, y"}, {"ETag: \"x\""}, false},
        ConditionCase{"BehindWhatIsNoTag",
                      "RFC 9110, 5.6.1",
                      {"If-None-Match: x, W/, ,\"x\""},
                      {"ETag: \"x\""},
                      true},
        ConditionCase{"NothingEndsTheQuote",
                      "RFC 9110, 8.8.3",
                      {"If-None-Match: \"x"},
                      {"ETag: \"x\""},
                      false}),
    test::rowName<ConditionCase>);

INSTANTIATE_TEST_SUITE_P(
    IfModifiedSince, IsNotModified,
    testing::Values(
        ConditionCase{"Same",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: " + kModified},
                      {"Last-Modified: " + kModified},
                      true},
        ConditionCase{"Later",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: " + kLater},
                      {"Last-Modified: " + kModified},
                      true},
        ConditionCase{"Earlier",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: " + kEarlier},
                      {"Last-Modified: " + kModified},
                      false},
        ConditionCase{"InAnotherForm",
                      "RFC 9110, 5.6.7",
                      {"If-Modified-Since: Monday, 15-Jun-26 11:00:00 GMT"},
                      {"Last-Modified: " + kModified},
                      true},
        ConditionCase{
            "ByDate", "RFC 9111, 4.3.2", {"If-Modified-Since: " + kSent}, {"Date: " + kSent}, true},
        ConditionCase{"BeforeDate",
                      "RFC 9111, 4.3.2",
                      {"If-Modified-Since: " + kEarlier},
                      {"Date: " + kSent},
                      false},
        ConditionCase{"ByWhenItCame", "RFC 9111, 4.3.2", {"If-Modified-Since: " + kSent}, {}, true},
        ConditionCase{
            "BeforeItCame", "RFC 9111, 4.3.2", {"If-Modified-Since: " + kModified}, {}, false},
        ConditionCase{"IgnoredBesideIfNoneMatch",
                      "RFC 9110, 13.1.3",
                      {"If-None-Match: \"y\"", "If-Modified-Since: " + kLater},
                      {"ETag: \"x\"", "Last-Modified: " + kModified},
                      false},
        ConditionCase{"IgnoredBesideIfNoneMatchThatHolds",
                      "RFC 9110, 13.1.3",
                      {"If-None-Match: \"x\"", "If-Modified-Since: " + kEarlier},
                      {"ETag: \"x\"", "Last-Modified: " + kModified},
                      true},
        ConditionCase{"Invalid",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: yesterday"},
                      {"Last-Modified: " + kModified},
                      std::nullopt},
        ConditionCase{"Two",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: " + kLater, "If-Modified-Since: " + kLater},
                      {"Last-Modified: " + kModified},
                      std::nullopt},
        ConditionCase{"TwoInALine",
                      "RFC 9110, 13.1.3",
                      {"If-Modified-Since: " + kLater + ", " + kLater},
                      {"Last-Modified: " + kModified},
                      std::nullopt},
        ConditionCase{"None", "RFC 9110, 13.1", {"A: 1"}, {"ETag: \"x\""}, std::nullopt}),
    test::rowName<ConditionCase>);

struct IfRangeCase : Row {
  Lines request;
  Lines stored;
  bool allowed;
};

class AllowsRange : public testing::TestWithParam<IfRangeCase> {};

TEST_P(AllowsRange, Says) {
  EXPECT_EQ(allowsRange(fields(GetParam().request), *stored(GetParam().stored)),
            GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(
    IfRange, AllowsRange,
    testing::Values(
        IfRangeCase{"None", "RFC 9110, 13.1.5", {}, {"ETag: \"x\""}, true},
        IfRangeCase{"SameTag", "RFC 9110, 13.1.5", {"If-Range: \"x\""}, {"ETag: \"x\""}, true},
        IfRangeCase{"OtherTag", "RFC 9110, 13.1.5", {"If-Range: \"y\""}, {"ETag: \"x\""}, false},
        IfRangeCase{"WeakTag", "RFC 9110, 13.1.5", {"If-Range: W/\"x\""}, {"ETag: W/\"x\""}, false},
        IfRangeCase{
            "OursIsWeak", "RFC 9110, 13.1.5", {"If-Range: \"x\""}, {"ETag: W/\"x\""}, false},
        IfRangeCase{"NoTagOfOurs", "RFC 9110, 13.1.5", {"If-Range: \"x\""}, {}, false},
        IfRangeCase{"SameDate",
                    "RFC 9110, 13.1.5",
                    {"If-Range: " + kModified},
                    {"Date: " + kSent, "Last-Modified: " + kModified},
                    true},
        IfRangeCase{"LaterDate",
                    "RFC 9110, 13.1.5: exactly matches",
                    {"If-Range: " + kLater},
                    {"Date: " + kSent, "Last-Modified: " + kModified},
                    false},
        IfRangeCase{"DateASecondLater",
                    "RFC 9110, 8.8.2.2",
                    {"If-Range: " + kModified},
                    {"Date: " + kModifiedAgain, "Last-Modified: " + kModified},
                    true},
        IfRangeCase{"DateInTheSameSecond",
                    "RFC 9110, 8.8.2.2",
                    {"If-Range: " + kModified},
                    {"Date: " + kModified, "Last-Modified: " + kModified},
                    false},
        IfRangeCase{"WithoutDate",
                    "RFC 9110, 8.8.2.2",
                    {"If-Range: " + kModified},
                    {"Last-Modified: " + kModified},
                    false},
        IfRangeCase{"WithAnInvalidDate",
                    "RFC 9110, 8.8.2.2",
                    {"If-Range: " + kModified},
                    {"Date: 0", "Last-Modified: " + kModified},
                    false},
        IfRangeCase{
            "NoDateOfOurs", "RFC 9110, 13.1.5", {"If-Range: " + kSent}, {"Date: " + kSent}, false},
        IfRangeCase{"Neither", "RFC 9110, 13.1.5", {"If-Range: x y"}, {"ETag: x y"}, false},
        IfRangeCase{"Empty", "RFC 9110, 13.1.5", {"If-Range:"}, {"ETag: \"x\""}, false}),
    test::rowName<IfRangeCase>);

}  // namespace
}  // namespace forage::http
