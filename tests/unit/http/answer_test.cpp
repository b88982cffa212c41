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
using test::Row;
using test::stored;

class Answer : public testing::TestWithParam<AnswerCase> {};
TEST_P(Answer, Is) { test::expectAnswer(GetParam()); }

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
