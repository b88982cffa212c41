// The tutorial's script and the command share the pages in one Redis, both ways.
#include <string>
#include <vector>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

constexpr std::size_t kPages = 12;
constexpr const char* kPython = "/usr/bin/python3";  // Debian's, which has Debian's redis-py

struct TutorialPages : testing::Test {
  TutorialPages() { origin.start(); }

  /// Two groups that overlap, as the tutorial's do.
  std::vector<std::vector<std::string>> groups() const {
    std::vector<std::vector<std::string>> groups(2);
    for (std::size_t n = 0; n < kPages; ++n) {
      const std::string url = origin.url() + "/page/" + std::to_string(n);
      if (n < 8) groups[0].push_back(url);
      if (n >= 4) groups[1].push_back(url);
    }
    return groups;
  }

  /// What the script says, a line for each URL.
  std::string runScript() const {
    const ProcessResult result =
        runProcess({.command = {kPython, FORAGE_SOURCE_DIR "/tests/main_job/tutorial_loop.py",
                                std::to_string(redis.port())},
                    .environment = {{"NO_PROXY", "*"}},
                    .without = {},
                    .folder = {},
                    .input = nlohmann::json(groups()).dump()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }

  JobResult runCommand(bool over_rest) const {
    const std::string where = over_rest ? "\nurl = \"" + front.url() +
                                              "\"\n[cache.redis]\ntoken = \"" + front.token() + "\""
                                        : "\nurl = \"" + redis.url() + "\"\n[cache.redis]";
    std::string job = "[cache]\nplugin = \"redis\"" + where + "\nvalue_format = \"body\"\n";
    for (const auto& urls : groups()) {
      job += "[[group]]\nurls = " + nlohmann::json(urls).dump() + "\n";
    }
    folder.write("job.toml", job);
    JobResult result = folder.run();
    EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
    EXPECT_EQ(result.process.err.find(front.token()), std::string::npos);
    EXPECT_EQ(result.report.dump().find(front.token()), std::string::npos);
    return result;
  }

  OriginServer origin;
  RedisServer redis;
  RestFront front{redis};
  JobFolder folder;
};

struct Tutorial : TutorialPages, testing::WithParamInterface<bool> {};

TEST_P(Tutorial, FindsThePagesThatTheCommandHasStored) {
  const JobResult cold = runCommand(GetParam());
  EXPECT_EQ(cold.total("requests"), kPages);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, static_cast<long long>(kPages));
  const std::string said = runScript();
  EXPECT_EQ(countOf(said, "hit "), 16U) << said;
  EXPECT_EQ(countOf(said, "fetched "), 0U) << said;
  EXPECT_EQ(origin.requests(), kPages);
}

TEST_P(Tutorial, LeavesPagesThatTheCommandFinds) {
  const std::string said = runScript();
  EXPECT_EQ(countOf(said, "hit ") + countOf(said, "fetched "), 16U) << said;
  const std::uint64_t requests = origin.requests();
  const JobResult warm = runCommand(GetParam());
  EXPECT_EQ(warm.total("requests"), 0U);
  EXPECT_EQ(warm.total("hit"), 16U);
  EXPECT_EQ(origin.requests(), requests);
}

INSTANTIATE_TEST_SUITE_P(Shared, Tutorial, testing::Bool(),
                         [](const auto& test) { return test.param ? "OverRest" : "OverTcp"; });

// What comes compressed is text in Redis, and a page that is no success is not there at all.
TEST_F(TutorialPages, AreTheTextThatABrowserWouldShow) {
  const std::string job = "[cache]\nplugin = \"redis\"\nurl = \"" + redis.url() +
                          "\"\nallowable_codes = [200, 404]\n[cache.redis]\nvalue_format = "
                          "\"body\"\n[[group]]\nurls = [\"" +
                          origin.url() + "/gzip/7\", \"" + origin.url() + "/page/7\", \"" +
                          origin.url() + "/status/404\"]\n";
  folder.write("job.toml", job);
  (void)folder.run();
  const std::string plain = redis.command({"GET", "url:" + origin.url() + "/page/7"}).text;
  EXPECT_FALSE(plain.empty());
  EXPECT_EQ(redis.command({"GET", "url:" + origin.url() + "/gzip/7"}).text, plain);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, 2);
}

}  // namespace
}  // namespace forage::test
