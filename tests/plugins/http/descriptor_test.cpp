// Fetches without a free descriptor.
#include <time.h>

#include "crowd_server.h"
#include "descriptor_limit.h"
#include "http_fixture.h"

namespace forage::test {
namespace {

using Descriptors = FetcherTest;

std::chrono::nanoseconds cpuTimeOfThisThread() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

TEST_F(Descriptors, FetchesWaitForADescriptor) {
  const CrowdServer server(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(3));
  std::vector<FetchId> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
}

// The last descriptors are for others; a server is not even asked for what they would carry.
TEST_F(Descriptors, NoConnectionIsMadeInVain) {
  const CrowdServer server(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(20));
  std::vector<FetchId> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(client().start(server.url()));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  EXPECT_LE(server.accepted(), 20u);
}

TEST_F(Descriptors, IdleConnectionsGiveUpTheirDescriptors) {
  const CrowdServer one(1);
  const CrowdServer two(1);
  useOptions({});
  const DescriptorLimit limit(DescriptorLimit::openAnd(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get(one.url()).body, "page");
    EXPECT_EQ(get(two.url()).body, "page");
  }
}

TEST_F(Descriptors, AFetchWithoutADescriptorFailsInTimeAndDoesNotSpin) {
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

}  // namespace
}  // namespace forage::test
