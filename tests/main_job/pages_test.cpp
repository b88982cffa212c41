// The main job with its real parts: nginx, redis-server and the command.
#include <string>

#include "job_run.h"
#include "support/nginx_server.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

constexpr std::size_t kPages = 20'000;
constexpr std::size_t kShared = 5'000;  // pages that the first two groups both want
constexpr std::size_t kGroups = 16;

/// Sixteen groups over all pages; the first two hold the same 5,000.
void writeJob(const JobFolder& folder, const NginxServer& nginx, const std::string& redis_url) {
  std::string job = "[cache]\nplugin = \"redis\"\nurl = \"" + redis_url +
                    "\"\n[fetch]\nparallel_max_host = 64\n[env.test]\ncache.plugin = \"memory\"\n";
  std::size_t next = kShared;
  const std::size_t share = (kPages - kShared) / (kGroups - 2) + 1;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::size_t from = g < 2 ? 0 : next;
    const std::size_t to = g < 2 ? kShared : std::min(kPages, next + share);
    if (g >= 2) next = to;
    std::string urls;
    for (std::size_t n = from; n < to; ++n) urls += nginx.pageUrl(n) + "\n";
    const std::string name = "g" + std::to_string(g);
    folder.write(name + ".txt", urls);
    job += "[[group]]\nname = \"" + name + "\"\nurls_file = \"" + name + ".txt\"\n";
  }
  folder.write("job.toml", job);
}

TEST(MainJob, TwentyThousandPagesAreFetchedOnceStoredInRedisAndThenFound) {
  const NginxServer nginx(kPages);
  RedisServer redis;
  const JobFolder folder;
  writeJob(folder, nginx, redis.url());

  const JobResult cold = folder.run();
  ASSERT_EQ(cold.process.exit_code, 0) << cold.process.err;
  EXPECT_EQ(cold.total("urls"), kPages + kShared);
  EXPECT_EQ(cold.total("requests"), kPages);
  EXPECT_EQ(cold.total("fetched"), kPages);
  EXPECT_EQ(cold.total("hit") + cold.total("joined"), kShared);
  EXPECT_EQ(nginx.requestCount(), kPages);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, static_cast<long long>(kPages));
  const auto value = redis.command({"GET", "url:" + nginx.pageUrl(7)});
  EXPECT_EQ(value.text.find("HTTP/1.1 200 OK\r\nForage-Entry: "), 0u);
  EXPECT_TRUE(value.text.ends_with("\r\n\r\n" + NginxServer::pageText(7)));

  const JobResult warm = folder.run();
  EXPECT_EQ(warm.process.exit_code, 0);
  EXPECT_EQ(warm.total("requests"), 0u);
  EXPECT_EQ(warm.total("hit"), kPages + kShared);
  EXPECT_EQ(nginx.requestCount(), kPages);
}

TEST(MainJob, TheTestEnvironmentUsesMemoryAndNoRedis) {
  const NginxServer nginx(kPages);
  const JobFolder folder;
  writeJob(folder, nginx, "redis://127.0.0.1:1");  // nobody listens there
  const JobResult result = folder.run({"--env", "test"});
  ASSERT_EQ(result.process.exit_code, 0) << result.process.err;
  EXPECT_EQ(result.total("requests"), kPages);
  EXPECT_EQ(result.report.at("cache").at("plugin"), "memory");
  EXPECT_EQ(result.report.at("cache").at("degraded_seconds"), 0);
  EXPECT_EQ(result.process.err.find("redis"), std::string::npos) << result.process.err;
}

TEST(MainJob, AMillionUrlsAreReadAsAStream) {
  const NginxServer nginx(1);
  const JobFolder folder;
  // One URL a million times: what grows is the list, and nothing else may.
  const std::string line = nginx.pageUrl(0) + "\n";
  std::string urls;
  for (int i = 0; i < 1'000'000; ++i) urls += line;
  folder.write("million.txt", urls);
  folder.write("job.toml",
               "[cache]\nplugin = \"memory\"\n[cache.memory]\nmax_size = \"1MiB\"\n[[group]]\n"
               "name = \"g\"\nurls_file = \"million.txt\"\n");
  const JobResult result = folder.run({"-q"});
  EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
  EXPECT_EQ(result.total("urls"), 1'000'000u);
  EXPECT_EQ(result.total("requests"), 1u);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(result.process.peak_memory, 40u << 20);
#endif
}

TEST(MainJob, TenThousandGroupsRunOnSixtyFourThreads) {
  const NginxServer nginx(100);
  const JobFolder folder;
  std::string job = "[cache]\nplugin = \"memory\"\n[fetch]\nparallel_max_host = 32\n";
  for (int g = 0; g < 10'000; ++g) {
    const auto page = static_cast<std::size_t>(g % 100);
    job += "[[group]]\nname = \"g" + std::to_string(g) + "\"\nurls = [\"" + nginx.pageUrl(page) +
           "\"]\n";
  }
  folder.write("job.toml", job);
  const JobResult result = folder.run({"-q"});
  EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
  EXPECT_EQ(result.report.at("groups").size(), 10'000u);
  EXPECT_EQ(result.total("urls"), 10'000u);
  EXPECT_EQ(result.total("requests"), 100u);
}

}  // namespace
}  // namespace forage::test
