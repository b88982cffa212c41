// Ranges that are cut out of stored responses (RFC 9110, sections 13.1.5, 14 and 15.5.17).
#include "unit/http/answer_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::AnswerCase;
using test::fields;
using test::kBody;
using test::kNoon;
using test::Lines;
using test::linesOf;
using test::stored;

class RangeAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(RangeAnswer, Is) { test::expectAnswer(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Ranges, RangeAnswer,
    testing::Values(
        AnswerCase{"FirstAndLast",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=2-4"},
                   206,
                   "234",
                   "bytes 2-4/10"},
        AnswerCase{
            "OneByte", "RFC 9110, 14.1.2", "GET", {"Range: bytes=0-0"}, 206, "0", "bytes 0-0/10"},
        AnswerCase{
            "LastByte", "RFC 9110, 14.1.2", "GET", {"Range: bytes=9-9"}, 206, "9", "bytes 9-9/10"},
        AnswerCase{
            "All", "RFC 9110, 14.1.2", "GET", {"Range: bytes=0-"}, 206, kBody, "bytes 0-9/10"},
        AnswerCase{
            "OpenEnd", "RFC 9110, 14.1.2", "GET", {"Range: bytes=7-"}, 206, "789", "bytes 7-9/10"},
        AnswerCase{
            "Suffix", "RFC 9110, 14.1.2", "GET", {"Range: bytes=-3"}, 206, "789", "bytes 7-9/10"},
        AnswerCase{"SuffixOfMore",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=-99"},
                   206,
                   kBody,
                   "bytes 0-9/10"},
        AnswerCase{"BeyondTheEnd",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=7-99"},
                   206,
                   "789",
                   "bytes 7-9/10"},
        AnswerCase{"FarBeyondTheEnd",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=7-99999999999999999999999"},
                   206,
                   "789",
                   "bytes 7-9/10"},
        AnswerCase{"SuffixOfFarMore",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=-99999999999999999999999"},
                   206,
                   kBody,
                   "bytes 0-9/10"},
        AnswerCase{"LeadingZeros",
                   "RFC 9110, 14.1.1",
                   "GET",
                   {"Range: bytes=002-0004"},
                   206,
                   "234",
                   "bytes 2-4/10"},
        AnswerCase{"EmptyElements",
                   "RFC 9110, 5.6.1.2",
                   "GET",
                   {"Range: bytes=, 2-4 ,"},
                   206,
                   "234",
                   "bytes 2-4/10"},
        AnswerCase{"UnitInAnyCase",
                   "RFC 9110, 14.1",
                   "GET",
                   {"range: BYTES=2-4"},
                   206,
                   "234",
                   "bytes 2-4/10"}),
    test::rowName<AnswerCase>);

INSTANTIATE_TEST_SUITE_P(
    Unsatisfiable, RangeAnswer,
    testing::Values(
        AnswerCase{
            "AtTheEnd", "RFC 9110, 15.5.17", "GET", {"Range: bytes=10-"}, 416, "", "bytes */10"},
        AnswerCase{"BehindTheEnd",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=99-100"},
                   416,
                   "",
                   "bytes */10"},
        AnswerCase{"FarBehindTheEnd",
                   "RFC 9110, 14.1.2",
                   "GET",
                   {"Range: bytes=99999999999999999999999-"},
                   416,
                   "",
                   "bytes */10"},
        AnswerCase{
            "TheLastNone", "RFC 9110, 14.1.2", "GET", {"Range: bytes=-0"}, 416, "", "bytes */10"},
        AnswerCase{"WithAConditionThatHolds",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=10-", "If-Range: \"x\""},
                   416,
                   "",
                   "bytes */10"},
        AnswerCase{"WithAConditionThatDoesNot",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=10-", "If-Range: \"y\""},
                   200,
                   kBody},
        AnswerCase{"OfWhatHasNotChanged",
                   "RFC 9110, 13.2.2",
                   "GET",
                   {"Range: bytes=10-", "If-None-Match: \"x\""},
                   304,
                   ""},
        AnswerCase{"OfHead", "RFC 9110, 14.2: GET only", "HEAD", {"Range: bytes=10-"}, 200, ""}),
    test::rowName<AnswerCase>);

// "A server MAY ignore the Range header field": then all of it answers.
INSTANTIATE_TEST_SUITE_P(
    RangesIgnored, RangeAnswer,
    testing::Values(
        AnswerCase{"Several", "RFC 9110, 14.2", "GET", {"Range: bytes=0-1,4-5"}, 200, kBody},
        AnswerCase{"SeveralNoneOfWhichIsThere",
                   "RFC 9110, 14.2",
                   "GET",
                   {"Range: bytes=10-11,14-15"},
                   200,
                   kBody},
        AnswerCase{
            "Twice", "RFC 9110, 5.3", "GET", {"Range: bytes=0-1", "Range: bytes=0-1"}, 200, kBody},
        AnswerCase{"OfWhatIsCoded",
                   "RFC 9110, 14.2: bodies are given without their coding",
                   "GET",
                   {"Range: bytes=0-1"},
                   200,
                   kBody,
                   {},
                   {"Content-Encoding: gzip"}},
        AnswerCase{"UnsatisfiableOfWhatIsCoded",
                   "RFC 9110, 14.2",
                   "GET",
                   {"Range: bytes=10-"},
                   200,
                   kBody,
                   {},
                   {"Content-Encoding: gzip"}},
        AnswerCase{"OtherUnit", "RFC 9110, 14.2", "GET", {"Range: pages=0-1"}, 200, kBody},
        AnswerCase{"NoUnit", "RFC 9110, 14.2", "GET", {"Range: 0-1"}, 200, kBody},
        AnswerCase{"LastBeforeFirst", "RFC 9110, 14.1.1", "GET", {"Range: bytes=4-2"}, 200, kBody},
        AnswerCase{"NoDash", "RFC 9110, 14.1.1", "GET", {"Range: bytes=4"}, 200, kBody},
        AnswerCase{"DashAlone", "RFC 9110, 14.1.1", "GET", {"Range: bytes=-"}, 200, kBody},
        AnswerCase{"TwoDashes", "RFC 9110, 14.1.1", "GET", {"Range: bytes=1--2"}, 200, kBody},
        AnswerCase{"Sign", "RFC 9110, 14.1.1", "GET", {"Range: bytes=+1-2"}, 200, kBody},
        AnswerCase{"Letters", "RFC 9110, 14.1.1", "GET", {"Range: bytes=1-2x"}, 200, kBody},
        AnswerCase{"Hexadecimal", "RFC 9110, 14.1.1", "GET", {"Range: bytes=0x1-2"}, 200, kBody},
        AnswerCase{"Spaces", "RFC 9110, 14.1.1", "GET", {"Range: bytes=1 - 2"}, 200, kBody},
        AnswerCase{"Nothing", "RFC 9110, 14.2", "GET", {"Range:"}, 200, kBody},
        AnswerCase{"OfHead", "RFC 9110, 14.2: GET only", "HEAD", {"Range: bytes=0-1"}, 200, ""},
        AnswerCase{"OfAnError",
                   "RFC 9110, 14.2: 200",
                   "GET",
                   {"Range: bytes=0-1"},
                   404,
                   kBody,
                   {},
                   {},
                   404}),
    test::rowName<AnswerCase>);

INSTANTIATE_TEST_SUITE_P(
    IfRange, RangeAnswer,
    testing::Values(
        AnswerCase{"Strong",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=0-1", "If-Range: \"x\""},
                   206,
                   "01",
                   "bytes 0-1/10"},
        AnswerCase{"StrongOther",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=0-1", "If-Range: \"y\""},
                   200,
                   kBody},
        AnswerCase{"Weak",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=0-1", "If-Range: W/\"x\""},
                   200,
                   kBody,
                   {},
                   {"ETag: W/\"x\""}},
        AnswerCase{"Date",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=0-1", "If-Range: Mon, 15 Jun 2026 11:00:00 GMT"},
                   206,
                   "01",
                   "bytes 0-1/10",
                   {"Date: Mon, 15 Jun 2026 12:00:00 GMT",
                    "Last-Modified: Mon, 15 Jun 2026 11:00:00 GMT"}},
        AnswerCase{"DateOther",
                   "RFC 9110, 13.1.5",
                   "GET",
                   {"Range: bytes=0-1", "If-Range: Mon, 15 Jun 2026 11:30:00 GMT"},
                   200,
                   kBody,
                   {},
                   {"Date: Mon, 15 Jun 2026 12:00:00 GMT",
                    "Last-Modified: Mon, 15 Jun 2026 11:00:00 GMT"}},
        AnswerCase{"WithoutRange", "RFC 9110, 13.1.5", "GET", {"If-Range: \"x\""}, 200, kBody}),
    test::rowName<AnswerCase>);

const Lines kPart{"ETag: \"x\"", "Content-Length: 10", "Content-Range: bytes 20-29/40"};

INSTANTIATE_TEST_SUITE_P(OfAPart, RangeAnswer,
                         testing::Values(AnswerCase{"TheSame",
                                                    "RFC 9111, 3.3",
                                                    "GET",
                                                    {"Range: bytes=20-29"},
                                                    206,
                                                    kBody,
                                                    "bytes 20-29/40",
                                                    kPart,
                                                    206},
                                         AnswerCase{"Within",
                                                    "RFC 9111, 3.3",
                                                    "GET",
                                                    {"Range: bytes=22-24"},
                                                    206,
                                                    "234",
                                                    "bytes 22-24/40",
                                                    kPart,
                                                    206},
                                         AnswerCase{"OfNobodyKnowsWhat",
                                                    "RFC 9110, 14.4",
                                                    "GET",
                                                    {"Range: bytes=22-24"},
                                                    206,
                                                    "234",
                                                    "bytes 22-24/*",
                                                    {"ETag: \"x\"", "Content-Range: bytes 20-29/*"},
                                                    206},
                                         AnswerCase{
                                             "AsTheServerMadeIt",
                                             "RFC 9110, 15.3.7: a part of what was asked for",
                                             "GET",
                                             {"Range: bytes=10-29"},
                                             206,
                                             kBody,
                                             "bytes 20-29/40",
                                             kPart,
                                             206},
                                         AnswerCase{"NotModified",
                                                    "RFC 9110, 13.2.2",
                                                    "GET",
                                                    {"Range: bytes=22-24", "If-None-Match: \"x\""},
                                                    304,
                                                    "",
                                                    {},
                                                    kPart,
                                                    206}),
                         test::rowName<AnswerCase>);

TEST(StoredPart, AnswersARangeThatItHasAndNothingElse) {
  const EntryPtr part = stored(kPart, 206, kBody);
  EXPECT_TRUE(answersRange(*part, fields({"Range: bytes=22-24"})));
  EXPECT_TRUE(answersRange(*part, fields({"Range: bytes=22-24", "If-Range: \"x\""})));
  for (const Lines& request :
       {Lines{}, Lines{"Range: bytes=22-30"}, Lines{"Range: bytes=22-"}, Lines{"Range: bytes=-1"},
        Lines{"Range: bytes=22-23,25-26"}, Lines{"Range: bytes=22-24", "If-Range: \"y\""},
        Lines{"Range: bytes=40-"}}) {
    EXPECT_FALSE(answersRange(*part, fields(request))) << (request.empty() ? "" : request[0]);
  }
}

TEST(RangeOfAnEmptyBody, IsNotThereAndItsLastBytesAreAllOfIt) {
  const EntryPtr entry = stored({"ETag: \"x\""}, 200, "");
  const EntryPtr none = answerFrom(entry, "GET", fields({"Range: bytes=0-"}), false);
  EXPECT_EQ(none->status(), 416);
  EXPECT_EQ(none->headers().find("Content-Range"), "bytes */0");
  EXPECT_EQ(answerFrom(entry, "GET", fields({"Range: bytes=-5"}), false), entry);
}

TEST(UnsatisfiableAnswer, SaysHowLongTheBodyIsAndNothingOfIt) {
  const EntryPtr entry =
      stored({"Date: d", "Content-Length: 10", "Content-Type: a/b", "ETag: \"x\""}, 200, kBody,
             kNoon, kNoon + 1s);
  const EntryPtr answer = answerFrom(entry, "GET", fields({"Range: bytes=10-"}), false);
  EXPECT_EQ(linesOf(answer->headers()),
            (Lines{"Date: d", "Content-Range: bytes */10", "Content-Length: 0"}));
  EXPECT_EQ(answer->reason(), "Range Not Satisfiable");
  EXPECT_EQ(answer->received(), entry->received());
}

TEST(PartialAnswer, KeepsTheOtherFieldsAndTheTimes) {
  const EntryPtr entry =
      stored({"Date: d", "Content-Length: 10", "Content-Type: a/b"}, 200, kBody, kNoon, kNoon + 1s);
  const EntryPtr part = answerFrom(entry, "GET", fields({"Range: bytes=1-2"}), false);
  EXPECT_EQ(linesOf(part->headers()), (Lines{"Date: d", "Content-Type: a/b", "Content-Length: 2",
                                             "Content-Range: bytes 1-2/10"}));
  EXPECT_EQ(part->reason(), "Partial Content");
  EXPECT_EQ(part->key(), entry->key());
  EXPECT_EQ(part->requested(), entry->requested());
  EXPECT_EQ(part->received(), entry->received());
  EXPECT_EQ(part->expires(), entry->expires());
}

// Whoever can write to the store can write such a block.
TEST(PartialAnswer, SaysWhichPartWhateverTheStoredFields) {
  const EntryPtr entry = stored({"Date: d", "no field", "Server: s"}, 200, kBody);
  const EntryPtr part = answerFrom(entry, "GET", fields({"Range: bytes=1-2"}), false);
  EXPECT_EQ(part->status(), 206);
  EXPECT_EQ(linesOf(part->headers()),
            (Lines{"Date: d", "Content-Length: 2", "Content-Range: bytes 1-2/10"}));
}

}  // namespace
}  // namespace forage::http
