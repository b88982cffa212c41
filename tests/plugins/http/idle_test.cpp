// Connections that wait for the next request: how many, how long, and what may come on them.
#include "tls_fixture.h"

namespace forage::test {
namespace {

using IdleConnections = FetcherTest;
using TlsIdleConnections = Tls;

TEST_F(IdleConnections, ThatDieAfterTheFirstByteAreNotReplaced) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(okResponse("page"));
    peer.readRequest();
    peer.send("H");
  });
  EXPECT_EQ(get(server.url()).body, "page");
  const Fetched fetched = fetch(server.url());
  EXPECT_EQ(fetched.requests, 1u);
  EXPECT_EQ(failureOf(Fetched(fetched)).kind, ErrorKind::kTruncated);
}

TEST_F(IdleConnections, AreClosedAfterTheirIdleTime) {
  useOptions({{"idle_timeout", option("50ms")}});
  Gate ended;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("page"));
    ended.open();
  });
  fetch(server.url());
  EXPECT_TRUE(runUntil(client(), [&] { return ended.isOpen(); }));
}

TEST_F(IdleConnections, AreKeptUpToALimit) {
  useOptions({{"max_idle", option(2)}});
  constexpr int kAtOnce = 5;
  std::atomic<int> arrived{0};
  std::atomic<int> ended{0};
  Gate all;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    peer.readRequest();
    if (++arrived == kAtOnce) all.open();
    all.wait();
    peer.send(okResponse("page"));
    peer.waitForEnd();
    ++ended;
  });
  std::vector<FetchId> ids;
  for (int i = 0; i < kAtOnce; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  EXPECT_TRUE(runUntil(client(), [&] { return ended == kAtOnce - 2; }));
  client().wait(soon(Millis(20)));
  EXPECT_EQ(ended, kAtOnce - 2);
}

TEST_F(TlsIdleConnections, StayThroughATicketAfterTheResponse) {
  const auto tls = serverFor(kOurNames);
  Gate seen;
  Gate sent;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const auto codec = tls->accept(peer);
    if (!codec || peer.readRequest().empty()) return;
    codec->sendTogether({okResponse("one")});
    seen.wait();
    codec->sendTicket();
    sent.open();
    if (!peer.readRequest().empty()) codec->sendTogether({okResponse("two")});
  });
  EXPECT_EQ(get(url(server)).body, "one");
  seen.open();
  sent.wait();
  EXPECT_EQ(get(url(server)).body, "two");
  EXPECT_EQ(server.connections(), 1u);
}

}  // namespace
}  // namespace forage::test
