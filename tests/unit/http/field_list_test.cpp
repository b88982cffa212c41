#include "http/field_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::fields;
using test::Lines;
using test::Row;

std::vector<std::string> elementsOf(HeadersView headers, std::string_view name) {
  std::vector<std::string> elements;
  eachListElement(headers, name, [&](std::string_view element) { elements.emplace_back(element); });
  return elements;
}

struct ListCase : Row {
  Lines lines;
  std::vector<std::string> elements;
};

class FieldList : public testing::TestWithParam<ListCase> {};

TEST_P(FieldList, HasTheseElements) {
  EXPECT_EQ(elementsOf(fields(GetParam().lines), "A"), GetParam().elements);
}

INSTANTIATE_TEST_SUITE_P(
    Elements, FieldList,
    testing::Values(
        ListCase{"One", "RFC 9110, 5.6.1", {"A: x"}, {"x"}},
        ListCase{"None", "RFC 9110, 5.6.1", {"B: x"}, {}},
        ListCase{"EmptyField", "RFC 9110, 5.6.1", {"A:"}, {}},
        ListCase{"Several", "RFC 9110, 5.6.1", {"A: x,y , z"}, {"x", "y", "z"}},
        ListCase{"BlanksAndTabs", "RFC 9110, 5.6.1", {"A:  x\t,\t y "}, {"x", "y"}},
        ListCase{"EmptyElements", "RFC 9110, 5.6.1.2", {"A: , x,,  ,y,"}, {"x", "y"}},
        ListCase{"CommasAlone", "RFC 9110, 5.6.1.2", {"A: ,,, ,"}, {}},
        ListCase{"SeveralLines", "RFC 9110, 5.3", {"A: x, y", "B: n", "a: z"}, {"x", "y", "z"}},
        ListCase{"BlanksWithinAnElement", "RFC 9110, 5.6.1", {"A: x y, z"}, {"x y", "z"}}),
    test::rowName<ListCase>);

INSTANTIATE_TEST_SUITE_P(
    QuotedStrings, FieldList,
    testing::Values(
        ListCase{"Comma", "RFC 9110, 5.6.4", {R"(A: x="a, b", y)"}, {R"(x="a, b")", "y"}},
        ListCase{"EscapedQuote", "RFC 9110, 5.6.4", {R"(A: "a\", b", y)"}, {R"("a\", b")", "y"}},
        ListCase{"EscapedBackslash", "RFC 9110, 5.6.4", {R"(A: "a\\", b)"}, {R"("a\\")", "b"}},
        ListCase{"Two", "RFC 9110, 5.6.4", {R"(A: "a,b""c,d", e)"}, {R"("a,b""c,d")", "e"}},
        ListCase{"Empty", "RFC 9110, 5.6.4", {R"(A: "", x)"}, {R"("")", "x"}},
        ListCase{"NoEscapesOutside", "RFC 9110, 5.6.4", {R"(A: a\, b)"}, {R"(a\)", "b"}},
        ListCase{"OfOneLineOnly", "RFC 9110, 5.3", {R"(A: "x)", R"(A: y")"}, {"\"x", "y\""}}),
    test::rowName<ListCase>);

// What no rule covers: nothing may hide what stands behind it.
INSTANTIATE_TEST_SUITE_P(
    QuotesThatNothingEnds, FieldList,
    testing::Values(
        ListCase{"AreCharacters", "RFC 9110, 5.6.4", {R"(A: "x, y)"}, {"\"x", "y"}},
        ListCase{
            "BehindAWholeOne", "RFC 9110, 5.6.4", {R"(A: "a,b", "x, y)"}, {R"("a,b")", "\"x", "y"}},
        ListCase{"OneAlone", "RFC 9110, 5.6.4", {R"(A: ")"}, {"\""}},
        ListCase{"EndInAnEscape", "RFC 9110, 5.6.4", {R"(A: "x\", y)"}, {R"("x\")", "y"}},
        ListCase{"EndInABackslash", "RFC 9110, 5.6.4", {"A: \"x, y\\"}, {"\"x", "y\\"}}),
    test::rowName<ListCase>);

TEST(ListReader, LooksOnceForTheEndOfAQuote) {
  constexpr std::size_t kElements = 1u << 18;
  std::string value = "\"";
  for (std::size_t i = 0; i < kElements; ++i) value += R"(\",)";
  std::size_t count = 0;
  ListReader list(value);
  for (std::string_view element; list.next(element);) ++count;
  EXPECT_EQ(count, kElements);  // in milliseconds; were each to look, in minutes
}

TEST(QuotedString, IsWholeOrNone) {
  EXPECT_TRUE(isQuoted(R"("")"));
  EXPECT_TRUE(isQuoted(R"("a\"b")"));
  for (const char* text : {"", "\"", "a", R"("a)", R"(a")", R"("a"b)", R"("a\")", R"("a"b")"}) {
    EXPECT_FALSE(isQuoted(text)) << text;
  }
}

TEST(QuotedString, LosesQuotesAndEscapes) {
  EXPECT_EQ(unquoted(R"("")"), "");
  EXPECT_EQ(unquoted(R"("a\"b\\c\d")"), R"(a"b\cd)");
  EXPECT_EQ(unquoted(R"("a"b)"), R"("a"b)");
  EXPECT_EQ(unquoted("a\\b"), "a\\b");
}

}  // namespace
}  // namespace forage::http
