// Deadlines, descriptors, and ten thousand fetches at once.
#include <sys/resource.h>
#include <time.h>

#include "crowd_server.h"
#include "http_fixture.h"

namespace forage::test {
namespace {

/// Sets the soft limit of descriptors, and puts it back.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{std::min(limit, before_.rlim_max), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  /// As many as are open, and `more`.
  static rlim_t openAnd(int more) {
    const int next = ::dup(0);
    ::close(next);
    return static_cast<rlim_t>(next + more);
  }

 private:
  rlimit before_{};
};

std::chrono::nanoseconds cpuTimeOfThisThread() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

using Limits = Http;

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

TEST_F(Limits, FetchesWaitForADescriptor) {
  const CrowdServer server(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(3));
  std::vector<FetchId> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
}

// The last descriptors are for others; a server is not even asked for what they would carry.
TEST_F(Limits, NoConnectionIsMadeInVain) {
  const CrowdServer server(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(20));
  std::vector<FetchId> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  EXPECT_LE(server.accepted(), 20u);
}

TEST_F(Limits, IdleConnectionsGiveUpTheirDescriptors) {
  const CrowdServer one(1);
  const CrowdServer two(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get(one.url()).body, "page");
    EXPECT_EQ(get(two.url()).body, "page");
  }
}

TEST_F(Limits, AFetchWithoutADescriptorFailsInTimeAndDoesNotSpin) {
  const CrowdServer server(100);  // never answers
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(1));
  const FetchId holder = client().start(server.url());
  const auto before = cpuTimeOfThisThread();
  const Failure failure =
      failureOf(client().fetch({.url = server.url(), .limits = {.connect_timeout = Millis(400)}}));
  EXPECT_LT(cpuTimeOfThisThread() - before, Millis(200));
  EXPECT_EQ(failure.kind, ErrorKind::kConnect);
  EXPECT_NE(failure.message.find("Too many open files"), std::string::npos) << failure.message;
  client().cancel(holder);
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
