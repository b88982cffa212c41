// Where a response ends and what it says, from the socket to the Response: each way in which Poco's
// HTTP client gets it wrong (numbers of PITFALLS, section 2).
#include "http_fixture.h"

namespace forage::test {
namespace {

using Framing = FetcherTest;

// Answers every request of a connection with the same bytes.
ScriptedServer::Script answeringAll(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(bytes);
  };
}

// Answers one request and ends the connection.
ScriptedServer::Script answeringOnce(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(bytes);
    peer.endWriting();
    peer.waitForEnd();
  };
}

TEST_F(Framing, EndsTheSameWhenTheBytesDrip) {
  const std::string bytes =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"
      "Transfer-Encoding: chunked\r\n\r\n00005;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n";
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.sendInPieces(bytes, 1);
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(server.url()).body, "hello!");
  EXPECT_EQ(server.connections(), 1u);
}

// H1
TEST_F(Framing, NeverTakesATruncatedBodyForAWholeOne) {
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0"}) {
    const ScriptedServer server(answeringOnce(bytes));
    EXPECT_EQ(failureAt(server.url()).kind, ErrorKind::kTruncated);
  }
}

TEST_F(Framing, TakesAResetForAnEndOfNothing) {
  Gate received;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send("HTTP/1.1 200 OK\r\n\r\npart");
    received.wait();
    peer.reset();
  });
  const FetchId id = client().start(server.url());
  runUntil(client(), [&] { return server.connections() == 1; });
  client().wait(soon(Millis(20)));
  received.open();
  EXPECT_EQ(failureOf(client().finish(id)).kind, ErrorKind::kTruncated);
}

// H2
TEST_F(Framing, KeepsInterimResponsesOutOfTheNextExchange) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    for (int i = 0;; ++i) {
      if (peer.readRequest().empty()) return;
      peer.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
      peer.send(okResponse("page " + std::to_string(i)));
    }
  });
  for (int i = 0; i < 3; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "page " + std::to_string(i));
  }
  EXPECT_EQ(server.connections(), 1u);
}

// H3
TEST_F(Framing, KeepsTrailersOutOfTheNextExchange) {
  const ScriptedServer server(
      answeringAll("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n"
                   "X-Checksum: HTTP/1.1 500 Evil\r\n\r\n"));
  for (int i = 0; i < 3; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.body, "page");
    EXPECT_FALSE(response.headers.find("x-checksum"));
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Framing, NeverTakesALeftoverForTheNextResponse) {
  const ScriptedServer server([](Peer& peer, std::size_t nth) {
    while (!peer.readRequest().empty()) {
      peer.send(okResponse("page " + std::to_string(nth)) + okResponse("evil"));
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(server.url()).body, "page " + std::to_string(i));
  EXPECT_EQ(server.connections(), 3u);
}

// H5
TEST_F(Framing, TakesLongFieldsAndManyOfThem) {
  // Lines of exactly 4,092 and 8,184 bytes hang Poco's client.
  for (const std::size_t line : {4'091u, 4'092u, 4'093u, 8'183u, 8'184u, 8'185u, 60'000u}) {
    const std::string value(line - std::string("X-Long: \r\n").size(), 'v');
    const ScriptedServer server(answeringAll(okResponse("page", "X-Long: " + value + "\r\n")));
    EXPECT_EQ(get(server.url()).headers.find("x-long"), value);
  }
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "X-" + std::to_string(i) + ": v\r\n";
  const ScriptedServer server(answeringAll(okResponse("page", many)));
  EXPECT_EQ(get(server.url()).headers.find("x-999"), "v");
}

// H6
TEST_F(Framing, LeavesEncodedWordsAlone) {
  const std::string etag = "\"=?utf-8?B?aGVsbG8=?=\"";
  const ScriptedServer server(answeringAll(okResponse("page", "ETag: " + etag + "\r\n")));
  EXPECT_EQ(get(server.url()).headers.find("etag"), etag);
}

// H7
TEST_F(Framing, RefusesFramingThatIsAmbiguous) {
  for (const char* fields : {"Transfer-Encoding: gzip, chunked\r\n", "Content-Length: -5\r\n",
                             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Content-Length: 5\r\nContent-Length: 6\r\n"}) {
    const ScriptedServer server(
        answeringAll("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n5\r\nhello\r\n0\r\n\r\n"));
    const Failure failure = failureAt(server.url());
    EXPECT_EQ(failure.kind, ErrorKind::kProtocol) << fields;
    EXPECT_NE(failure.message.find("127.0.0.1:" + std::to_string(server.port())), std::string::npos)
        << failure.message;
  }
}

TEST_F(Framing, ReadsAZeroPaddedChunkSize) {
  const ScriptedServer server(answeringAll(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000000005\r\nhello\r\n0\r\n\r\n"));
  EXPECT_EQ(get(server.url()).body, "hello");
}

TEST_F(Framing, RefusesATooLongLengthWithoutWaitingForTheBody) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    peer.waitForEnd();
  });
  EXPECT_EQ(
      failureOf(client().fetch({.url = server.url(), .limits = {.max_filesize = 1'000}})).kind,
      ErrorKind::kTooLarge);
}

TEST_F(Framing, ReadsALargeBodyWhole) {
  std::string body(20u << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761u >> 13);
  const ScriptedServer server(answeringAll(okResponse(body)));
  EXPECT_TRUE(get(server.url()).body == body);
  EXPECT_TRUE(get(server.url()).body == body);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Framing, DropsOurOwnFieldFromStrangers) {
  const ScriptedServer server(answeringAll(okResponse("page", "Forage-Entry: v1 forged\r\n")));
  EXPECT_FALSE(get(server.url()).headers.find("forage-entry"));
}

}  // namespace
}  // namespace forage::test
