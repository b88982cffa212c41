// Responses, good and bad, with what has to become of each. Shared by the reader's tests and its
// fuzz target.
#pragma once

#include <string>
#include <vector>

#include "forage/error.h"

namespace forage::net::test {

struct Sample {
  std::string name;
  std::string bytes;  // what the server sends before it closes in order
  ErrorKind kind;     // kNone: a response
  std::string body;   // of the response
  bool keeps_alive = true;
  bool head_request = false;
  std::size_t leftover = 0;  // bytes after the response
  std::string message = "";  // part of the failure's
};

inline const std::vector<Sample>& corpus() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  static const std::vector<Sample> samples = {
      {"a length", ok + "Content-Length: 5\r\n\r\nhello", ErrorKind::kNone, "hello"},
      {"no body", ok + "Content-Length: 0\r\n\r\n", ErrorKind::kNone, ""},
      {"chunks", chunked + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", ErrorKind::kNone, "hello!"},
      {"no chunk but the last", chunked + "0\r\n\r\n", ErrorKind::kNone, ""},
      {"no chunk but the last, with a trailer", chunked + "0\r\nX: y\r\n\r\n", ErrorKind::kNone,
       ""},
      {"chunk extensions", chunked + "5;a=b;c=\"d;e\"\r\nhello\r\n0;x\r\n\r\n", ErrorKind::kNone,
       "hello"},
      {"zero-padded chunk size", chunked + "000000005\r\nhello\r\n000000000\r\n\r\n",
       ErrorKind::kNone, "hello"},
      {"chunked in capitals", ok + "TRANSFER-ENCODING: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kNone, "a"},
      {"trailers", chunked + "1\r\na\r\n0\r\nX: y\r\nSet-Cookie: evil\r\n\r\n", ErrorKind::kNone,
       "a"},
      {"to the end", ok + "\r\nuntil the end", ErrorKind::kNone, "until the end", false},
      {"empty to the end", ok + "\r\n", ErrorKind::kNone, "", false},
      {"1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone, "a", false},
      {"1.0 keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a", true},
      {"1.0 chunked",
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked"
       "\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kNone, "a", false},
      {"1.1 close", ok + "Connection: foo, close\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone,
       "a", false},
      {"no reason and no space", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone,
       "a"},
      {"no reason", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone, "a"},
      {"1xx",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok +
           "Content-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a"},
      {"1xx without space", "HTTP/1.1 100\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a"},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", ErrorKind::kNone, ""},
      {"204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
       ErrorKind::kNone, "", true, false, 3},
      {"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 300\r\n\r\n",
       ErrorKind::kNone, ""},
      {"HEAD", ok + "Content-Length: 300\r\n\r\n", ErrorKind::kNone, "", true, true},
      {"HEAD of a huge page", ok + "Content-Length: 30000000000\r\n\r\n", ErrorKind::kNone, "",
       true, true},
      {"HEAD chunked", ok + "Transfer-Encoding: chunked\r\n\r\n", ErrorKind::kNone, "", true, true},
      {"equal lengths", ok + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone,
       "a"},
      {"equal lengths in a list", ok + "Content-Length: 1, 1\r\n\r\na", ErrorKind::kNone, "a"},
      {"leftover", ok + "Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n", ErrorKind::kNone, "a",
       true, false, 17},
      {"leftover after chunks", chunked + "1\r\na\r\n0\r\n\r\nX", ErrorKind::kNone, "a", true,
       false, 1},
      {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 1\nX: y\n\na", ErrorKind::kNone, "a"},
      {"mixed line ends", "HTTP/1.1 200 OK\r\nContent-Length: 1\nX: y\r\n\na", ErrorKind::kNone,
       "a"},
      {"fold", ok + "X: one\r\n  two\r\n\tthree\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone,
       "a"},
      {"white fold", ok + "Content-Length: 1\r\nX: y\r\n \r\n\r\na", ErrorKind::kNone, "a"},
      {"many fields",
       ok +
           [] {
             std::string fields;
             for (int i = 0; i < 500; ++i) fields += "X-" + std::to_string(i) + ": v\r\n";
             return fields;
           }() +
           "Content-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a"},
      {"long field", ok + "X: " + std::string(20'000, 'x') + "\r\nContent-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a"},
      {"long fold",
       ok + "X: " + std::string(6'000, 'x') + "\r\n " + std::string(6'000, 'y') +
           "\r\nContent-Length: 1\r\n\r\na",
       ErrorKind::kNone, "a"},
      {"odd status", "HTTP/1.1 999 Request Denied\r\nContent-Length: 1\r\n\r\na", ErrorKind::kNone,
       "a"},

      {"nothing", "HTT", ErrorKind::kTruncated, ""},
      {"cut header", ok + "Content-Le", ErrorKind::kTruncated, ""},
      {"cut after 1xx", "HTTP/1.1 103 Early Hints\r\n\r\n", ErrorKind::kTruncated, ""},
      {"short body", ok + "Content-Length: 5\r\n\r\nhell", ErrorKind::kTruncated, ""},
      {"cut chunk", chunked + "5\r\nhel", ErrorKind::kTruncated, ""},
      {"no last chunk", chunked + "5\r\nhello\r\n", ErrorKind::kTruncated, ""},
      {"no end of trailers", chunked + "5\r\nhello\r\n0\r\n", ErrorKind::kTruncated, ""},
      {"cut trailer", chunked + "5\r\nhello\r\n0\r\nX: y\r\n", ErrorKind::kTruncated, ""},
      {"cut chunk line", chunked + "5\r\nhello\r\n1", ErrorKind::kTruncated, ""},
      {"no chunk at all", chunked, ErrorKind::kTruncated, ""},

      {"another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n", ErrorKind::kProtocol, ""},
      {"HTTP/0.9", "<html>hello</html>", ErrorKind::kProtocol, ""},
      {"HTTP/2", "HTTP/2 200\r\n\r\n", ErrorKind::kProtocol, ""},
      {"version 1.2", "HTTP/1.2 200 OK\r\n\r\n", ErrorKind::kProtocol, ""},
      {"empty first line", "\r\n" + ok + "Content-Length: 0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", ErrorKind::kProtocol, ""},
      {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", ErrorKind::kProtocol, ""},
      {"status zero", "HTTP/1.1 000 OK\r\n\r\n", ErrorKind::kProtocol, ""},
      {"status with sign", "HTTP/1.1 -20 OK\r\n\r\n", ErrorKind::kProtocol, ""},
      {"switching protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"gzip, chunked", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kProtocol, "", true, false, 0, "Transfer-Encoding"},
      {"chunked, gzip", ok + "Transfer-Encoding: chunked, gzip\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"gzip and chunked in two fields",
       ok + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"chunked twice", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"identity", ok + "Transfer-Encoding: identity\r\n\r\nabc", ErrorKind::kProtocol, ""},
      {"empty transfer coding", ok + "Transfer-Encoding:\r\n\r\nabc", ErrorKind::kProtocol, ""},
      {"xchunked", ok + "Transfer-Encoding: xchunked\r\n\r\nabc", ErrorKind::kProtocol, ""},
      {"coding and length",
       ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"length and coding",
       ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       ErrorKind::kProtocol, ""},
      {"lengths differ", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
       ErrorKind::kProtocol, ""},
      {"lengths differ in a list", ok + "Content-Length: 1, 2\r\n\r\nab", ErrorKind::kProtocol, ""},
      {"negative length", ok + "Content-Length: -1\r\n\r\nab", ErrorKind::kProtocol, ""},
      {"signed length", ok + "Content-Length: +1\r\n\r\na", ErrorKind::kProtocol, ""},
      {"length in hex", ok + "Content-Length: 0x1\r\n\r\na", ErrorKind::kProtocol, ""},
      {"length of two words", ok + "Content-Length: 1 1\r\n\r\na", ErrorKind::kProtocol, ""},
      {"no length", ok + "Content-Length:\r\n\r\na", ErrorKind::kProtocol, ""},
      {"length overflows", ok + "Content-Length: 18446744073709551617\r\n\r\na",
       ErrorKind::kProtocol, ""},
      {"huge length", ok + "Content-Length: 18446744073709551615\r\n\r\na", ErrorKind::kTooLarge,
       ""},
      {"chunk size overflows", chunked + "10000000000000001\r\na", ErrorKind::kProtocol, ""},
      {"huge chunk", chunked + "ffffffffffffffff\r\na", ErrorKind::kTruncated, ""},
      {"signed chunk size", chunked + "+1\r\na\r\n0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"negative chunk size", chunked + "-1\r\na\r\n0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"chunk size with 0x", chunked + "0x1\r\na\r\n0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"no chunk size", chunked + "\r\na\r\n0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"chunk longer than said", chunked + "1\r\nabc\r\n0\r\n\r\n", ErrorKind::kProtocol, ""},
      {"chunk lines end with LF", chunked + "1\na\n0\n\n", ErrorKind::kTruncated, ""},
      {"NUL in a value", ok + std::string("X: a\0b\r\n\r\n", 10), ErrorKind::kProtocol, ""},
      {"bare CR in a value", ok + "X: a\rb\r\n\r\n", ErrorKind::kProtocol, ""},
      {"bare CR before LF", ok + "X: a\r\r\n\r\n", ErrorKind::kProtocol, ""},
      {"NUL in a name", ok + std::string("X\0: ab\r\n\r\n", 11), ErrorKind::kProtocol, ""},
      {"high byte in a name", ok + "X\xff: a\r\n\r\n", ErrorKind::kProtocol, ""},
      {"space before the colon", ok + "X : a\r\n\r\n", ErrorKind::kProtocol, ""},
      {"no colon", ok + "X\r\n\r\n", ErrorKind::kProtocol, ""},
      {"no name", ok + ": a\r\n\r\n", ErrorKind::kProtocol, ""},
      {"fold before the first field", ok + " X: a\r\n\r\n", ErrorKind::kProtocol, ""},
      {"control byte in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", ErrorKind::kProtocol, ""},
      {"endless header", ok + "X: " + std::string(300'000, 'x'), ErrorKind::kTooLarge, ""},
      {"header over the limit", ok + "X: " + std::string(300'000, 'x') + "\r\n\r\n",
       ErrorKind::kTooLarge, ""},
      {"endless 1xx",
       [] {
         std::string many;
         while (many.size() < 300'000) many += "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n";
         return many;
       }(),
       ErrorKind::kTooLarge, ""},
      {"endless chunk extension", chunked + "1;" + std::string(300'000, 'x'), ErrorKind::kTooLarge,
       ""},
      {"huge chunk extension", chunked + "1;" + std::string(300'000, 'x') + "\r\na\r\n0\r\n\r\n",
       ErrorKind::kTooLarge, ""},
      {"many chunk extensions",
       chunked +
           [] {
             std::string many;
             while (many.size() < 400'000) many += "1;" + std::string(1'000, 'x') + "\r\na\r\n";
             return many;
           }(),
       ErrorKind::kTooLarge, ""},
      {"huge trailers", chunked + "1\r\na\r\n0\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n",
       ErrorKind::kTooLarge, ""},
  };
  return samples;
}

}  // namespace forage::net::test
