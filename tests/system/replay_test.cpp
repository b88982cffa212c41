// Record once, replay offline: the same pages, byte for byte, and no request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Replay : public testing::Test {
 protected:
  Replay() {
    origin_.emplace();
    origin_->start();
    const std::string base = origin_->url();
    urls_ = {base + "/page/1",     base + "/page/2", base + "/stream/5",  base + "/gzip",
             base + "/brotli/3",   base + "/zstd/4", base + "/deflate",   base + "/bytes/100000",
             base + "/redirect/3", base + "/page/1", base + "/status/404"};
    std::filesystem::create_directory(forage_.folder.path() / "jobs");
    forage_.write("jobs/job.toml", jobOf(urls_, R"(
[cache]
allowable_codes = [200, 404]
expire_after = "1d"
[cache.memory]
snapshot = "site.warc.gz"
[env.record]
cache.memory.record = true
[env.replay]
cache.expire_after = "never"
)"));
  }

  ProcessResult run(const std::string& env, const std::string& name) {
    return forage_.run({"run", "jobs/job.toml", "--env", env, "-O", name + ".jsonl", "--report",
                        name + ".json", "--quiet"});
  }
  /// The results without what tells a hit from a fetch.
  std::vector<json> results(const std::string& name) const {
    std::vector<json> all;
    std::istringstream lines(forage_.read(name + ".jsonl"));
    for (std::string line; std::getline(lines, line);) {
      json one = json::parse(line);
      for (const char* key : {"outcome", "requests", "stored", "elapsed_ms", "cache_status"})
        one.erase(key);
      all.push_back(std::move(one));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  std::optional<OriginServer> origin_;
  std::vector<std::string> urls_;
  ForageCommand forage_;
};

TEST_F(Replay, GivesWithoutAServerWhatWasRecorded) {
  const ProcessResult recorded = run("record", "live");
  EXPECT_EQ(recorded.exit_code, 8) << recorded.err;  // one page is a 404
  EXPECT_GT(forage_.readJson("live.json")["totals"]["requests"], 0);
  EXPECT_TRUE(std::filesystem::exists(forage_.folder.path() / "jobs/site.warc.gz"));
  const std::string snapshot = forage_.read("jobs/site.warc.gz");

  origin_.reset();
  const ProcessResult replayed = run("replay", "replay");
  EXPECT_EQ(replayed.exit_code, recorded.exit_code) << replayed.err;
  const json report = forage_.readJson("replay.json");
  EXPECT_EQ(report["totals"]["urls"], urls_.size());
  EXPECT_EQ(report["totals"]["requests"], 0);
  EXPECT_EQ(report["totals"]["hit"], urls_.size() - 1);
  EXPECT_EQ(report["cache"]["stats"]["snapshot_responses"], urls_.size() + 2);
  EXPECT_EQ(results("replay"), results("live"));
  EXPECT_EQ(results("replay").size(), urls_.size());
  EXPECT_EQ(forage_.read("jobs/site.warc.gz"), snapshot);
}

TEST_F(Replay, GivesTheSameAgainFromARecordingThatWasGoneOn) {
  ASSERT_EQ(run("record", "live").exit_code, 8);
  const std::uint64_t requests = origin_->requests();
  ASSERT_EQ(run("record", "more").exit_code, 8);
  EXPECT_EQ(origin_->requests(), requests);
  origin_.reset();
  ASSERT_EQ(run("replay", "replay").exit_code, 8);
  EXPECT_EQ(results("replay"), results("live"));
}

TEST_F(Replay, SaysBeforeTheFirstRequestThatNothingWasRecorded) {
  const ProcessResult result = run("replay", "replay");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "forage: jobs/job.toml:6:12: cache.memory.snapshot: jobs/site.warc.gz: no "
            "such file; record = true makes it\n");
  EXPECT_EQ(origin_->requests(), 0u);
}

TEST_F(Replay, SaysThatARecordingLacksPages) {
  const ProcessResult result =
      forage_.run({"run", "jobs/job.toml", "--env", "record", "--quiet", "--report", "run.json",
                   "--set", "cache.memory.max_size=64KiB"});
  EXPECT_EQ(result.exit_code, 8);
  EXPECT_THAT(result.err, HasSubstr("forage: cache memory: jobs/site.warc.gz lacks "));
  EXPECT_EQ(forage_.readJson("run.json")["cache"]["errors"], 1);
}

}  // namespace
}  // namespace forage::test
