// The samples of the reader, from the socket to the Response.
#include "http_fixture.h"
#include "plugins/net/response_corpus.h"

namespace forage::test {
namespace {

using Corpus = FetcherTest;

// Answers one request and ends the connection.
ScriptedServer::Script answeringOnce(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(bytes);
    peer.endWriting();
    peer.waitForEnd();
  };
}

TEST_F(Corpus, EndsEverySampleAsItMust) {
  for (const net::test::Sample& sample : net::test::corpus()) {
    SCOPED_TRACE(sample.name);
    const ScriptedServer server(answeringOnce(sample.bytes));
    Fetched fetched =
        client().fetch({.url = server.url(), .method = sample.head_request ? "HEAD" : "GET"});
    if (sample.kind != ErrorKind::kNone) {
      EXPECT_EQ(failureOf(std::move(fetched)).kind, sample.kind);
      continue;
    }
    EXPECT_LE(fetched.wire_bytes, sample.bytes.size());
    EXPECT_GE(fetched.wire_bytes, sample.bytes.size() - sample.leftover);
    const Response response = responseOf(std::move(fetched));
    EXPECT_NE(response.status, 0) << response.reason;
    EXPECT_EQ(response.body, sample.body);
  }
}

}  // namespace
}  // namespace forage::test
