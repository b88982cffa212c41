// Deadlines, and ten thousand fetches at once.
#include "crowd_server.h"
#include "descriptor_limit.h"
#include "http_fixture.h"

namespace forage::test {
namespace {

using Limits = FetcherTest;

TEST_F(Limits, TenThousandFetchesAtOnce) {
  const DescriptorLimit limit(12'000);
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  ASSERT_GE(now.rlim_cur, 12'000u) << "the hard limit of descriptors is too low for this test";
  constexpr std::size_t kMany = 10'000;
  const CrowdServer server(kMany);
  useOptions({});
  std::vector<FetchId> ids;
  for (std::size_t i = 0; i < kMany; ++i) {
    ids.push_back(client().start(
        {.url = server.url(),
         .limits = {.connect_timeout = Millis(50'000), .max_time = Millis(50'000)}}));
    if (i % 500 == 0) client().wait(soon(Millis(1)));
  }
  std::size_t good = 0;
  for (const FetchId id : ids) good += responseOf(client().finish(id)).body == "page" ? 1 : 0;
  EXPECT_EQ(good, kMany);
}

TEST_F(Limits, AnUnansweredConnectTimesOutByItself) {
  const BoundSocket hole;
  ASSERT_EQ(::listen(hole.fd(), 0), 0);
  const std::string url = "http://127.0.0.1:" + std::to_string(hole.port()) + "/";
  // The first ones fill the backlog and would wait for a response; the last finds it full.
  std::vector<FetchId> fill;
  for (int i = 0; i < 3; ++i) fill.push_back(client().start(url));
  const Failure failure = failureOf(client().fetch(
      {.url = url, .limits = {.connect_timeout = Millis(100), .max_time = Millis(20'000)}}));
  EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
  EXPECT_EQ(failure.message,
            "connect to 127.0.0.1:" + std::to_string(hole.port()) + ": timed out after 100ms");
  for (const FetchId id : fill) client().cancel(id);
}

// Both fetchers look at it once a second at most, and no sooner than after speed_time.
TEST_F(Limits, WhatIsTooSlowIsGivenUp) {
  Gate done;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (peer.readRequest().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (!done.isOpen()) {
      peer.send("x");
      std::this_thread::sleep_for(Millis(20));  // it is what drips; nothing waits for it
    }
  });
  const FetchLimits slow{
      .max_time = Millis(25'000), .speed_limit = 1'000, .speed_time = Millis(1'000)};
  const Failure failure = failureOf(client().fetch({.url = server.url(), .limits = slow}));
  done.open();
  EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
  EXPECT_EQ(failure.message, "127.0.0.1:" + std::to_string(server.port()) +
                                 ": slower than 1000 bytes a second for 1s");
}

TEST_F(Limits, WhatIsSlowButFastEnoughIsNot) {
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (peer.readRequest().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2400\r\n\r\n");
    for (int i = 0; i < 24; ++i) {
      peer.send(std::string(100, 'x'));
      std::this_thread::sleep_for(Millis(100));  // it is what is slow; nothing waits for it
    }
  });
  const FetchLimits slow{.speed_limit = 300, .speed_time = Millis(1'000)};
  EXPECT_EQ(responseOf(client().fetch({.url = server.url(), .limits = slow})).body.size(), 2'400u);
}

TEST_F(Limits, TheDeadlineIsAbsolute) {
  Gate done;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    for (;;) {
      if (peer.readRequest().empty()) return;
      while (!done.isOpen()) {
        peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
        std::this_thread::sleep_for(Millis(2));  // it is what drips; nothing waits for it
      }
    }
  });
  const Failure failure =
      failureOf(client().fetch({.url = server.url(), .limits = {.max_time = Millis(100)}}));
  done.open();
  EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
  EXPECT_NE(failure.message.find("100ms"), std::string::npos) << failure.message;
}

TEST_F(Limits, DeadlinesRunOutInTheirOwnOrder) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  std::vector<FetchId> ids;
  for (const int millis : {120, 40, 160, 80}) {
    ids.push_back(client().start({.url = server.url(), .limits = {.max_time = Millis(millis)}}));
  }
  for (const std::size_t next : {1u, 3u, 0u, 2u}) {
    EXPECT_EQ(failureOf(client().finish(ids[next])).kind, ErrorKind::kTimeout);
  }
}

TEST_F(Limits, ATimeWithoutEndIsOne) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("page"));
  });
  const FetchLimits endless{.connect_timeout = kForever, .max_time = kForever};
  EXPECT_EQ(responseOf(client().fetch({.url = server.url(), .limits = endless})).body, "page");
  EXPECT_EQ(responseOf(client().fetch({.url = server.url(), .limits = endless})).body, "page");
}

TEST_F(Limits, NoTimeAtAllIsATimeout) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  for (const FetchLimits& limits :
       {FetchLimits{.max_time = Millis(0)}, FetchLimits{.connect_timeout = Millis(0)},
        FetchLimits{.max_time = Millis(-5)}}) {
    EXPECT_EQ(failureOf(client().fetch({.url = server.url(), .limits = limits})).kind,
              ErrorKind::kTimeout);
  }
}

}  // namespace
}  // namespace forage::test
