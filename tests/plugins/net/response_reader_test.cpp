// The reader of HTTP/1 responses: what it takes, what it refuses, and that neither depends on how
// the network cuts the bytes.
#include "net/response_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "plugins/net/reader_outcome.h"
#include "plugins/net/response_corpus.h"

namespace forage::net {
namespace {

using test::corpus;
using test::Outcome;
using test::read;
using test::Sample;

Response parse(std::string_view bytes) {
  ResponseReader reader;
  reader.begin({}, false);
  reader.feed(bytes);
  EXPECT_TRUE(reader.isComplete()) << reader.failure().message;
  return reader.isComplete() ? reader.takeResponse() : Response{};
}

TEST(ResponseReader, EndsEverySampleAsItMust) {
  for (const Sample& sample : corpus()) {
    SCOPED_TRACE(sample.name);
    const Outcome outcome = read(sample.bytes, sample.head_request, {});
    EXPECT_EQ(outcome.failure.kind, sample.kind) << outcome.failure.message;
    EXPECT_EQ(outcome.body, sample.body);
    EXPECT_NE(outcome.failure.message.find(sample.message), std::string::npos)
        << outcome.failure.message;
    if (sample.kind != ErrorKind::kNone) continue;
    EXPECT_EQ(outcome.keeps_alive, sample.keeps_alive);
    EXPECT_EQ(outcome.leftover, sample.leftover);
  }
}

TEST(ResponseReader, EndsTheSameWhereverTheBytesAreCut) {
  for (const Sample& sample : corpus()) {
    SCOPED_TRACE(sample.name);
    const Outcome whole = read(sample.bytes, sample.head_request, {});
    // Every place of short samples; of long ones the ends and some in between.
    const std::size_t size = sample.bytes.size();
    const std::size_t step = size <= 2'000 ? 1 : size / 50;
    for (std::size_t at = 1; at < size; at += at < 200 || size - at < 50 ? 1 : step) {
      EXPECT_EQ(read(sample.bytes, sample.head_request, {at}), whole) << "cut at " << at;
    }
  }
}

TEST(ResponseReader, EndsTheSameByteByByte) {
  for (const Sample& sample : corpus()) {
    if (sample.bytes.size() > 50'000) continue;
    SCOPED_TRACE(sample.name);
    std::vector<std::size_t> cuts(sample.bytes.size());
    for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = i;
    EXPECT_EQ(read(sample.bytes, sample.head_request, cuts),
              read(sample.bytes, sample.head_request, {}));
  }
}

// What the fuzz target does, with a fixed set of changes.
TEST(ResponseReader, EndsChangedSamplesTheSameWhereverTheyAreCut) {
  for (const Sample& sample : corpus()) {
    SCOPED_TRACE(sample.name);
    const std::string original = sample.bytes.substr(0, 300);
    for (std::size_t i = 0; i < original.size(); ++i) {
      for (const char c : {'\0', '\r', '\n', ' ', ':', '9', '-', ';', '\x7f', '\xff'}) {
        std::string changed = original;
        changed[i] = c;
        EXPECT_EQ(read(changed, sample.head_request, {i, i + 1}),
                  read(changed, sample.head_request, {}))
            << "byte " << i << " is " << int{c};
      }
      std::string shorter = original;
      shorter.erase(i, 1);
      EXPECT_EQ(read(shorter, sample.head_request, {i}), read(shorter, sample.head_request, {}));
    }
  }
}

TEST(ResponseReader, KeepsValuesByteForByte) {
  const Response response = parse(
      "HTTP/1.1 200 OK\r\nETag: \"=?utf-8?B?aGVsbG8=?=\"\r\nX-Latin: caf\xe9\r\nX-Empty:\r\n"
      "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(response.headers.block(),
            "ETag: \"=?utf-8?B?aGVsbG8=?=\"\r\nX-Latin: caf\xe9\r\nX-Empty: \r\n"
            "Content-Length: 0\r\n");
}

TEST(ResponseReader, DropsTrailers) {
  const Response response = parse(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\na\r\n0\r\n"
      "X: y\r\nLocation: /evil\r\n\r\n");
  EXPECT_EQ(response.headers.block(), "Transfer-Encoding: chunked\r\nTrailer: X\r\n");
}

TEST(ResponseReader, DropsFieldsOfInterimResponses) {
  const Response response = parse(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n"
      "HTTP/1.1 200 Fine\r\nContent-Length: 1\r\n\r\na");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.reason, "Fine");
  EXPECT_EQ(response.headers.block(), "Content-Length: 1\r\n");
}

TEST(ResponseReader, DropsOurOwnFieldFromStrangers) {
  const Response response =
      parse("HTTP/1.1 200 OK\r\nforage-entry: v1\r\nContent-Length: 0\r\nForage-Entry: x\r\n\r\n");
  EXPECT_EQ(response.headers.block(), "Content-Length: 0\r\n");
}

TEST(ResponseReader, UnfoldsWithOneSpace) {
  const Response response =
      parse("HTTP/1.1 200 OK\r\nX: one \r\n  two\r\n\tthree\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response.headers.find("x"), "one two three");
}

TEST(ResponseReader, EndsABodyByTheEndOnlyWhenThatCameInOrder) {
  for (const bool orderly : {true, false}) {
    ResponseReader reader;
    reader.begin({}, false);
    reader.feed("HTTP/1.1 200 OK\r\n\r\npart");
    reader.end(orderly);
    EXPECT_EQ(reader.isComplete(), orderly);
    EXPECT_EQ(reader.failure().kind, orderly ? ErrorKind::kNone : ErrorKind::kTruncated);
    EXPECT_FALSE(reader.keepsAlive());
  }
}

TEST(ResponseReader, RefusesATooLongLengthBeforeTheBody) {
  ResponseReader reader;
  reader.begin({256u << 10, 100}, false);
  reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n");
  EXPECT_EQ(reader.failure().kind, ErrorKind::kTooLarge);
}

TEST(ResponseReader, RefusesABodyThatGrowsTooLong) {
  for (const std::string head : {"\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n"}) {
    ResponseReader reader;
    reader.begin({256u << 10, 100}, false);
    reader.feed("HTTP/1.1 200 OK\r\n" + head + std::string(100, 'x'));
    EXPECT_FALSE(reader.isDone());
    reader.feed("x");
    EXPECT_EQ(reader.failure().kind, ErrorKind::kTooLarge);
  }
}

TEST(ResponseReader, TakesABodyOfJustTheLimit) {
  ResponseReader reader;
  reader.begin({256u << 10, 100}, false);
  reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
  EXPECT_TRUE(reader.isComplete());
}

TEST(ResponseReader, GivesBodiesOfKnownLengthNoMoreThanThat) {
  for (const std::size_t size : {2'048u, 3u << 20, 20u << 20}) {
    ResponseReader reader;
    reader.begin({}, false);
    reader.feed("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    const std::string piece(64u << 10, 'x');
    for (std::size_t left = size; left != 0;) {
      left -= reader.feed(std::string_view(piece).substr(0, std::min(left, piece.size())));
    }
    ASSERT_TRUE(reader.isComplete());
    const Response response = reader.takeResponse();
    EXPECT_EQ(response.body.size(), size);
    EXPECT_LE(response.body.capacity(), size + size / 4 + 64);
  }
}

TEST(ResponseReader, ServesOneResponseAfterTheOther) {
  ResponseReader reader;
  for (int i = 0; i < 3; ++i) {
    reader.begin({}, false);
    EXPECT_FALSE(reader.hasStarted());
    reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    ASSERT_TRUE(reader.keepsAlive());
    EXPECT_EQ(reader.takeResponse().body, "a");
  }
}

}  // namespace
}  // namespace forage::net
