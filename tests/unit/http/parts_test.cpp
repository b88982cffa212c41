#include "http/parts.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::fields;
using test::Lines;
using test::linesOf;
using test::Row;
using test::stored;

const std::string kAll = "0123456789";
const std::string kLargest = std::to_string(std::numeric_limits<std::size_t>::max());

/// "bytes 0-4/10" as one would write it; "" for none.
std::string text(const std::optional<HeldPart>& held) {
  if (!held) return "";
  const std::string total = held->total ? std::to_string(*held->total) : "*";
  return std::to_string(held->range.first) + "-" + std::to_string(held->range.last) + "/" + total;
}

/// Bytes `range`, "2-4", of kAll, with strong tag "1".
EntryPtr part(const std::string& range, const std::string& total = "10",
              const Lines& more = {"ETag: \"1\""}) {
  const std::size_t dash = range.find('-');
  const std::size_t first = std::stoul(range.substr(0, dash));
  const std::size_t last = std::stoul(range.substr(dash + 1));
  Lines lines{"Content-Range: bytes " + range + "/" + total};
  lines.insert(lines.end(), more.begin(), more.end());
  return stored(lines, 206, kAll.substr(first, last - first + 1));
}

// --- what a response holds ----------------------------------------------------------------------

struct HeldCase : Row {
  Lines lines;
  std::string body;
  std::string held;  // "" for nothing
  int status = 206;
};

class Held : public testing::TestWithParam<HeldCase> {};

TEST_P(Held, IsWhatContentRangeSays) {
  const HeldCase& c = GetParam();
  EXPECT_EQ(text(heldBy(*stored(c.lines, c.status, c.body))), c.held);
}

INSTANTIATE_TEST_SUITE_P(
    Responses, Held,
    testing::Values(
        HeldCase{"Part", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/10"}, "234", "2-4/10"},
        HeldCase{
            "OfNobodyKnowsWhat", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/*"}, "234", "2-4/*"},
        HeldCase{"Everything", "RFC 9110, 14.4", {"Content-Range: bytes 0-2/3"}, "012", "0-2/3"},
        HeldCase{"UnitInAnyCase", "RFC 9110, 14.1", {"Content-Range: Bytes 0-0/3"}, "0", "0-0/3"},
        HeldCase{"Whole", "RFC 9110, 15.3.1", {}, "0123", "0-3/4", 200},
        HeldCase{"EmptyWhole", "RFC 9110, 15.3.1", {}, "", "", 200},
        HeldCase{"NoContentRange", "RFC 9110, 15.3.7", {}, "234", ""},
        HeldCase{"TwoContentRanges",
                 "RFC 9110, 15.3.7",
                 {"Content-Range: bytes 2-4/10", "Content-Range: bytes 2-4/10"},
                 "234",
                 ""},
        HeldCase{"Short", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/10"}, "23", ""},
        HeldCase{"Long", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/10"}, "2345", ""},
        HeldCase{"Nothing", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/10"}, "", ""},
        HeldCase{"LastBeforeFirst", "RFC 9110, 14.4", {"Content-Range: bytes 4-2/10"}, "234", ""},
        HeldCase{"BehindTheEnd", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/4"}, "234", ""},
        HeldCase{"NoRange", "RFC 9110, 14.4", {"Content-Range: bytes */10"}, "234", ""},
        HeldCase{"NoTotal", "RFC 9110, 14.4", {"Content-Range: bytes 2-4"}, "234", ""},
        HeldCase{"EmptyTotal", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/"}, "234", ""},
        HeldCase{"MoreBehindIt", "RFC 9110, 14.4", {"Content-Range: bytes 2-4/10x"}, "234", ""},
        HeldCase{"Sign", "RFC 9110, 14.4", {"Content-Range: bytes -2-4/10"}, "234", ""},
        HeldCase{"OtherUnit", "RFC 9110, 14.4", {"Content-Range: lines 2-4/10"}, "234", ""},
        HeldCase{"NumbersTooLarge",
                 "RFC 9110, 14.4",
                 {"Content-Range: bytes 0-0/99999999999999999999999"},
                 "0",
                 ""},
        HeldCase{"NumbersAsLargeAsCanBe",
                 "RFC 9110, 14.4",
                 {"Content-Range: bytes 0-" + kLargest + "/*"},
                 "0",
                 ""}),
    test::rowName<HeldCase>);

// --- ranges within a part -----------------------------------------------------------------------

struct WithinCase : Row {
  std::string held;
  std::string total;
  std::string range;
  bool within;
};

class RangeInPart : public testing::TestWithParam<WithinCase> {};

TEST_P(RangeInPart, IsThereWhereAllOfItIs) {
  const WithinCase& c = GetParam();
  const auto held = heldBy(*part(c.held, c.total));
  const auto spec = readRange(fields({"Range: bytes=" + c.range}));
  ASSERT_TRUE(held && spec);
  EXPECT_EQ(rangeIn(*held, *spec).has_value(), c.within);
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, RangeInPart,
    testing::Values(WithinCase{"TheSame", "RFC 9111, 3.3", "2-6", "10", "2-6", true},
                    WithinCase{"Within", "RFC 9111, 3.3", "2-6", "10", "3-4", true},
                    WithinCase{"OneBefore", "RFC 9111, 3.3", "2-6", "10", "1-4", false},
                    WithinCase{"OneBehind", "RFC 9111, 3.3", "2-6", "10", "3-7", false},
                    WithinCase{"ToTheEnd", "RFC 9110, 14.1.2", "5-9", "10", "7-", true},
                    WithinCase{"BeyondTheEnd", "RFC 9110, 14.1.2", "5-9", "10", "7-99", true},
                    WithinCase{"ToAnEndThatIsNotThere", "RFC 9111, 3.3", "5-8", "10", "7-", false},
                    WithinCase{"Suffix", "RFC 9110, 14.1.2", "5-9", "10", "-5", true},
                    WithinCase{"LongerSuffix", "RFC 9111, 3.3", "5-9", "10", "-6", false},
                    WithinCase{"OfNobodyKnowsWhat", "RFC 9110, 14.4", "2-6", "*", "3-6", true},
                    WithinCase{"MoreOfNobodyKnowsWhat", "RFC 9110, 14.4", "2-6", "*", "3-7", false},
                    WithinCase{"EndOfNobodyKnowsWhat", "RFC 9110, 14.4", "2-9", "*", "3-", false},
                    WithinCase{"SuffixOfNobodyKnowsWhat", "RFC 9110, 14.4", "2-9", "*", "-3",
                               false},
                    WithinCase{"BehindTheEnd", "RFC 9110, 14.1.2", "2-9", "10", "10-", false}),
    test::rowName<WithinCase>);

// --- two parts ----------------------------------------------------------------------------------

struct CombinedCase : Row {
  EntryPtr older;
  EntryPtr newer;
  int status;  // 0 for nothing
  std::string body;
  std::optional<std::string> range = std::nullopt;  // Content-Range
  std::size_t max_part = 100;
};

class CombinedParts : public testing::TestWithParam<CombinedCase> {};

TEST_P(CombinedParts, Are) {
  const CombinedCase& c = GetParam();
  const std::optional<Response> sum = combined(*c.older, *c.newer, c.max_part);
  ASSERT_EQ(sum ? sum->status : 0, c.status);
  if (!sum) return;
  EXPECT_EQ(sum->body, c.body);
  EXPECT_EQ(sum->headers.view().joined("Content-Length"), std::to_string(c.body.size()));
  const auto range = sum->headers.find("Content-Range");
  EXPECT_EQ(range ? std::optional<std::string>(*range) : std::nullopt, c.range);
  EXPECT_EQ(sum->reason, c.status == 200 ? "OK" : "Partial Content");
}

const Lines kDated{"Date: Mon, 15 Jun 2026 12:00:00 GMT",
                   "Last-Modified: Mon, 15 Jun 2026 11:00:00 GMT"};
const Lines kJustModified{"Date: Mon, 15 Jun 2026 12:00:00 GMT",
                          "Last-Modified: Mon, 15 Jun 2026 12:00:00 GMT"};

INSTANTIATE_TEST_SUITE_P(
    Ranges, CombinedParts,
    testing::Values(
        CombinedCase{"FollowEachOther", "RFC 9111, 3.4", part("1-3"), part("4-6"), 206, "123456",
                     "bytes 1-6/10"},
        CombinedCase{"InTheOtherOrder", "RFC 9111, 3.4", part("4-6"), part("1-3"), 206, "123456",
                     "bytes 1-6/10"},
        CombinedCase{"Overlap", "RFC 9111, 3.4", part("1-5"), part("3-8"), 206, "12345678",
                     "bytes 1-8/10"},
        CombinedCase{"Within", "RFC 9111, 3.4", part("1-8"), part("3-5"), 206, "12345678",
                     "bytes 1-8/10"},
        CombinedCase{"Around", "RFC 9111, 3.4", part("3-5"), part("1-8"), 206, "12345678",
                     "bytes 1-8/10"},
        CombinedCase{"Apart", "RFC 9111, 3.4", part("1-3"), part("5-6"), 0, ""},
        CombinedCase{"ApartTheOtherWay", "RFC 9111, 3.4", part("5-6"), part("1-3"), 0, ""},
        CombinedCase{"Everything", "RFC 9110, 15.3.7.3", part("0-4"), part("5-9"), 200, kAll},
        CombinedCase{"EverythingBackwards", "RFC 9110, 15.3.7.3", part("5-9"), part("0-4"), 200,
                     kAll},
        CombinedCase{"EverythingInOneOfThem", "RFC 9110, 15.3.7.3", part("2-3"), part("0-9"), 200,
                     kAll},
        CombinedCase{"TotalOfOneOfThem", "RFC 9110, 14.4", part("0-4", "*"), part("5-9"), 200,
                     kAll},
        CombinedCase{"TotalOfNone", "RFC 9110, 14.4", part("0-4", "*"), part("5-9", "*"), 206, kAll,
                     "bytes 0-9/*"},
        CombinedCase{"OtherTotals", "RFC 9110, 14.4", part("0-4", "10"), part("5-8", "9"), 0, ""},
        CombinedCase{"BehindTheTotal", "RFC 9110, 14.4", part("0-4", "5"), part("5-8", "*"), 0, ""},
        CombinedCase{"WithAWhole", "RFC 9111, 3.4", stored({"ETag: \"1\""}, 200, kAll), part("2-4"),
                     200, kAll},
        CombinedCase{"WithAnotherWhole", "RFC 9111, 3.4", stored({"ETag: \"1\""}, 200, "abc"),
                     part("2-4"), 0, ""}),
    test::rowName<CombinedCase>);

INSTANTIATE_TEST_SUITE_P(
    Validators, CombinedParts,
    testing::Values(
        CombinedCase{"OtherTags", "RFC 9110, 15.3.7.3", part("0-4"),
                     part("5-9", "10", {"ETag: \"2\""}), 0, ""},
        CombinedCase{"WeakTags", "RFC 9110, 15.3.7.3", part("0-4", "10", {"ETag: W/\"1\""}),
                     part("5-9", "10", {"ETag: W/\"1\""}), 0, ""},
        CombinedCase{"OneWeakTag", "RFC 9110, 8.8.3.2", part("0-4"),
                     part("5-9", "10", {"ETag: W/\"1\""}), 0, ""},
        CombinedCase{"OneTag", "RFC 9110, 15.3.7.3", part("0-4"), part("5-9", "10", {}), 0, ""},
        CombinedCase{"None", "RFC 9110, 15.3.7.3", part("0-4", "10", {}), part("5-9", "10", {}), 0,
                     ""},
        CombinedCase{"Dates", "RFC 9110, 8.8.2.2", part("0-4", "10", kDated),
                     part("5-9", "10", kDated), 200, kAll},
        CombinedCase{"DatesOfTheSameSecond", "RFC 9110, 8.8.2.2", part("0-4", "10", kJustModified),
                     part("5-9", "10", kJustModified), 0, ""},
        CombinedCase{"OtherCodings", "RFC 9110, 8.8.3", part("0-4"),
                     part("5-9", "10", {"ETag: \"1\"", "Content-Encoding: gzip"}), 0, ""}),
    test::rowName<CombinedCase>);

INSTANTIATE_TEST_SUITE_P(
    Limit, CombinedParts,
    testing::Values(CombinedCase{"Reached", "bounded", part("1-3"), part("4-6"), 206, "123456",
                                 "bytes 1-6/10", 6},
                    CombinedCase{"Passed", "bounded", part("1-3"), part("4-6"), 0, "", {}, 5},
                    CombinedCase{
                        "OfNoEverything", "bounded", part("0-4"), part("5-9"), 200, kAll, {}, 5}),
    test::rowName<CombinedCase>);

// "A cache MUST use the header fields provided in the new response, aside from Content-Range, to
// replace all instances of the corresponding header fields in the stored response" (section 3.4).
TEST(CombinedParts, HaveTheFieldsOfTheNewer) {
  const EntryPtr older = part("0-4", "10", {"ETag: \"1\"", "A: 1", "B: 1", "Age: 5", "Date: then"});
  const EntryPtr newer = part("5-9", "10", {"ETag: \"1\"", "B: 2", "b: 3", "Date: now"});
  const std::optional<Response> sum = combined(*older, *newer, 100);
  ASSERT_TRUE(sum);
  EXPECT_EQ(linesOf(sum->headers),
            (Lines{"A: 1", "ETag: \"1\"", "B: 2", "b: 3", "Date: now", "Content-Length: 10"}));
}

TEST(WholeHead, IsThatOfA200) {
  const Response head = wholeHead(part("0-9")->headers(), 10);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.reason, "OK");
  EXPECT_EQ(linesOf(head.headers), (Lines{"ETag: \"1\"", "Content-Length: 10"}));
}

// --- the rest of a part -------------------------------------------------------------------------

TEST(RestOfAPart, IsAskedForOnConditionThatItIsOfTheSame) {
  const auto asked = [](const EntryPtr& entry) {
    Headers request = fields({"Accept: a/b"});
    return askForRest(request, *entry) ? linesOf(request) : Lines{};
  };
  EXPECT_EQ(asked(part("0-4")), (Lines{"Accept: a/b", "Range: bytes=5-", "If-Range: \"1\""}));
  EXPECT_EQ(asked(part("0-4", "*")), (Lines{"Accept: a/b", "Range: bytes=5-", "If-Range: \"1\""}));
  EXPECT_EQ(asked(part("3-9")), (Lines{"Accept: a/b", "Range: bytes=0-2", "If-Range: \"1\""}));
  EXPECT_EQ(asked(part("0-4", "10", kDated)),
            (Lines{"Accept: a/b", "Range: bytes=5-", "If-Range: Mon, 15 Jun 2026 11:00:00 GMT"}));
}

TEST(RestOfAPart, IsNotAskedForWithoutAConditionOrInPieces) {
  for (const EntryPtr& entry :
       {part("2-4"), part("3-9", "*"), part("0-9"), part("0-4", "10", {}),
        part("0-4", "10", {"ETag: W/\"1\""}), part("0-4", "10", kJustModified)}) {
    Headers request;
    EXPECT_FALSE(askForRest(request, *entry)) << entry->headers().block();
    EXPECT_EQ(request.block(), "");
  }
}

}  // namespace
}  // namespace forage::http
