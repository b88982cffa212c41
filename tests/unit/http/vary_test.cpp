#include "http/vary.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::fields;
using test::Lines;
using test::Row;

struct VaryCase : Row {
  std::string vary;
  Lines first;   // the request that the stored response was made for
  Lines second;  // another
  bool match;
};

class Variants : public testing::TestWithParam<VaryCase> {};

TEST_P(Variants, Match) {
  const VaryCase& c = GetParam();
  const Headers response = fields({"Vary: " + c.vary});
  const auto first = selectingDigest(response, fields(c.first));
  const auto second = selectingDigest(response, fields(c.second));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first == *second, c.match) << *first << ' ' << *second;
}

INSTANTIATE_TEST_SUITE_P(
    Fields, Variants,
    testing::Values(
        VaryCase{"Same", "RFC 9111, 4.1", "Foo", {"Foo: 1"}, {"Foo: 1"}, true},
        VaryCase{"Different", "RFC 9111, 4.1", "Foo", {"Foo: 1"}, {"Foo: 2"}, false},
        VaryCase{
            "NotNamed", "RFC 9111, 4.1", "Foo", {"Foo: 1", "Bar: 1"}, {"Foo: 1", "Bar: 2"}, true},
        VaryCase{"OneOfSeveral",
                 "RFC 9111, 4.1",
                 "Foo, Bar",
                 {"Foo: 1", "Bar: 1"},
                 {"Foo: 1", "Bar: 2"},
                 false},
        VaryCase{"NameInAnyCase", "RFC 9110, 5.1", "fOO", {"Foo: 1"}, {"foo: 1"}, true},
        VaryCase{"NameInAnyCaseDifferent", "RFC 9110, 5.1", "fOO", {"Foo: 1"}, {"foo: 2"}, false},
        VaryCase{"BothMissing", "RFC 9111, 4.1", "Foo", {}, {"Bar: 1"}, true},
        VaryCase{"OneMissing", "RFC 9111, 4.1", "Foo", {"Foo: 1"}, {}, false},
        VaryCase{"MissingAndEmpty", "RFC 9111, 4.1", "Foo", {}, {"Foo:"}, false},
        VaryCase{"BothEmpty", "RFC 9111, 4.1", "Foo", {"Foo:"}, {"Foo: "}, true},
        VaryCase{"MissingAcceptEncodingAndEmpty",
                 "RFC 9110, 12.5.3",
                 "Accept-Encoding",
                 {},
                 {"Accept-Encoding:"},
                 false},
        VaryCase{"ValuesOfOthersInAnyCase", "RFC 9111, 4.1", "Foo", {"Foo: a"}, {"Foo: A"}, false},
        VaryCase{"OrderOfOthers", "RFC 9111, 4.1", "Foo", {"Foo: a, b"}, {"Foo: b, a"}, false},
        VaryCase{"ValueOfAnotherField",
                 "RFC 9111, 4.1",
                 "Foo, Bar",
                 {"Foo: 1", "Bar: 2"},
                 {"Foo: 2", "Bar: 1"},
                 false}),
    test::rowName<VaryCase>);

INSTANTIATE_TEST_SUITE_P(
    WhiteSpaceAndLines, Variants,
    testing::Values(
        VaryCase{"AroundValues", "RFC 9111, 4.1", "Foo", {"Foo: 1"}, {"Foo: \t1 "}, true},
        VaryCase{"AroundCommas", "RFC 9111, 4.1", "Foo", {"Foo: 1,2"}, {"Foo: 1 ,\t2"}, true},
        VaryCase{"WithinElements", "RFC 9111, 4.1", "Foo", {"Foo: a b"}, {"Foo: ab"}, false},
        VaryCase{
            "WithinQuotes", "RFC 9110, 5.6.4", "Foo", {R"(Foo: "a,b")"}, {R"(Foo: "a, b")"}, false},
        VaryCase{"Combined",
                 "RFC 9111, 4.1",
                 "Foo",
                 {"Foo: 1, 2"},
                 {"Foo: 1", "Bar: x", "foo: 2"},
                 true},
        VaryCase{"CombinedInAnotherOrder",
                 "RFC 9110, 5.3",
                 "Foo",
                 {"Foo: 1, 2"},
                 {"Foo: 2", "Foo: 1"},
                 false},
        VaryCase{"ElementsAreNotJoined", "RFC 9111, 4.1", "Foo", {"Foo: 1, 2"}, {"Foo: 12"}, false},
        VaryCase{"ElementsOfTwoFields",
                 "RFC 9111, 4.1",
                 "A, B",
                 {"A: x, b:y", "B: z"},
                 {"A: x", "B: y, b:z"},
                 false},
        VaryCase{"QuotedCommaAndTwoLines",
                 "RFC 9110, 5.6.4",
                 "Foo",
                 {R"(Foo: "a,b")"},
                 {R"(Foo: "a)", R"(Foo: b")"},
                 false}),
    test::rowName<VaryCase>);

INSTANTIATE_TEST_SUITE_P(Preferences, Variants,
                         testing::Values(VaryCase{"WhiteSpace",
                                                  "RFC 9110, 12.5.1",
                                                  "Accept",
                                                  {"Accept: text/html;q=0.8,*/*"},
                                                  {"Accept: text/html ; q=0.8 , */*"},
                                                  true},
                                         VaryCase{"Case",
                                                  "RFC 9110, 8.4.1",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: GZip"},
                                                  {"Accept-Encoding: gzip"},
                                                  true},
                                         VaryCase{"CaseOfLanguages",
                                                  "RFC 9110, 8.5.1",
                                                  "Accept-Language",
                                                  {"Accept-Language: EN-us"},
                                                  {"Accept-Language: en-US"},
                                                  true},
                                         VaryCase{"CaseOfTypes",
                                                  "RFC 9110, 8.3.1",
                                                  "Accept",
                                                  {"Accept: Text/HTML;Level=1"},
                                                  {"Accept: text/html;level=1"},
                                                  true},
                                         VaryCase{"CaseOfParameters",
                                                  "RFC 9110, 5.6.6",
                                                  "Accept",
                                                  {"Accept: a/b;profile=X"},
                                                  {"Accept: a/b;profile=x"},
                                                  false},
                                         VaryCase{"CaseOfQuotedParameters",
                                                  "RFC 9110, 5.6.6",
                                                  "Accept",
                                                  {R"(Accept: a/b;profile="http://h/X")"},
                                                  {R"(Accept: a/b;profile="http://h/x")"},
                                                  false},
                                         VaryCase{"BlanksInQuotedParameters",
                                                  "RFC 9110, 5.6.4",
                                                  "Accept",
                                                  {R"(Accept: a/b;x="a b")"},
                                                  {R"(Accept: a/b;x="ab")"},
                                                  false},
                                         VaryCase{"Order",
                                                  "RFC 9110, 12.5.3",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip, br"},
                                                  {"Accept-Encoding: br, gzip"},
                                                  true},
                                         VaryCase{"OrderOfTypes",
                                                  "RFC 9110, 12.5.1",
                                                  "Accept",
                                                  {"Accept: a/b, c/d;q=0.1"},
                                                  {"Accept: c/d;q=0.1, a/b"},
                                                  true},
                                         VaryCase{"OrderOfCharsets",
                                                  "RFC 9110, 12.5.2",
                                                  "Accept-Charset",
                                                  {"Accept-Charset: utf-8, latin1"},
                                                  {"Accept-Charset: LATIN1, UTF-8"},
                                                  true},
                                         VaryCase{"Others",
                                                  "RFC 9110, 12.5.3",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip, br"},
                                                  {"Accept-Encoding: gzip, zstd"},
                                                  false},
                                         VaryCase{"OneMore",
                                                  "RFC 9110, 12.5.3",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip, br"},
                                                  {"Accept-Encoding: gzip"},
                                                  false},
                                         VaryCase{
                                             "OverSeveralLines",
                                             "RFC 9110, 5.3",
                                             "Accept-Language",
                                             {"Accept-Language: de, en;q=0.5"},
                                             {"Accept-Language: de", "Accept-Language: en;q=0.5"},
                                             true}),
                         test::rowName<VaryCase>);

INSTANTIATE_TEST_SUITE_P(Weights, Variants,
                         testing::Values(VaryCase{"OneIsNone",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip"},
                                                  {"Accept-Encoding: gzip;q=1"},
                                                  true},
                                         VaryCase{"OneInOtherWords",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip"},
                                                  {"Accept-Encoding: gzip; Q=1.000"},
                                                  true},
                                         VaryCase{"OneWithAPoint",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip"},
                                                  {"Accept-Encoding: gzip;q=1."},
                                                  true},
                                         VaryCase{"Zeros",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept",
                                                  {"Accept: a/b;q=0.5"},
                                                  {"Accept: a/b;q=0.500"},
                                                  true},
                                         VaryCase{"NoneAtAll",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept",
                                                  {"Accept: a/b;q=0"},
                                                  {"Accept: a/b;q=0.0"},
                                                  true},
                                         VaryCase{"NoneAtAllAndOne",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept",
                                                  {"Accept: a/b;q=0"},
                                                  {"Accept: a/b"},
                                                  false},
                                         VaryCase{"Another",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept",
                                                  {"Accept: a/b;q=0.5"},
                                                  {"Accept: a/b;q=0.6"},
                                                  false},
                                         VaryCase{"OfAnotherElement",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip;q=0.5, br"},
                                                  {"Accept-Encoding: gzip, br;q=0.5"},
                                                  false},
                                         VaryCase{"TenIsNotOne",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept",
                                                  {"Accept: a/b;q=1"},
                                                  {"Accept: a/b;q=10"},
                                                  false}),
                         test::rowName<VaryCase>);

// "Some recipients treat the order in which language tags are listed as an indication of descending
// priority [...]. However, this behavior cannot be relied upon."
INSTANTIATE_TEST_SUITE_P(Languages, Variants,
                         testing::Values(VaryCase{"OfOneWeight",
                                                  "RFC 9110, 12.5.4",
                                                  "Accept-Language",
                                                  {"Accept-Language: de, en"},
                                                  {"Accept-Language: en, de"},
                                                  true},
                                         VaryCase{"OfOneWrittenWeight",
                                                  "RFC 9110, 12.5.4",
                                                  "Accept-Language",
                                                  {"Accept-Language: de;q=0.5, en;q=0.5"},
                                                  {"Accept-Language: en;q=0.5, de;q=0.50"},
                                                  true},
                                         VaryCase{"OfSeveralWeights",
                                                  "RFC 9110, 12.5.4",
                                                  "Accept-Language",
                                                  {"Accept-Language: de, en;q=0.8, fr;q=0.85"},
                                                  {"Accept-Language: en;q=0.8, fr;q=0.85, de"},
                                                  true},
                                         VaryCase{"WithOtherWeights",
                                                  "RFC 9110, 12.5.4",
                                                  "Accept-Language",
                                                  {"Accept-Language: de, en;q=0.8"},
                                                  {"Accept-Language: de;q=0.8, en"},
                                                  false},
                                         VaryCase{"Any",
                                                  "RFC 4647, 2.1",
                                                  "Accept-Language",
                                                  {"Accept-Language: *;q=0.1, de-DE"},
                                                  {"Accept-Language: DE-de,*;q=0.1"},
                                                  true}),
                         test::rowName<VaryCase>);

INSTANTIATE_TEST_SUITE_P(Duplicates, Variants,
                         testing::Values(VaryCase{"MeanNothing",
                                                  "RFC 9110, 12.5.4",
                                                  "Accept-Language",
                                                  {"Accept-Language: de, en, DE"},
                                                  {"Accept-Language: de, en"},
                                                  true},
                                         VaryCase{"OfTypes",
                                                  "RFC 9110, 12.5.1",
                                                  "Accept",
                                                  {"Accept: a/b, a/b;q=1"},
                                                  {"Accept: a/b"},
                                                  true},
                                         VaryCase{"WithAnotherWeight",
                                                  "RFC 9110, 12.4.2",
                                                  "Accept-Encoding",
                                                  {"Accept-Encoding: gzip, gzip;q=0.5"},
                                                  {"Accept-Encoding: gzip"},
                                                  false},
                                         VaryCase{"OfOtherFieldsMayMeanSomething",
                                                  "RFC 9111, 4.1",
                                                  "Foo",
                                                  {"Foo: a, a"},
                                                  {"Foo: a"},
                                                  false}),
                         test::rowName<VaryCase>);

VaryCase malformed(const char* name, const char* field, const std::string& first,
                   const std::string& second) {
  const std::string start = std::string(field) + ": ";
  return {{name, "RFC 9111, 4.1: nobody knows what it means"},
          field,
          {start + first},
          {start + second},
          false};
}

// What differs here would mean nothing, were the rest of the grammar.
INSTANTIATE_TEST_SUITE_P(
    MalformedAreComparedAsTheyAre, Variants,
    testing::Values(malformed("WeightOfTwo", "Accept-Language", "de;q=2, en", "en, de;q=2"),
                    malformed("WeightOfWords", "Accept-Language", "de;q=high, en", "en, de;q=high"),
                    malformed("WeightWithoutAPoint", "Accept-Language", "de;q=05,en", "en,de;q=05"),
                    malformed("WeightOfFourDigits", "Accept", "a/b;q=0.5000", "a/b; q=0.5000"),
                    malformed("WeightAboveOne", "Accept", "a/b;q=1.001", "a/b; q=1.001"),
                    malformed("TwoWeights", "Accept", "a/b;q=1;q=0.5", "a/b; q=1; q=0.5"),
                    malformed("NoWeight", "Accept-Encoding", "gzip;q, br", "br, gzip;q"),
                    malformed("EmptyWeight", "Accept-Encoding", "gzip;q=, br", "br, gzip;q="),
                    malformed("Words", "Accept-Language", "de or en, fr", "fr, de or en"),
                    malformed("ParametersOfACoding", "Accept-Encoding", "gzip;x=1", "gzip; x=1"),
                    malformed("TypeWithoutASubtype", "Accept", "text, a/b", "a/b, text"),
                    malformed("OpenQuote", "Accept", "a/b;x=\"c, a/b", "a/b, a/b;x=\"c"),
                    malformed("Case", "Accept-Encoding", "gzip br", "GZIP br")),
    test::rowName<VaryCase>);

TEST(MalformedPreferences, MatchThemselves) {
  const Headers response = fields({"Vary: Accept"});
  const auto digest = selectingDigest(response, fields({"Accept: text, q=1"}));
  EXPECT_EQ(selectingDigest(response, fields({"Accept: text", "Accept: q=1"})), digest);
  EXPECT_NE(selectingDigest(response, fields({"Accept: text"})), digest);
}

TEST(SelectingDigest, IsEmptyWhereNothingVaries) {
  EXPECT_EQ(selectingDigest(fields({}), fields({"Foo: 1"})), "");
  EXPECT_EQ(selectingDigest(fields({"Vary:"}), fields({"Foo: 1"})), "");
  EXPECT_EQ(selectingDigest(fields({"Vary: , ,"}), fields({"Foo: 1"})), "");
}

// "A stored response with a Vary header field value containing a member "*" always fails to match"
// (RFC 9111, section 4.1).
TEST(SelectingDigest, IsNoneWhereAnythingMayVary) {
  for (const Lines& lines : {Lines{"Vary: *"}, Lines{"Vary: Foo, *"}, Lines{"Vary: * , Foo"},
                             Lines{"Vary: Foo", "vary: *"}, Lines{"Vary: *, *"}}) {
    EXPECT_EQ(selectingDigest(fields(lines), fields({"Foo: 1"})), std::nullopt) << lines.front();
  }
  EXPECT_NE(selectingDigest(fields({"Vary: **"}), fields({})), std::nullopt);
  EXPECT_EQ(selectingDigest(fields({"Vary: Foo:"}), fields({})), std::nullopt);
}

TEST(SelectingDigest, DependsOnNamesAndNotOnTheirOrderCaseOrNumber) {
  const Headers request = fields({"A: 1", "B: 2"});
  const auto digest = selectingDigest(fields({"Vary: A, B"}), request);
  for (const Lines& lines : {Lines{"Vary: B, A"}, Lines{"Vary: a,b"}, Lines{"Vary: A", "Vary: B"},
                             Lines{"Vary: b, A, a, B,"}}) {
    EXPECT_EQ(selectingDigest(fields(lines), request), digest) << lines.front();
  }
  EXPECT_NE(selectingDigest(fields({"Vary: A"}), request), digest);
  EXPECT_NE(selectingDigest(fields({"Vary: A, B, C"}), request), digest);
}

TEST(SelectingDigest, TellsNothingOfTheRequest) {
  const auto digest = selectingDigest(fields({"Vary: Cookie"}), fields({"Cookie: secret"}));
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->size(), 32u);
  EXPECT_EQ(digest->find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(OpaqueDigest, IsTheFirstHalfOfSha256) {
  EXPECT_EQ(opaqueDigest(""), "e3b0c44298fc1c149afbf4c8996fb924");
  EXPECT_EQ(opaqueDigest("abc"), "ba7816bf8f01cfea414140de5dae2223");
}

}  // namespace
}  // namespace forage::http
