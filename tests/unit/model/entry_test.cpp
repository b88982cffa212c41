#include "forage/entry.h"

#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <iomanip>
#include <random>
#include <sstream>
#include <string>
#include <string_view>

namespace forage {
namespace {

constexpr std::string_view kKey = "url:http://example.com/a?b=c";

Response sampleResponse() {
  Response response;
  response.status = 200;
  response.reason = "OK";
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("ETag", "\"x\"");
  response.body = std::string("body\r\n\r\n\0\xff", 10);
  return response;
}

Entry entryOf(Response response, std::string_view key = kKey,
              WallTime expires = WallTime(Millis(1'700'000'003'000))) {
  return Entry(Key(key), std::move(response), WallTime(Millis(1'700'000'001'000)),
               WallTime(Millis(1'700'000'002'000)), expires);
}

std::string encoded(const Entry& entry) {
  return encodeEntryHead(entry) + std::string(entry.body());
}

void expectSame(const Entry& actual, const Entry& expected) {
  EXPECT_EQ(actual.key(), expected.key());
  EXPECT_EQ(actual.status(), expected.status());
  EXPECT_EQ(actual.reason(), expected.reason());
  EXPECT_EQ(actual.headers().block(), expected.headers().block());
  EXPECT_EQ(actual.body(), expected.body());
  EXPECT_EQ(actual.requested(), expected.requested());
  EXPECT_EQ(actual.received(), expected.received());
  EXPECT_EQ(actual.expires(), expected.expires());
}

void expectRoundTrip(const Entry& entry) {
  const EntryPtr decoded = decodeEntry(entry.key(), encoded(entry));
  ASSERT_NE(decoded, nullptr);
  expectSame(*decoded, entry);
}

/// The stored form of the sample with `from` replaced by `to`, and a head length and a checksum
/// that fit again: who can write to the store can do that.
std::string forged(std::string_view from, std::string_view to) {
  std::string value = encoded(entryOf(sampleResponse()));
  const std::size_t at = value.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  value.replace(at, from.size(), to);
  if (!from.starts_with("head=")) {
    std::ostringstream head;
    head << std::setw(8) << std::setfill('0') << value.find("\r\n\r\n") + 4;
    value.replace(value.find("head=") + 5, 8, head.str());
  }
  const std::size_t sum_at = value.find("sum=") + 4;
  std::string rest = value;
  rest.erase(sum_at, 16);
  std::ostringstream sum;
  sum << std::hex << std::setw(16) << std::setfill('0') << XXH3_64bits(rest.data(), rest.size());
  return value.replace(sum_at, 16, sum.str());
}

TEST(Entry, HoldsWhatTheResponseHeld) {
  const Entry entry = entryOf(sampleResponse());
  EXPECT_EQ(entry.key(), kKey);
  EXPECT_EQ(entry.status(), 200);
  EXPECT_EQ(entry.reason(), "OK");
  EXPECT_EQ(entry.headers().find("etag"), "\"x\"");
  EXPECT_EQ(entry.body(), sampleResponse().body);
  EXPECT_EQ(entry.requested(), WallTime(Millis(1'700'000'001'000)));
  EXPECT_EQ(entry.received(), WallTime(Millis(1'700'000'002'000)));
  EXPECT_EQ(entry.expires(), WallTime(Millis(1'700'000'003'000)));
}

TEST(Entry, CountsItsStringsInItsFootprint) {
  Response response = sampleResponse();
  response.body.assign(100'000, 'x');
  const Entry entry = entryOf(std::move(response));
  EXPECT_GE(entry.footprint(), sizeof(Entry) + 100'000 + kKey.size());
  EXPECT_LE(entry.footprint(), sizeof(Entry) + 100'000 + kKey.size() + 200);
}

TEST(Entry, KeepsNoRoomThatABodyGrewInto) {
  Response response = sampleResponse();
  response.body.reserve(1u << 20);
  response.body.assign(1000, 'x');
  EXPECT_LE(entryOf(std::move(response)).footprint(), 2000u);
}

TEST(StoredEntry, IsAnHttpMessage) {
  const std::string value = encoded(entryOf(sampleResponse()));
  EXPECT_TRUE(value.starts_with("HTTP/1.1 200 OK\r\nForage-Entry: v=1, head=")) << value;
  const std::size_t end = value.find("\r\n\r\n");
  EXPECT_EQ(value.substr(end + 4), sampleResponse().body);
  const HeadersView fields(std::string_view(value).substr(17, end + 2 - 17));
  EXPECT_EQ(fields.find("ETag"), "\"x\"");
  EXPECT_EQ(fields.count("Forage-Entry"), 1u);
}

TEST(StoredEntry, GivesBackTheEntry) { expectRoundTrip(entryOf(sampleResponse())); }

TEST(StoredEntry, GivesBackUnusualEntries) {
  Response bare;
  bare.status = 204;
  expectRoundTrip(entryOf(std::move(bare)));

  Response large = sampleResponse();
  large.body.clear();
  for (int i = 0; i < 1 << 20; ++i) large.body += static_cast<char>(i * 31 + i / 256);
  expectRoundTrip(entryOf(std::move(large)));

  Response wide = sampleResponse();
  for (int i = 0; i < 500; ++i) wide.headers.add("X-" + std::to_string(i), std::string(200, 'v'));
  expectRoundTrip(entryOf(std::move(wide)));

  Response phrase = sampleResponse();
  phrase.reason = "Weird, sum=0000000000000000, key=\xff";
  expectRoundTrip(entryOf(std::move(phrase)));
}

TEST(StoredEntry, GivesBackExtremeTimes) {
  for (const WallTime expires : {WallTime::max(), WallTime::min(), WallTime(Millis(0))}) {
    const Entry entry(Key(kKey), sampleResponse(), WallTime::min(), WallTime::max(), expires);
    expectRoundTrip(entry);
  }
}

TEST(StoredEntry, TakesKeysOfAnyBytes) {
  for (const std::string_view key :
       {std::string_view(""), std::string_view("a\r\nb"), std::string_view("\0x", 2),
        std::string_view(", key="), std::string_view("url:http://h/ü #\xff")}) {
    expectRoundTrip(entryOf(sampleResponse(), key));
  }
  expectRoundTrip(entryOf(sampleResponse(), std::string(1024, 'k')));
}

TEST(StoredEntry, TakesHostileHeaderBlocks) {
  for (const char* block : {"", "\r\n", "A: b", "A: b\r\n\r\nC: d\r\n", "no colon\r\n",
                            "Forage-Entry: v=1, head=00000000\r\n"}) {
    Response response = sampleResponse();
    response.headers = Headers(std::string(block));
    expectRoundTrip(entryOf(std::move(response)));
  }
}

TEST(StoredEntry, KeepsTheReasonOnItsLine) {
  Response response = sampleResponse();
  response.reason = std::string("a\r\nSet-Cookie: b\0c", 18);
  const Entry entry = entryOf(std::move(response));
  const EntryPtr decoded = decodeEntry(kKey, encoded(entry));
  ASSERT_NE(decoded, nullptr);
  EXPECT_EQ(decoded->reason(), "a  Set-Cookie: b c");
}

TEST(StoredEntry, BelongsToItsKeyAlone) {
  const std::string value = encoded(entryOf(sampleResponse()));
  for (const char* key : {"", "url:", "url:http://example.com/a?b=",
                          "url:http://example.com/a?b=cd", "url:http://example.com/A?b=c"}) {
    EXPECT_EQ(decodeEntry(key, std::string(value)), nullptr) << key;
  }
}

// As it is in Redis: every byte in turn, changed to everything else that it could be.
TEST(StoredEntry, NoticesEveryDamagedByte) {
  for (const char* variant : {"", "0123abcd.7"}) {
    const std::string whole = encoded(Entry(kKey, sampleResponse(), WallTime(Millis(1)),
                                            WallTime(Millis(2)), WallTime::max(), variant));
    ASSERT_NE(decodeEntry(kKey, std::string(whole)), nullptr);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (int flip = 1; flip < 256; ++flip) {
        std::string value = whole;
        value[i] = static_cast<char>(value[i] ^ flip);
        EXPECT_EQ(decodeEntry(kKey, std::move(value)), nullptr) << "byte " << i << " ^ " << flip;
      }
    }
  }
}

TEST(StoredEntry, NoticesEveryLengthButItsOwn) {
  const std::string whole = encoded(entryOf(sampleResponse()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(decodeEntry(kKey, whole.substr(0, size)), nullptr) << size;
  }
  EXPECT_EQ(decodeEntry(kKey, whole + '\0'), nullptr);
  EXPECT_EQ(decodeEntry(kKey, whole + whole), nullptr);
}

TEST(StoredEntry, NoticesAByteLostOrDoubledInTheMiddle) {
  const std::string whole = encoded(entryOf(sampleResponse()));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string lost = whole;
    lost.erase(i, 1);
    EXPECT_TRUE(lost == whole || decodeEntry(kKey, std::move(lost)) == nullptr) << i;
    std::string doubled = whole;
    doubled.insert(i, 1, whole[i]);
    EXPECT_EQ(decodeEntry(kKey, std::move(doubled)), nullptr) << i;
  }
}

TEST(StoredEntry, RefusesHostileNumbers) {
  const std::string whole = encoded(entryOf(sampleResponse()));
  const std::size_t head_at = whole.find("head=");
  const std::string head = whole.substr(head_at, 13);
  ASSERT_NE(decodeEntry(kKey, forged(head, head)), nullptr);
  ASSERT_NE(decodeEntry(kKey, forged("expires=1700000003000", "expires=-1")), nullptr);
  for (const char* to : {"head=", "head=-0000001", "head=00000000", "head=00000001",
                         "head=99999999", "head=18446744073709551615", "head=18446744073709551616",
                         "head=0x000100", "head= 0000100"}) {
    EXPECT_EQ(decodeEntry(kKey, forged(head, to)), nullptr) << to;
  }
  for (const char* to : {"1.1 -20 ", "1.1 99 ", "1.1 1000 ", "1.1 4294967496 ", "1.1  200 "}) {
    EXPECT_EQ(decodeEntry(kKey, forged("1.1 200 ", to)), nullptr) << to;
  }
  for (const char* to : {"expires=", "expires=9223372036854775808", "expires=1.5", "expires=x"}) {
    EXPECT_EQ(decodeEntry(kKey, forged("expires=1700000003000", to)), nullptr) << to;
  }
}

TEST(StoredEntry, RefusesAReasonOfMoreThanOneLine) {
  ASSERT_NE(decodeEntry(kKey, forged("OK", "Fine")), nullptr);
  for (const std::string_view to :
       {std::string_view("O\nK"), std::string_view("O\rK"), std::string_view("O\0K", 3)}) {
    EXPECT_EQ(decodeEntry(kKey, forged("OK", to)), nullptr);
  }
}

TEST(StoredEntry, RefusesVariantsThatCouldBreakAKey) {
  ASSERT_NE(decodeEntry(kKey, forged(", sum=", ", variant=0aZ-.9, sum=")), nullptr);
  for (const char* to : {", variant=a#b, sum=", ", variant=a b, sum=", ", variant=a\r\nB: c, sum=",
                         ", variant=\xff, sum=", ", variant=a, variant=b, sum="}) {
    EXPECT_EQ(decodeEntry(kKey, forged(", sum=", to)), nullptr) << to;
  }
}

TEST(StoredEntry, RefusesWhatIsNoStoredEntry) {
  for (const char* value :
       {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\n\r\n", "<!doctype html>", "HTTP/1.0 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nForage-Entry: v=2, head=00000100\r\n",
        "HTTP/1.1 200 OK\r\nForage-Entry: v=1, head=00000100, expires=1, requested=1, received=1, "
        "sum=0123456789abcdef, key=url:http://example.com/a?b=c"}) {
    EXPECT_EQ(decodeEntry(kKey, value), nullptr) << value;
  }
}

TEST(StoredEntry, SurvivesRandomSplices) {
  const std::string whole = encoded(entryOf(sampleResponse()));
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t a = random() % whole.size();
    const std::size_t b = random() % whole.size();
    std::string value = whole.substr(0, a) + whole.substr(b);
    if (value == whole) continue;
    EXPECT_EQ(decodeEntry(kKey, std::move(value)), nullptr);
  }
}

TEST(Entry, KeepsItsVariantInTheStoredForm) {
  const Entry entry(kKey, sampleResponse(), WallTime(Millis(1)), WallTime(Millis(2)),
                    WallTime::max(), "0123abcd.7");
  const EntryPtr decoded = decodeEntry(entry.key(), encoded(entry));
  ASSERT_NE(decoded, nullptr);
  EXPECT_EQ(decoded->variant(), "0123abcd.7");
  expectSame(*decoded, entry);
}

TEST(Entry, SharesTheBodyOfAnotherAndKeepsItAlive) {
  auto first = std::make_shared<const Entry>(kKey, sampleResponse(), WallTime{}, WallTime{},
                                             WallTime::max());
  const char* body = first->body().data();
  Response head = sampleResponse();
  head.headers.set("ETag", "\"y\"");
  head.body = "left alone";
  auto second = std::make_shared<const Entry>(kKey, std::move(head), first, WallTime{}, WallTime{},
                                              WallTime::max());
  first.reset();
  Response third_head = sampleResponse();
  const Entry third(kKey, std::move(third_head), second, WallTime{}, WallTime{}, WallTime::max());
  second.reset();
  EXPECT_EQ(third.body().data(), body);
  EXPECT_EQ(third.body(), sampleResponse().body);
  EXPECT_GT(third.footprint(), sizeof(Entry) * 2);
}

}  // namespace
}  // namespace forage
