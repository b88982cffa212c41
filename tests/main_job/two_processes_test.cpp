// Two processes, one job, one Redis: what one of them fetches the other waits for.
#include <csignal>
#include <string>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

class TwoProcesses : public ::testing::Test {
 protected:
  TwoProcesses() {
    origin_.start();
    for (const JobFolder* folder : {&first_, &second_}) writeJob(*folder);
  }

  void writeJob(const JobFolder& folder) const {
    std::string urls;
    for (int n = 0; n < kUrls; ++n) urls += origin_.url() + target(n) + "\n";
    folder.write("urls.txt", urls);
    folder.write("job.toml", "[cache]\nplugin = \"redis\"\nurl = \"" + redis_.url() +
                                 "\"\n[cache.redis]\nlease = \"2s\"\n[fetch]\nparallel_max = 64\n"
                                 "parallel_max_host = 64\n[[group]]\nname = \"all\"\n"
                                 "urls_file = \"urls.txt\"\n");
  }
  static std::string target(int n) { return "/delay/0.05?n=" + std::to_string(n); }

  /// URLs that were asked for more than once.
  std::uint64_t repeated() const {
    std::uint64_t count = 0;
    for (int n = 0; n < kUrls; ++n) count += origin_.requests(target(n)) - 1;
    return count;
  }

  static constexpr int kUrls = 5000;

  OriginServer origin_;
  RedisServer redis_;
  JobFolder first_;
  JobFolder second_;
};

TEST_F(TwoProcesses, FetchEachUrlOnceBetweenThem) {
  const auto one = first_.start({"-q"});
  const auto other = second_.start({"-q"});
  const JobResult a = first_.finish(*one);
  const JobResult b = second_.finish(*other);
  for (const JobResult* result : {&a, &b}) {
    EXPECT_EQ(result->process.exit_code, 0) << result->process.err;
    EXPECT_EQ(result->total("urls"), kUrls);
    EXPECT_EQ(result->total("failed"), 0u);
  }
  EXPECT_EQ(origin_.requests(), kUrls);
  EXPECT_EQ(a.total("requests") + b.total("requests"), kUrls);
  EXPECT_GT(a.total("requests"), 0u);
  EXPECT_GT(b.total("requests"), 0u);
  EXPECT_EQ(redis_.command({"DBSIZE"}).integer, kUrls);  // and no lease is left
}

TEST_F(TwoProcesses, LoseNothingWhenOneIsKilledHalfWay) {
  const auto one = first_.start({"-q"});
  const auto other = second_.start({"-q"});
  ASSERT_TRUE(eventually([&] { return origin_.requests() >= kUrls / 2; }));
  one->signal(SIGKILL);
  EXPECT_EQ(one->wait().signal, SIGKILL);
  const JobResult b = second_.finish(*other);
  EXPECT_EQ(b.process.exit_code, 0) << b.process.err;
  EXPECT_EQ(b.total("urls"), kUrls);
  EXPECT_EQ(b.total("failed"), 0u);
  // In flight, and in the few milliseconds before a store: what was fetched and not yet stored.
  EXPECT_LE(repeated(), 64u + 2 * 64u);
  EXPECT_EQ(redis_.command({"KEYS", "url:*"}).items.size(), std::size_t{kUrls});
}

}  // namespace
}  // namespace forage::test
