#include "value_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/fake_clock.h"

namespace forage::redis {
namespace {

using namespace std::string_view_literals;

const Key kKey = "url:http://example.com/";
constexpr std::size_t kMaxSize = 1u << 20;

// "gr\u00fc\u00dfe, plain text\n", and bytes that are no text.
constexpr std::string_view kZipped =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x2f\x3a\xbc\xe7\xf0\xfc\x54\x1d\x85\x82\x9c\xc4"
    "\xcc\x3c\x85\x92\xd4\x8a\x12\x2e\x00\x90\x65\xea\x85\x14\x00\x00\x00"sv;
constexpr std::string_view kZippedBytes =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xfb\xff\x4f\x21\x2f\xbf\x44\xa1\x24\xb5\xa2\x04\x00"
    "\x42\x8a\xea\x0e\x0b\x00\x00\x00"sv;
constexpr std::string_view kText =
    "gr\xc3\xbc\xc3\x9f"
    "e, plain text\n";

EntryPtr entryOf(std::string_view body, std::string_view coding = "", int status = 200,
                 std::string_view variant = "") {
  Response response;
  response.status = status;
  response.reason = "OK";
  response.headers.add("Content-Type", "text/html");
  if (!coding.empty()) response.headers.add("Content-Encoding", coding);
  response.body = body;
  const WallTime then{Millis(1'600'000'000'000)};
  return std::make_shared<const Entry>(kKey, std::move(response), then, then, WallTime::max(),
                                       variant);
}

struct BodyFormat : testing::Test {
  std::string stored(const EntryPtr& entry) const {
    const auto value = codec.encode(entry);
    if (!value) return "declined";
    EXPECT_EQ(value->head, "");
    return std::string(value->body);
  }

  test::FakeClock clock;
  ValueCodec codec{ValueFormat::kBody, kMaxSize, clock};
};

TEST_F(BodyFormat, IsTheTextAsItIs) {
  EXPECT_EQ(stored(entryOf("<html>")), "<html>");
  EXPECT_EQ(stored(entryOf("")), "");
  EXPECT_EQ(stored(entryOf(kText)), kText);
}

TEST_F(BodyFormat, IsNotThatOfHeadsAndParts) {
  const WallTime then{Millis(1'600'000'000'000)};
  const EntryPtr head = std::make_shared<const Entry>(
      std::string(kKey) + "#head", Response{200, "OK", {}, ""}, then, then, WallTime::max());
  EXPECT_EQ(stored(head), "declined");
  EXPECT_EQ(stored(entryOf("part", "", 206)), "declined");
}

TEST_F(BodyFormat, HasTheContentCodingTakenOff) {
  EXPECT_EQ(stored(entryOf(kZipped, "gzip")), kText);
  EXPECT_EQ(stored(entryOf(kZipped, "x-gzip")), kText);
}

TEST_F(BodyFormat, DeclinesWhatHasNoFormAsText) {
  EXPECT_EQ(stored(entryOf("\xff\xfe not text")), "declined");
  EXPECT_EQ(stored(entryOf(kZippedBytes, "gzip")), "declined");
  EXPECT_EQ(stored(entryOf(kZipped.substr(0, 30), "gzip")), "declined");  // cut
  EXPECT_EQ(stored(entryOf("plain", "rot13")), "declined");
  EXPECT_EQ(stored(entryOf(kZipped, "rot13, gzip")), "declined");
  EXPECT_EQ(stored(entryOf("not found", "", 404)), "declined");
  EXPECT_EQ(stored(entryOf("see there", "", 301)), "declined");
  EXPECT_EQ(stored(entryOf("for one language", "", 200, "de")), "declined");
  EXPECT_EQ(stored(entryOf(std::string(kMaxSize + 1, 'x'))), "declined");
}

TEST_F(BodyFormat, IsReadAsAResponseReceivedNow) {
  const EntryPtr entry = codec.decode(kKey, "any text");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->key(), kKey);
  EXPECT_EQ(entry->status(), 200);
  EXPECT_TRUE(entry->headers().empty());
  EXPECT_EQ(entry->body(), "any text");
  EXPECT_EQ(entry->received(), clock.wallNow());
  EXPECT_EQ(entry->requested(), clock.wallNow());
  EXPECT_FALSE(codec.decode(kKey, std::string(kMaxSize + 1, 'x')));
}

TEST_F(BodyFormat, StillReadsWholeResponses) {
  const EntryPtr whole = entryOf("page", "", 200);
  const std::string value = encodeEntryHead(*whole) + "page";
  const EntryPtr entry = codec.decode(kKey, std::string(value));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->body(), "page");
  EXPECT_EQ(entry->headers().find("Content-Type"), "text/html");
}

TEST_F(BodyFormat, NeverTakesADamagedResponseForAPage) {
  const std::string head = encodeEntryHead(*entryOf("page"));
  const std::string value = head + "page";
  EXPECT_FALSE(codec.decode("url:http://other/", std::string(value))) << "of another key";
  const std::size_t magic = value.find("Forage-Entry: ") + 14;
  for (std::size_t size = magic - 13; size < value.size(); ++size) {
    EXPECT_FALSE(codec.decode(kKey, value.substr(0, size))) << size;
  }
  for (std::size_t at = magic; at < value.size(); ++at) {
    std::string changed = value;
    changed[at] ^= 0x20;
    EXPECT_FALSE(codec.decode(kKey, std::move(changed))) << at;
  }
}

TEST_F(BodyFormat, LeavesATextThatOnlyBeginsLikeAResponseAPage) {
  for (const std::string text : {"HTTP/1.1 explained", "HTTP/1.1 200 OK\r\n",
                                 "HTTP/1.1 200 OK\r\nServer: a\r\n\r\nForage-Entry: v=1",
                                 "HTTP/1.1 200 OK\r\nForage: of cattle",
                                 "Forage-Entry: v=1, head=00000312", "HTTP/1.1", ""}) {
    const EntryPtr page = codec.decode(kKey, std::string(text));
    ASSERT_TRUE(page) << text;
    EXPECT_EQ(page->body(), text);
  }
}

TEST_F(BodyFormat, DeclinesAPageThatWouldBeReadAsAWholeResponse) {
  EXPECT_EQ(stored(entryOf(encodeEntryHead(*entryOf("page")) + "page")), "declined");
  EXPECT_EQ(stored(entryOf("HTTP/1.1 200 OK\r\nForage-Entry: a text")), "declined");
}

TEST(EntryFormat, IsTheWholeResponse) {
  const test::FakeClock clock;
  const ValueCodec codec(ValueFormat::kEntry, kMaxSize, clock);
  const EntryPtr entry = entryOf(kZipped, "gzip", 404);
  const auto value = codec.encode(entry);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->body.data(), entry->body().data());  // not copied
  const EntryPtr read = codec.decode(kKey, value->head + std::string(value->body));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status(), 404);
  EXPECT_EQ(read->body(), kZipped);
  EXPECT_FALSE(codec.decode(kKey, "any text"));
}

}  // namespace
}  // namespace forage::redis
