// HTTP messages as crawlers leave them in records.
#include "warc/http_message.h"

#include <gtest/gtest.h>

#include <string>

#include "warc_text.h"

namespace forage::warc::test {
namespace {

std::string problemOf(std::string_view block) {
  const HttpMessage message = readHttpMessage(block);
  return message.problem == nullptr ? "" : message.problem;
}

std::string bodyOf(std::string_view block) {
  const HttpMessage message = readHttpMessage(block);
  EXPECT_EQ(message.problem, nullptr) << message.problem;
  return message.response.body;
}

const std::string kChunked = "Transfer-Encoding: chunked\r\n";

TEST(HttpMessage, TakesTheRestOfTheRecordAsTheBody) {
  const std::string block = http("page", "A: b\r\n", "HTTP/1.0 404 Not here");
  const HttpMessage message = readHttpMessage(block);
  ASSERT_EQ(message.problem, nullptr);
  EXPECT_EQ(message.response.status, 404);
  EXPECT_EQ(message.response.reason, "Not here");
  EXPECT_EQ(message.response.headers.block(), "A: b\r\n");
  EXPECT_EQ(message.response.body, "page");
  EXPECT_EQ(message.payload, "page");
}

TEST(HttpMessage, TakesTheContentCodingForPartOfTheBody) {
  EXPECT_EQ(bodyOf(http("\x1f\x8b", "Content-Encoding: gzip\r\n")), "\x1f\x8b");
}

TEST(HttpMessage, DecodesChunks) {
  const std::string chunks = "4\r\npage\r\n0\r\n\r\n";
  const std::string block = http(chunks, kChunked + "A: b\r\n");
  const HttpMessage message = readHttpMessage(block);
  ASSERT_EQ(message.problem, nullptr);
  EXPECT_EQ(message.response.body, "page");
  EXPECT_EQ(message.response.headers.block(), "A: b\r\n");
  EXPECT_EQ(message.payload, chunks);
}

TEST(HttpMessage, TakesABodyThatIsNoLongerChunkedAsItIs) {
  EXPECT_EQ(bodyOf(http("<html>\r\n", kChunked)), "<html>\r\n");
  EXPECT_EQ(bodyOf(http("no line at all", kChunked)), "no line at all");
}

TEST(HttpMessage, RefusesChunksThatAreIncompleteOrDamaged) {
  const std::string damaged = "a chunked body that is incomplete or damaged";
  EXPECT_EQ(problemOf(http("4\r\npage\r\n", kChunked)), damaged);
  EXPECT_EQ(problemOf(http("4\r\npage\r\n0\r\n", kChunked)), damaged);
  EXPECT_EQ(problemOf(http("4\r\npages\r\n0\r\n\r\n", kChunked)), damaged);
  EXPECT_EQ(problemOf(http("ffffffffffffffff\r\npage", kChunked)), damaged);
  EXPECT_EQ(problemOf(http("4\r\npage\r\n0\r\n\r\nx", kChunked)), "bytes after a chunked body");
  EXPECT_EQ(problemOf(http("", kChunked)), "a chunked body without a byte");
}

TEST(HttpMessage, RefusesABodyThatIsNotOfItsLength) {
  const std::string wrong = "a body that is not of its Content-Length";
  EXPECT_EQ(problemOf(http("page", "Content-Length: 5\r\n")), wrong);
  EXPECT_EQ(problemOf(http("page", "Content-Length: 3\r\n")), wrong);
  EXPECT_EQ(problemOf(http("", "Content-Length: 5\r\n")), wrong);
  EXPECT_EQ(problemOf(http("page", "Content-Length: 4\r\n")), "");
}

TEST(HttpMessage, TakesARedirectWithoutTheBodyThatABrowserDropped) {
  const std::string status = "HTTP/1.1 301 Moved";
  EXPECT_EQ(bodyOf(http("", "Content-Length: 5\r\nLocation: /\r\n", status)), "");
  EXPECT_EQ(bodyOf(http("", kChunked, status)), "");
  EXPECT_EQ(
      readHttpMessage(http("", "Content-Length: 5\r\nA: b\r\n", status)).response.headers.block(),
      "A: b\r\n");
}

TEST(HttpMessage, KnowsTheStatusLinesOfLaterVersions) {
  for (const char* version : {"HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0"}) {
    EXPECT_EQ(bodyOf(http("page", "a: b\r\n", std::string(version) + " 200 OK")), "page")
        << version;
    EXPECT_EQ(bodyOf(http("page", "a: b\r\n", std::string(version) + " 200")), "page") << version;
  }
  EXPECT_EQ(problemOf(http("page", "", "HTTP/4 200 OK")), "no HTTP response");
}

TEST(HttpMessage, ReadsOverInterimResponses) {
  EXPECT_EQ(bodyOf("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http("page")), "page");
}

TEST(HttpMessage, RefusesWhatIsNoResponse) {
  for (const char* block : {"", "page", "HTTP/1.1 200 OK\r\n", "GET / HTTP/1.1\r\n\r\n",
                            "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 200 OK\r\na b\r\n\r\n"}) {
    EXPECT_EQ(problemOf(block), "no HTTP response") << block;
  }
}

TEST(HttpMessage, DropsAFieldThatIsOursAlone) {
  const HttpMessage message = readHttpMessage(http("page", "Forage-Entry: v=1\r\nA: b\r\n"));
  EXPECT_EQ(message.response.headers.block(), "A: b\r\n");
}

TEST(HttpMessage, LeavesTheLengthOfAHeadAloneThatHasNoBody) {
  const HttpMessage message = readHttpHead(http("", "Content-Length: 5\r\n"));
  ASSERT_EQ(message.problem, nullptr);
  EXPECT_EQ(message.response.headers.block(), "Content-Length: 5\r\n");
}

}  // namespace
}  // namespace forage::warc::test
