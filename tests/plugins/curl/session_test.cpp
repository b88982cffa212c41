// Sessions of the curl plugin where they differ from those of http: kept connections, as far as
// libcurl lets us at them, names, descriptors; and all at once.
#include "crowd_server.h"
#include "descriptor_limit.h"
#include "http_fixture.h"

namespace forage::test {
namespace {

using CurlSession = FetcherTest;

TEST_F(CurlSession, UsesNoConnectionAfterItsIdleTime) {
  useOptions({{"idle_timeout", option("1s")}});
  const ScriptedServer server([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("page"));
  });
  fetch(server.url());
  // libcurl counts whole seconds; nothing but time can be waited for.
  const TimePoint later = soon(Millis(2'200));
  while (std::chrono::steady_clock::now() < later) client().wait(later);
  EXPECT_FALSE(fetch(server.url()).reused);
  EXPECT_EQ(server.connections(), 2u);
}

// libcurl tells of whole lines: a part of one is no first byte to it.
TEST_F(CurlSession, ReplacesAConnectionThatDiesWithinTheFirstLine) {
  const ScriptedServer server([](Peer& peer, std::size_t nth) {
    peer.readRequest();
    peer.send(okResponse("page " + std::to_string(nth)));
    if (nth == 0 && !peer.readRequest().empty()) peer.send("HTTP/1.1 2");
  });
  EXPECT_EQ(get(server.url()).body, "page 0");
  const Fetched fetched = fetch(server.url());
  EXPECT_EQ(fetched.requests, 2u);
  EXPECT_FALSE(fetched.reused);
  EXPECT_EQ(responseOf(Fetched(fetched)).body, "page 1");
}

TEST_F(CurlSession, ReplacesNoConnectionThatDiesAfterALine) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readRequest();
    peer.send(okResponse("page"));
    if (!peer.readRequest().empty()) peer.send("HTTP/1.1 200 OK\r\n");
  });
  EXPECT_EQ(get(server.url()).body, "page");
  const Fetched fetched = fetch(server.url());
  EXPECT_EQ(fetched.requests, 1u);
  EXPECT_TRUE(fetched.reused);
  EXPECT_EQ(failureOf(Fetched(fetched)).kind, ErrorKind::kTruncated);
}

TEST_F(CurlSession, SendsNothingOverConnectionsThatTheServerHasEnded) {
  constexpr std::size_t kAtOnce = 20;
  std::atomic<std::size_t> arrived{0};
  std::atomic<std::size_t> closed{0};
  Gate all;
  Gate all_closed;
  const ScriptedServer server([&](Peer& peer, std::size_t nth) {
    peer.readRequest();
    if (++arrived == kAtOnce) all.open();
    all.wait();
    peer.send(okResponse("page"));
    if (nth >= kAtOnce) {
      while (!peer.readRequest().empty()) peer.send(okResponse("page"));
      return;
    }
    peer.close();
    if (++closed == kAtOnce) all_closed.open();
  });
  std::vector<FetchId> ids;
  for (std::size_t i = 0; i < kAtOnce; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  all_closed.wait();
  for (std::size_t i = 0; i < 3; ++i) {
    const Fetched fetched = fetch(server.url());
    EXPECT_EQ(fetched.requests, 1u);
    EXPECT_EQ(responseOf(Fetched(fetched)).body, "page");
  }
  EXPECT_LE(server.connections(), kAtOnce + 3);
}

TEST_F(CurlSession, WaitsForADescriptor) {
  const CrowdServer server(1);
  const DescriptorLimit limit(DescriptorLimit::openAnd(60));
  useOptions({});
  std::vector<FetchId> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  EXPECT_LE(server.accepted(), 30u);
}

// As the pipeline uses a session: starts, cancels, deadlines and wakes in any order.
TEST_F(CurlSession, EndsEveryFetchOnceUnderLoad) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("page"));
  });
  const ScriptedServer silent([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  std::atomic<bool> stop{false};
  std::thread waker([&] {
    while (!stop) client().session().wake();
  });
  std::size_t good = 0;
  for (int round = 0; round < 30; ++round) {
    std::vector<FetchId> asked;
    for (int i = 0; i < 16; ++i) asked.push_back(client().start(server.url()));
    const FetchId cancelled = client().start(silent.url());
    const FetchId late = client().start({.url = silent.url(), .limits = {.max_time = Millis(5)}});
    client().wait(soon(Millis(1)));
    client().cancel(cancelled);
    for (const FetchId id : asked) good += responseOf(client().finish(id)).body == "page" ? 1 : 0;
    EXPECT_EQ(failureOf(client().finish(late)).kind, ErrorKind::kTimeout);
    EXPECT_FALSE(client().hasEnded(cancelled));
  }
  stop = true;
  waker.join();
  EXPECT_EQ(good, 30u * 16u);
}

}  // namespace
}  // namespace forage::test
