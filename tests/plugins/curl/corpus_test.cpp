// The samples of the reader, through libcurl: it may refuse more, in a way of its own, and take
// nothing that the reader refuses.
#include "http_fixture.h"
#include "plugins/net/response_corpus.h"

namespace forage::test {
namespace {

using Corpus = FetcherTest;

// Where libcurl has the first word, and what becomes of the response then.
const std::map<std::string, ErrorKind>& differences() {
  static const std::map<std::string, ErrorKind> all{
      {"folded length", ErrorKind::kProtocol},  // libcurl does not unfold what frames a message
      {"folded coding", ErrorKind::kProtocol},
      {"nothing", ErrorKind::kConnect},  // it does not tell of a line that has no end
      {"huge chunk", ErrorKind::kProtocol},
  };
  return all;
}

ErrorKind expectedOf(const net::test::Sample& sample) {
  const auto found = differences().find(sample.name);
  return found == differences().end() ? sample.kind : found->second;
}

// One session for all: a head whose first field is folded had libcurl 7.88 use what it had freed
// with the response before, when a handle was used again.
TEST_F(Corpus, EveryResponseEndsAsItMust) {
  for (const net::test::Sample& sample : net::test::corpus()) {
    SCOPED_TRACE(sample.name);
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      peer.readRequest();
      peer.send(sample.bytes);
      peer.endWriting();
      peer.waitForEnd();
    });
    Fetched fetched =
        client().fetch({.url = server.url(), .method = sample.head_request ? "HEAD" : "GET"});
    if (const ErrorKind kind = expectedOf(sample); kind != ErrorKind::kNone) {
      EXPECT_EQ(toString(failureOf(std::move(fetched)).kind), toString(kind));
      continue;
    }
    EXPECT_LE(fetched.wire_bytes, sample.bytes.size());
    EXPECT_GE(fetched.wire_bytes, sample.bytes.size() - sample.leftover);
    const Response response = responseOf(std::move(fetched));
    EXPECT_NE(response.status, 0) << response.reason;
    EXPECT_EQ(response.body, sample.body);
  }
}

TEST_F(Corpus, AFieldLongerThanLibcurlTakesIsTooLarge) {
  const std::string field = "X: " + std::string(150'000, 'x') + "\r\n";
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(okResponse("page", field));
  });
  EXPECT_EQ(failureAt(server.url()).kind, ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace forage::test
