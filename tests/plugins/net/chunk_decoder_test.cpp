// Chunked bodies: the grammar of chunk lines, what bounds them, and that late bytes cost no more.
#include "net/chunk_decoder.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "net/chunk_line.h"
#include "net/response_reader.h"

namespace forage::net {
namespace {

TEST(ChunkLine, GivesTheSize) {
  EXPECT_EQ(parseChunkLine("0"), 0u);
  EXPECT_EQ(parseChunkLine("00000000000000000000aF"), 0xafu);
  EXPECT_EQ(parseChunkLine("ffffffffffffffff"), 0xffffffffffffffffu);
  for (const char* line : {"5;a", "5;a=b", "5 ;\ta = b ;c", "5;a=\"\"", "5;a=\"b;\\\"c\\\\\"; d=e",
                           "5;a=\"\t caf\xe9\""}) {
    EXPECT_EQ(parseChunkLine(line), 5u) << line;
  }
}

TEST(ChunkLine, RefusesWhatIsNone) {
  for (const char* line : {"",
                           " 5",
                           "5 ",
                           "+5",
                           "-5",
                           "0x5",
                           "g",
                           "10000000000000000",
                           "5;",
                           "5;;a",
                           "5; ",
                           "5;=b",
                           "5;a=",
                           "5;a=b c",
                           "5;a b",
                           "5;a=\"b",
                           "5;a=\"b\\",
                           "5;a=\"b\"c",
                           "5,5",
                           "5a=b;",
                           "5\t",
                           "5;a\x01",
                           "5;a=\"\x01\"",
                           "5;a=\"\\\x7f\"",
                           "5\r"}) {
    EXPECT_EQ(parseChunkLine(line), std::nullopt) << line;
  }
}

/// What becomes of a body that comes in pieces of `piece`, and what is left of its bytes.
Progress decode(std::string_view& bytes, std::size_t piece, std::size_t limit, BodyBuffer& body) {
  ChunkDecoder decoder;
  decoder.begin(limit);
  Progress progress = Progress::kMore;
  while (progress == Progress::kMore && !bytes.empty()) {
    std::string_view fed = bytes.substr(0, piece);
    const std::size_t given = fed.size();
    progress = decoder.feed(fed, body);
    bytes.remove_prefix(given - fed.size());
  }
  return progress;
}

TEST(ChunkDecoder, JoinsTheChunksHoweverTheyAreCut) {
  const std::string bytes = "5\r\nhello\r\n001;x\r\n \r\n5\r\nworld\r\n0\r\nX: y\r\n z\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    BodyBuffer body;
    body.begin(11);
    std::string_view left = bytes;
    EXPECT_EQ(decode(left, piece, 100, body), Progress::kDone);
    EXPECT_EQ(left, "rest");
    EXPECT_EQ(body.take(), "hello world");
  }
}

TEST(ChunkDecoder, BoundsExtensionsByLimitAndBody) {
  // Three lines of 120 bytes, which have 100 too many each, and three bytes of body before the
  // last.
  std::string bytes;
  for (int i = 0; i < 3; ++i) bytes += "1;" + std::string(116, 'x') + "\r\na\r\n";
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    for (const bool fits : {true, false}) {
      BodyBuffer body;
      body.begin(100);
      std::string_view left = bytes;
      EXPECT_EQ(decode(left, piece, fits ? 298 : 297, body),
                fits ? Progress::kMore : Progress::kFailed);
    }
  }
}

TEST(ChunkDecoder, BoundsTrailersByLimitAndBody) {
  const std::string bytes = "1\r\na\r\n0\r\nX: " + std::string(95, 'y') + "\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    for (const bool fits : {true, false}) {
      BodyBuffer body;
      body.begin(100);
      std::string_view left = bytes;
      EXPECT_EQ(decode(left, piece, fits ? 101 : 100, body),
                fits ? Progress::kDone : Progress::kFailed);
    }
  }
}

TEST(ChunkDecoder, HasRoomForAnyLimit) {
  BodyBuffer body;
  body.begin(100);
  std::string_view bytes = "1\r\na\r\n0\r\n\r\n";
  EXPECT_EQ(decode(bytes, 100, std::numeric_limits<std::size_t>::max(), body), Progress::kDone);
}

// Each byte is looked at once: to look at all of a line for each of its bytes takes minutes.
TEST(ChunkDecoder, TakesALineThatDripsInAsFastAsAWholeOne) {
  const std::string line(4u << 20, 'x');
  for (const std::string before :
       {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "}) {
    ResponseReader reader;
    reader.begin({8u << 20, 8u << 20}, false);
    reader.feed(before);
    for (const char& c : line) reader.feed({&c, 1});
    EXPECT_FALSE(reader.isDone());
  }
}

}  // namespace
}  // namespace forage::net
