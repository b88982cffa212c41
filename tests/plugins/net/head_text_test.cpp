#include "net/head_text.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::net {
namespace {

TEST(HeadScanner, FindsTheEmptyLine) {
  HeadScanner scanner;
  EXPECT_EQ(scanner.scan("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"), 25u);
  EXPECT_FALSE(scanner.isUneven());
}

TEST(HeadScanner, GoesOnWhereItStopped) {
  const std::string head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  HeadScanner scanner;
  for (std::size_t i = 1; i < head.size(); ++i) EXPECT_EQ(scanner.scan(head.substr(0, i)), 0u);
  EXPECT_EQ(scanner.scan(head), head.size());
  EXPECT_FALSE(scanner.isUneven());
}

TEST(HeadScanner, SeesWhatIsUneven) {
  for (const char* head :
       {"HTTP/1.1 200 OK\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n", "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\n"}) {
    HeadScanner scanner;
    EXPECT_NE(scanner.scan(head), 0u) << head;
    EXPECT_TRUE(scanner.isUneven()) << head;
  }
}

TEST(EvenOut, WritesWhatAStrictParserTakes) {
  EXPECT_EQ(evenOut("HTTP/1.1 200\nA: b \n\t c\r\nD: e\n\r\n"),
            "HTTP/1.1 200 \r\nA: b c\r\nD: e\r\n\r\n");
}

TEST(EvenOut, LeavesTheDangerousForTheParserToRefuse) {
  EXPECT_EQ(evenOut("HTTP/1.1 200 OK\r\n X: y\r\n\r\n"), "HTTP/1.1 200 OK\r\n X: y\r\n\r\n");
  EXPECT_EQ(evenOut("HTTP/1.1 200 OK\r\nX: y\r\r\n\r\n"), "HTTP/1.1 200 OK\r\nX: y\r\r\n\r\n");
}

}  // namespace
}  // namespace forage::net
