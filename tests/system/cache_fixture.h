// A Redis server, filled by a real run against a real origin: for tests of `forage cache`.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "forage/entry.h"
#include "forage_command.h"
#include "origin/origin_server.h"
#include "support/redis_server.h"

namespace forage::test {

class CacheCommandTest : public testing::Test {
 protected:
  CacheCommandTest() { origin_.start(); }

  /// Writes job.toml, whose one group visits `paths` of the origin, and runs it.
  void fill(const std::vector<std::string>& paths) {
    std::vector<std::string> urls;
    for (const std::string& path : paths) urls.push_back(origin_.url() + path);
    forage_.write("job.toml", jobOf(urls, head()));
    runJob();
  }
  [[nodiscard]] std::string head() const {
    return "[cache]\nplugin = \"redis\"\nurl = \"" + redis_.url() +
           "\"\nallowable_codes = [200, 404, 503]\nexpire_after = \"1h\"\nttl_offset = 0\n"
           "[cache.redis]\ncommand_timeout = \"30s\"\n";
  }
  /// Returns how many requests the run sent.
  int runJob() {
    const ProcessResult result =
        forage_.run({"run", "job.toml", "-q", "--report", "run.json", "--set", "fetch.retry=0"});
    EXPECT_EQ(result.err, "");
    const nlohmann::json report = forage_.readJson("run.json");
    EXPECT_EQ(report["cache"]["errors"], 0);
    return report["totals"]["requests"];
  }

  /// `forage cache ARGS... --job job.toml`.
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> args) const {
    args.insert(args.begin(), "cache");
    args.insert(args.end(), {"--job", "job.toml"});
    return args;
  }
  [[nodiscard]] ProcessResult cache(const std::vector<std::string>& args) const {
    return forage_.run(arguments(args));
  }
  /// What it says, given that it succeeds and complains of nothing.
  std::string said(const std::vector<std::string>& args) const {
    const ProcessResult result = cache(args);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }
  /// The objects that `forage cache ls --json ARGS...` writes.
  [[nodiscard]] std::vector<nlohmann::json> listed(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"ls", "--json"});
    std::vector<nlohmann::json> entries;
    std::istringstream lines(cache(args).out);
    for (std::string line; std::getline(lines, line);) {
      entries.push_back(nlohmann::json::parse(line));
    }
    return entries;
  }
  /// The paths of their URLs, sorted.
  [[nodiscard]] std::vector<std::string> paths(const std::vector<std::string>& args = {}) const {
    std::vector<std::string> paths;
    for (const nlohmann::json& entry : listed(args)) {
      paths.push_back(entry["url"].get<std::string>().substr(origin_.url().size()));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  [[nodiscard]] long long keys() const { return redis_.command({"DBSIZE"}).integer; }

  /// Puts an entry into Redis that ended `ago`, as one that Redis has not dropped yet.
  void putExpired(const std::string& path, Millis ago) const {
    const Key key = "url:" + origin_.url() + path;
    const WallTime ended = SystemClock().wallNow() - ago;
    const Entry entry(key, Response{200, "OK", {}, "old"}, ended, ended, ended);
    redis_.command({"SET", key, encodeEntryHead(entry) + "old"});
  }

  RedisServer redis_;
  OriginServer origin_;
  ForageCommand forage_;
};

}  // namespace forage::test
