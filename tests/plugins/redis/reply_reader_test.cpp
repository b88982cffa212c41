#include "reply_reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "fault.h"

namespace forage::redis {
namespace {

using Type = Reply::Type;
constexpr std::size_t kLimit = 1000;

std::optional<Fault> faultOf(ReplyReader& reader, std::string_view bytes) {
  try {
    while (!bytes.empty()) {
      const auto slice = bytes.substr(0, ReplyReader::kSlice);
      bytes.remove_prefix(slice.size());
      reader.feed(slice);
      while (reader.next()) {
      }
    }
  } catch (const ConnectionError& error) {
    return error.fault();
  }
  return std::nullopt;
}

TEST(ReplyReader, ReadsEveryType) {
  ReplyReader reader(kLimit);
  reader.feed("+OK\r\n-ERR no\r\n:-42\r\n$-1\r\n$5\r\na\r\nbc\r\n*-1\r\n*0\r\n");
  auto reply = reader.next();
  EXPECT_EQ(reply->type, Type::kStatus);
  EXPECT_EQ(reply->text, "OK");
  reply = reader.next();
  EXPECT_EQ(reply->type, Type::kError);
  EXPECT_EQ(reply->text, "ERR no");
  reply = reader.next();
  EXPECT_EQ(reply->type, Type::kInteger);
  EXPECT_EQ(reply->integer, -42);
  EXPECT_EQ(reader.next()->type, Type::kNil);
  reply = reader.next();
  EXPECT_EQ(reply->type, Type::kString);
  EXPECT_EQ(reply->text, "a\r\nbc");
  EXPECT_EQ(reader.next()->type, Type::kNil);
  reply = reader.next();
  EXPECT_EQ(reply->type, Type::kArray);
  EXPECT_TRUE(reply->items.empty());
  EXPECT_EQ(reader.next(), nullptr);
}

TEST(ReplyReader, ReadsNestedArrays) {
  ReplyReader reader(kLimit);
  reader.feed("*3\r\n$2\r\n17\r\n*2\r\n$1\r\na\r\n*1\r\n:7\r\n+end\r\n");
  const auto reply = reader.next();
  ASSERT_NE(reply, nullptr);
  ASSERT_EQ(reply->items.size(), 3U);
  EXPECT_EQ(reply->items[0].text, "17");
  ASSERT_EQ(reply->items[1].items.size(), 2U);
  EXPECT_EQ(reply->items[1].items[0].text, "a");
  EXPECT_EQ(reply->items[1].items[1].items.at(0).integer, 7);
  EXPECT_EQ(reply->items[2].text, "end");
}

TEST(ReplyReader, ReadsTheSameHoweverTheBytesAreCut) {
  const std::string bytes = "*2\r\n$3\r\nabc\r\n*1\r\n:12\r\n$4\r\n\r\n\r\n\r\n+OK\r\n";
  ReplyReader reader(kLimit);
  std::vector<Type> types;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    while (const auto reply = reader.next()) types.push_back(reply->type);
  }
  EXPECT_EQ(types, (std::vector{Type::kArray, Type::kString, Type::kStatus}));
  EXPECT_FALSE(reader.isAmidReply());
}

TEST(ReplyReader, KnowsThatItIsAmidAReply) {
  ReplyReader reader(kLimit);
  EXPECT_FALSE(reader.isAmidReply());
  reader.feed("$");
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_TRUE(reader.isAmidReply());
  reader.feed("2\r\nab\r\n");
  EXPECT_NE(reader.next(), nullptr);
  EXPECT_FALSE(reader.isAmidReply());
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_FALSE(reader.isAmidReply());
  reader.feed("+OK\r\n+");
  EXPECT_NE(reader.next(), nullptr);
  EXPECT_TRUE(reader.isAmidReply());
}

TEST(ReplyReader, ReadsAnArrayAsFarAsItHasCome) {
  ReplyReader reader(kLimit);
  reader.feed("*2\r\n:1\r\n");
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_TRUE(reader.isAmidReply());
}

TEST(ReplyReader, RefusesWhatIsNoResp2) {
  for (const std::string bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "%1\r\n", "_\r\n", "$abc\r\n", "$-2\r\n", "*-2\r\n",
        "$99999999999999999999\r\n", "*99999999999\r\n", "\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    ReplyReader reader(kLimit);
    EXPECT_EQ(faultOf(reader, bytes), Fault::kProtocol) << bytes;
  }
}

TEST(ReplyReader, RefusesAStringBeyondItsLimit) {
  ReplyReader reader(kLimit);
  EXPECT_EQ(faultOf(reader, "$1000\r\n" + std::string(1000, 'x') + "\r\n"), std::nullopt);
  EXPECT_EQ(faultOf(reader, "$1001\r\n" + std::string(1001, 'x') + "\r\n"), Fault::kTooLarge);
}

TEST(ReplyReader, RefusesAHugeStringBeforeItHasAllArrived) {
  ReplyReader reader(kLimit);
  EXPECT_EQ(faultOf(reader, "$500000000\r\n" + std::string(200'000, 'x')), Fault::kTooLarge);
}

TEST(ReplyReader, CountsTheLimitOverAWholeArray) {
  std::string bytes = "*3\r\n";
  for (int i = 0; i < 3; ++i) bytes += "$400\r\n" + std::string(400, 'x') + "\r\n";
  ReplyReader reader(kLimit);
  EXPECT_EQ(faultOf(reader, bytes), Fault::kTooLarge);
}

TEST(ReplyReader, BeginsEachReplyWithItsWholeLimit) {
  ReplyReader reader(kLimit);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(faultOf(reader, "$900\r\n" + std::string(900, 'x') + "\r\n"), std::nullopt);
  }
}

TEST(ReplyReader, RefusesAnArrayOfTooManyItems) {
  std::string bytes = "*200000\r\n";
  for (int i = 0; i < 200'000; ++i) bytes += "$-1\r\n";
  ReplyReader reader(1u << 30);
  EXPECT_EQ(faultOf(reader, bytes), Fault::kTooLarge);
}

TEST(ReplyReader, TakesNoMemoryForWhatAnArrayOnlyAnnounces) {
  ReplyReader reader(kLimit);
  EXPECT_EQ(faultOf(reader, "*2147483647\r\n:1\r\n"), std::nullopt);
}

// hiredis looks for the end of the line from its beginning with every byte fed: without a bound, an
// endless line takes quadratic time.
TEST(ReplyReader, RefusesALineWithoutAnEnd) {
  for (const std::string start : {"+", "-", ":", "$", "*"}) {
    ReplyReader reader(std::size_t{1} << 30);
    EXPECT_EQ(faultOf(reader, start + std::string(200'000, '1')), Fault::kProtocol) << start;
  }
}

TEST(ReplyReader, ReadsALargeStringWhole) {
  ReplyReader reader(64u << 20);
  std::string body(5u << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>(i);
  std::string bytes = "$";
  bytes.append(std::to_string(body.size())).append("\r\n").append(body).append("\r\n");
  std::string_view rest = bytes;
  std::unique_ptr<Reply> reply;
  while (!rest.empty()) {
    ASSERT_EQ(reply, nullptr);
    const auto slice = rest.substr(0, ReplyReader::kSlice);
    rest.remove_prefix(slice.size());
    reader.feed(slice);
    reply = reader.next();
  }
  ASSERT_NE(reply, nullptr);
  EXPECT_TRUE(reply->text == body);
}

}  // namespace
}  // namespace forage::redis
