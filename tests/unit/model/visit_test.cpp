#include "forage/visit.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace forage {
namespace {

// gzip of "hello", made by gzip -n.
constexpr std::string_view kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
    "\x00\x00",
    25);

Visit visitOf(std::string_view coding, std::string_view body) {
  Response response;
  response.status = 200;
  if (!coding.empty()) response.headers.add("Content-Encoding", coding);
  response.body = body;
  Visit visit;
  visit.outcome = Outcome::kFetched;
  visit.response = std::make_shared<const Entry>("url:http://h/", std::move(response), WallTime{},
                                                 WallTime{}, WallTime::max());
  return visit;
}

TEST(Visit, ShowsABodyWithoutCodingAsItIs) {
  const Visit visit = visitOf("", "text");
  EXPECT_EQ(visit.content(), "text");
  EXPECT_EQ(visit.content().data(), visit.response->body().data());
}

TEST(Visit, DecodesABodyOnce) {
  const Visit visit = visitOf("gzip", kHello);
  EXPECT_EQ(visit.content(), "hello");
  EXPECT_EQ(visit.content().data(), visit.content().data());
}

TEST(Visit, ShowsABodyInAnUnknownCodingAsReceived) {
  EXPECT_EQ(visitOf("compress", "text").content(), "text");
  EXPECT_EQ(visitOf("identity", "text").content(), "text");
  EXPECT_EQ(visitOf("", kHello).content(), kHello);
}

TEST(Visit, ShowsABodyThatCannotBeDecodedAsReceived) {
  EXPECT_EQ(visitOf("gzip", "text").content(), "text");
  EXPECT_EQ(visitOf("gzip", kHello.substr(0, 20)).content(), kHello.substr(0, 20));
}

TEST(Visit, DecodesToMaxContentAtMost) {
  Visit visit = visitOf("gzip", kHello);
  visit.max_content = 4;
  EXPECT_EQ(visit.content(), kHello);
  visit.max_content = 5;
  EXPECT_EQ(visit.content(), "hello");
}

TEST(Visit, PrefersWhatThePipelineDecoded) {
  Visit visit = visitOf("gzip", kHello);
  visit.decoded = std::make_shared<const std::string>("given");
  EXPECT_EQ(visit.content(), "given");
}

TEST(Visit, IsEmptyWithoutAResponse) {
  const Visit visit;
  EXPECT_EQ(visit.content(), "");
  EXPECT_EQ(visit.status(), 0);
  EXPECT_FALSE(visit.succeeded());
}

TEST(Visit, TakesAnEmptyBodyForEmptyContent) { EXPECT_EQ(visitOf("gzip", "").content(), ""); }

TEST(Visit, SucceedsUnlessItFailedOrWasBlocked) {
  Visit visit;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    visit.outcome = static_cast<Outcome>(i);
    const bool bad = visit.outcome == Outcome::kFailed || visit.outcome == Outcome::kBlocked;
    EXPECT_EQ(visit.succeeded(), !bad) << toString(visit.outcome);
  }
}

TEST(Outcome, HasAWordOfItsOwnForEach) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kOutcomes; ++i) words.insert(toString(static_cast<Outcome>(i)));
  EXPECT_EQ(words.size(), kOutcomes);
  EXPECT_FALSE(words.contains(""));
  EXPECT_EQ(toString(static_cast<Outcome>(kOutcomes)), "");
}

}  // namespace
}  // namespace forage
