#include "http/answer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using namespace std::chrono_literals;
using test::fields;
using test::kNoon;
using test::Lines;
using test::linesOf;
using test::Row;
using test::stored;

const std::string kBody = "0123456789";

struct AnswerCase : Row {
  std::string method;
  Lines request;
  int status;
  std::string body;
  std::optional<std::string> range = std::nullopt;  // Content-Range
  Lines stored = {"ETag: \"x\"", "Content-Length: 10"};
  int stored_status = 200;
};

class Answer : public testing::TestWithParam<AnswerCase> {};

TEST_P(Answer, Is) {
  const AnswerCase& c = GetParam();
  const EntryPtr entry = stored(c.stored, c.stored_status, kBody);
  const EntryPtr answer = answerFrom(entry, c.method, fields(c.request), false);
  EXPECT_EQ(answer->status(), c.status);
  EXPECT_EQ(answer->body(), c.body);
  const auto range = answer->headers().find("Content-Range");
  EXPECT_EQ(range ? std::optional<std::string>(*range) : std::nullopt, c.range);
  if (c.status == 206) {
    EXPECT_EQ(answer->headers().find("Content-Length"), std::to_string(c.body.size()));
    EXPECT_EQ(answer->headers().count("Content-Length"), 1u);
    EXPECT_EQ(answer->headers().find("ETag"), entry->headers().find("ETag"));
  }
  const bool whole = c.method == "GET" && c.status == c.stored_status;
  EXPECT_EQ(answer == entry, whole) << "a hit copies nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Whole, Answer,
    testing::Values(AnswerCase{"Get", "RFC 9111, 4", "GET", {}, 200, kBody},
                    AnswerCase{"Head", "RFC 9110, 9.3.2", "HEAD", {}, 200, ""},
                    AnswerCase{
                        "HeadOfAnError", "RFC 9110, 9.3.2", "HEAD", {}, 404, "", {}, {}, 404},
                    AnswerCase{"GetOfAnError", "RFC 9111, 4", "GET", {}, 404, kBody, {}, {}, 404}),
    test::rowName<AnswerCase>);

INSTANTIATE_TEST_SUITE_P(
    Conditions, Answer,
    testing::Values(
        AnswerCase{"NotModified", "RFC 9111, 4.3.2", "GET", {"If-None-Match: \"x\""}, 304, ""},
        AnswerCase{
            "NotModifiedToHead", "RFC 9110, 13.2.1", "HEAD", {"If-None-Match: \"x\""}, 304, ""},
        AnswerCase{"Modified", "RFC 9111, 4.3.2", "GET", {"If-None-Match: \"y\""}, 200, kBody},
        AnswerCase{"ByDate",
                   "RFC 9111, 4.3.2",
                   "GET",
                   {"If-Modified-Since: Mon, 15 Jun 2026 12:00:00 GMT"},
                   304,
                   ""},
        AnswerCase{"OfAnError",
                   "RFC 9110, 13.2.1: 2xx",
                   "GET",
                   {"If-None-Match: *"},
                   404,
                   kBody,
                   {},
                   {},
                   404},
        AnswerCase{"OfARedirect",
                   "RFC 9110, 13.2.1: 2xx",
                   "GET",
                   {"If-None-Match: *"},
                   301,
                   kBody,
                   {},
                   {},
                   301},
        AnswerCase{"BeforeTheRange",
                   "RFC 9110, 13.2.2",
                   "GET",
                   {"If-None-Match: \"x\"", "Range: bytes=0-1"},
                   304,
                   ""},
        AnswerCase{"ThatFailsBeforeTheRange",
                   "RFC 9110, 13.2.2",
                   "GET",
                   {"If-None-Match: \"y\"", "Range: bytes=0-1"},
                   206,
                   "01",
                   "bytes 0-1/10"}),
    test::rowName<AnswerCase>);

INSTANTIATE_TEST_SUITE_P(
    Ranges, Answer,
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
        AnswerCase{"UnitInAnyCase",
                   "RFC 9110, 14.1",
                   "GET",
                   {"range: BYTES=2-4"},
                   206,
                   "234",
                   "bytes 2-4/10"}),
    test::rowName<AnswerCase>);

// "A server MAY ignore the Range header field": then all of it answers.
INSTANTIATE_TEST_SUITE_P(
    RangesIgnored, Answer,
    testing::Values(
        AnswerCase{"Unsatisfiable", "RFC 9110, 14.2", "GET", {"Range: bytes=10-"}, 200, kBody},
        AnswerCase{"FarUnsatisfiable",
                   "RFC 9110, 14.2",
                   "GET",
                   {"Range: bytes=99999999999999999999999-"},
                   200,
                   kBody},
        AnswerCase{"SuffixOfNothing", "RFC 9110, 14.1.2", "GET", {"Range: bytes=-0"}, 200, kBody},
        AnswerCase{"Several", "RFC 9110, 14.2", "GET", {"Range: bytes=0-1,4-5"}, 200, kBody},
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
    IfRange, Answer,
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

TEST(PartialAnswer, IsTheWholeOfAnEmptyBody) {
  const EntryPtr entry = stored({"Content-Length: 0"});
  for (const char* range : {"Range: bytes=0-", "Range: bytes=-1", "Range: bytes=0-0"}) {
    EXPECT_EQ(answerFrom(entry, "GET", fields({range}), false), entry) << range;
  }
}

TEST(HeadAnswer, HasAllFieldsOfGet) {
  const Lines lines{"Date: d", "Content-Length: 10", "Content-Type: a/b", "ETag: \"x\""};
  const EntryPtr answer = answerFrom(stored(lines, 200, kBody), "HEAD", fields({}), false);
  EXPECT_EQ(linesOf(answer->headers()), lines);
  EXPECT_EQ(answer->reason(), "As It Was");
}

// "MUST generate [...] Content-Location, Date, ETag, and Vary; Cache-Control and Expires", and no
// other "unless said metadata exists for the purpose of guiding cache updates" (RFC 9110, section
// 15.4.5).
TEST(NotModifiedAnswer, HasTheFieldsThatGuideACache) {
  const EntryPtr entry = stored(
      {"Date: d", "Server: s", "Content-Type: a/b", "Content-Length: 10", "Content-Encoding: gzip",
       "Content-Location: /a", "Cache-Control: max-age=60", "cache-control: public", "ETag: \"x\"",
       "Expires: e", "Vary: A", "Last-Modified: m", "Set-Cookie: c"},
      200, kBody);
  const EntryPtr answer = answerFrom(entry, "GET", fields({"If-None-Match: \"x\""}), false);
  EXPECT_EQ(linesOf(answer->headers()),
            (Lines{"Date: d", "Content-Location: /a", "Cache-Control: max-age=60",
                   "cache-control: public", "ETag: \"x\"", "Expires: e", "Vary: A"}));
  EXPECT_EQ(answer->reason(), "Not Modified");
  EXPECT_EQ(answer->received(), entry->received());
}

TEST(NotModifiedAnswer, HasLastModifiedWhereThereIsNoTag) {
  const std::string modified = "Last-Modified: Mon, 15 Jun 2026 11:00:00 GMT";
  const EntryPtr answer =
      answerFrom(stored({modified, "Server: s"}, 200, kBody), "GET",
                 fields({"If-Modified-Since: Mon, 15 Jun 2026 11:00:00 GMT"}), false);
  EXPECT_EQ(linesOf(answer->headers()), Lines{modified});
}

struct QualifiedCase : Row {
  Lines stored;
  Lines answered;
};

class QualifiedNoCacheAnswer : public testing::TestWithParam<QualifiedCase> {};

TEST_P(QualifiedNoCacheAnswer, LeavesFieldsOutUntilTheyAreValidated) {
  const QualifiedCase& c = GetParam();
  const EntryPtr entry = stored(c.stored, 200, kBody);
  const EntryPtr answer = answerFrom(entry, "GET", fields({}), false);
  EXPECT_EQ(linesOf(answer->headers()), c.answered);
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->body().data(), entry->body().data());
  EXPECT_EQ(answerFrom(entry, "GET", fields({}), true), entry);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, QualifiedNoCacheAnswer,
    testing::Values(QualifiedCase{"One",
                                  "RFC 9111, 5.2.2.4",
                                  {"A: 1", R"(Cache-Control: max-age=60, no-cache="Set-Cookie")",
                                   "Set-Cookie: a", "set-cookie: b"},
                                  {"A: 1", R"(Cache-Control: max-age=60, no-cache="Set-Cookie")"}},
                    QualifiedCase{"Several",
                                  "RFC 9111, 5.2.2.4",
                                  {R"(Cache-Control: no-cache="A, b")", "A: 1", "B: 2", "C: 3"},
                                  {R"(Cache-Control: no-cache="A, b")", "C: 3"}},
                    QualifiedCase{
                        "OfASecondLine",
                        "RFC 9110, 5.3",
                        {"Cache-Control: max-age=60", "A: 1", R"(cache-control: No-Cache="A")"},
                        {"Cache-Control: max-age=60", R"(cache-control: No-Cache="A")"}},
                    QualifiedCase{"NotThere",
                                  "RFC 9111, 5.2.2.4",
                                  {R"(Cache-Control: no-cache="B")", "A: 1"},
                                  {R"(Cache-Control: no-cache="B")", "A: 1"}},
                    QualifiedCase{"PrivateIsForSharedCaches",
                                  "RFC 9111, 5.2.2.7",
                                  {R"(Cache-Control: private="A")", "A: 1"},
                                  {R"(Cache-Control: private="A")", "A: 1"}}),
    test::rowName<QualifiedCase>);

TEST(QualifiedNoCacheAnswer, HoldsForHeadsPartsAnd304s) {
  const EntryPtr entry = stored(
      {R"(Cache-Control: no-cache="Vary, A")", "A: 1", "Vary: x", "ETag: \"x\""}, 200, kBody);
  for (const Lines& request : {Lines{}, Lines{"Range: bytes=0-1"}, Lines{"If-None-Match: \"x\""}}) {
    for (const char* method : {"GET", "HEAD"}) {
      const EntryPtr answer = answerFrom(entry, method, fields(request), false);
      EXPECT_FALSE(answer->headers().find("A") || answer->headers().find("Vary"))
          << answer->status();
    }
  }
}

TEST(OwnResponse, IsEmptyAndDated) {
  const EntryPtr answer = ownResponse(504, "Gateway Timeout", "url:http://example.com/", kNoon);
  EXPECT_EQ(answer->status(), 504);
  EXPECT_EQ(answer->reason(), "Gateway Timeout");
  EXPECT_EQ(answer->key(), "url:http://example.com/");
  EXPECT_EQ(answer->body(), "");
  EXPECT_EQ(linesOf(answer->headers()),
            (Lines{"Date: Mon, 15 Jun 2026 12:00:00 GMT", "Content-Length: 0"}));
  EXPECT_EQ(answer->received(), kNoon);
}

}  // namespace
}  // namespace forage::http
