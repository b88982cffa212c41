#include "cache/entry_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "entries.h"

namespace forage::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Millis kMinute = std::chrono::minutes(1);

TEST(EntryView, LooksBehindThePrefixAndTheVariant) {
  const Seen seen({.key = "url:http://h/a#en"});
  EXPECT_EQ(seen.view.key, "url:http://h/a#en");
  EXPECT_EQ(seen.view.name, "http://h/a#en");
  EXPECT_EQ(seen.view.url, "http://h/a");
  EXPECT_EQ(seen.view.variant, "en");
  EXPECT_EQ(seen.view.type, "text/html");
  EXPECT_EQ(seen.view.age, std::chrono::hours(1));
}

TEST(EntryView, EndsWhenTheStoreOrTheEntryEnds) {
  EXPECT_EQ(Seen({}).view.remaining, kForever);
  EXPECT_EQ(Seen({}, kMinute).view.remaining, kMinute);
  EXPECT_EQ(Seen({.expires = kNow + kMinute}, 2 * kMinute).view.remaining, kMinute);
  EXPECT_EQ(Seen({.expires = kNow - kMinute}, kMinute).view.remaining, -kMinute);
  EXPECT_EQ(Seen({.expires = WallTime::min()}).view.remaining, Millis::min()) << "saturates";
}

TEST(EntryView, HasNoAgeBeforeItsTime) {
  EXPECT_EQ(Seen({.age = -kMinute}).view.age, Millis::zero());
}

TEST(ListLine, HasItsColumns) {
  EXPECT_EQ(listLine(Seen({.body = std::string(12'600, 'x')}, kMinute).view),
            "200    12.3 KiB     1h00m     1m00s  text/html                 http://h/a\n");
  EXPECT_EQ(listLine(Seen({.status = 404, .headers = "", .body = ""}).view),
            "404         0 B     1h00m     never  -                         http://h/a\n");
  EXPECT_THAT(listLine(Seen({.expires = kNow}).view), HasSubstr("   expired  "));
}

TEST(ListLine, TellsVariants) {
  EXPECT_THAT(listLine(Seen({.key = "url:http://h/a#en", .variant = "en"}).view),
              HasSubstr("  http://h/a#en\n"));
  EXPECT_THAT(listLine(Seen({.variant = "en"}).view), HasSubstr("  http://h/a (variant en)\n"));
}

TEST(ListLine, ShowsNeitherControlCharactersNorSecrets) {
  const std::string line = listLine(Seen({.key = "url:http://me:hunter2@h/\x1b[2J?token=hunter3",
                                          .headers = "Content-Type: a\x1b[31m\r\n",
                                          .variant = "\x1b"
                                                     "c"})
                                        .view);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find("hunter"), std::string::npos) << line;
}

TEST(ListJson, HasEveryKey) {
  const Seen seen(
      {.headers = "Content-Type: text/html\r\nETag: \"x\"\r\nContent-Encoding: gzip\r\n",
       .expires = kNow + kMinute,
       .variant = "en"});
  EXPECT_EQ(jsonLine(listJson(seen.view)),
            "{\"key\":\"url:http://h/a\",\"url\":\"http://h/a\",\"variant\":\"en\",\"status\":200,"
            "\"reason\":\"OK\",\"content_type\":\"text/html\",\"bytes\":4,"
            "\"received\":\"2023-11-14T21:13:20.000Z\",\"age_seconds\":3600.0,"
            "\"expires\":\"2023-11-14T22:14:20.000Z\",\"remaining_seconds\":60.0,"
            "\"etag\":\"\\\"x\\\"\",\"content_encoding\":\"gzip\"}\n");
}

TEST(ListJson, OfWhatNeverExpiresHasNull) {
  const Json json = listJson(Seen({}).view);
  EXPECT_TRUE(json["expires"].is_null());
  EXPECT_TRUE(json["remaining_seconds"].is_null());
  EXPECT_FALSE(json.contains("variant"));
}

TEST(ListJson, IsSafeToShow) {
  const std::string line = jsonLine(listJson(
      Seen({.key = "url:http://h/\xC2\x9B\xFF?token=hunter3", .headers = "ETag: \x1b[2J\r\n"})
          .view));
  for (const char c : line) {
    EXPECT_TRUE((c >= ' ' && c < 0x7f) || c == '\n') << line;
  }
  EXPECT_EQ(line.find("hunter"), std::string::npos);
}

TEST(AboutText, HasStatusHeaderAndWhatTheCacheKnows) {
  const Seen seen({.headers = "Content-Type: text/html\r\nX-Bad: \x1b[2J\r\nLocation: "
                              "http://me:hunter2@h/\r\n",
                   .expires = kNow + kMinute});
  EXPECT_EQ(aboutText(seen.view),
            "HTTP/1.1 200 OK\n"
            "Content-Type: text/html\n"
            "X-Bad: ?[2J\n"
            "Location: http://me:***@h/\n"
            "\n"
            "key        url:http://h/a\n"
            "received   2023-11-14T21:13:20.000Z\n"
            "age        1h00m\n"
            "expires    2023-11-14T22:14:20.000Z\n"
            "remaining  1m00s\n"
            "size       4 B (4 bytes)\n");
  EXPECT_THAT(aboutText(Seen({.variant = "en"}).view), HasSubstr("\nvariant    en\n"));
}

TEST(AboutJson, HasTheHeaderFieldsInOrder) {
  const Json json = aboutJson(Seen({.headers = "B: 1\r\nA: 2\r\nB: 3\r\n"}).view);
  EXPECT_EQ(json["headers"].dump(), R"([["B","1"],["A","2"],["B","3"]])");
  EXPECT_EQ(json["requested"], "2023-11-14T21:13:19.750Z");
}

}  // namespace
}  // namespace forage::app
