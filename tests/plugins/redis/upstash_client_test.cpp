// The REST API of the tests, judged by the client that Upstash publishes, and pages shared with it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "redis_plugin.h"
#include "support/process.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

namespace fs = std::filesystem;

std::string textOf(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The client in the build tree, installed from npm where that has not been done.
class UpstashClient {
 public:
  explicit UpstashClient(const RestFront& front)
      : environment_{{"UPSTASH_REDIS_REST_URL", front.url()},
                     {"UPSTASH_REDIS_REST_TOKEN", front.token()},
                     {"UPSTASH_DISABLE_TELEMETRY", "1"}} {
    const fs::path source = FORAGE_SOURCE_DIR "/tests/plugins/redis/upstash_client";
    fs::create_directories(folder_);
    for (const char* const name : {"package.json", "use.mjs"}) {
      fs::copy_file(source / name, folder_ / name, fs::copy_options::overwrite_existing);
    }
    const std::string wanted = textOf(source / "package-lock.json");
    if (textOf(folder_ / "installed.json") == wanted) return;
    std::ofstream(folder_ / "package-lock.json") << wanted;
    const ProcessResult installed = run({"npm", "ci", "--no-audit", "--no-fund"});
    if (installed.exit_code != 0) throw std::runtime_error("npm ci: " + installed.err);
    std::ofstream(folder_ / "installed.json") << wanted;
  }

  ProcessResult use(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"node", "use.mjs"});
    return run(std::move(arguments));
  }

 private:
  ProcessResult run(std::vector<std::string> command) const {
    return runProcess({.command = std::move(command),
                       .environment = environment_,
                       .without = {},
                       .folder = folder_,
                       .input = {}});
  }

  const fs::path folder_ = fs::path(FORAGE_BUILD_DIR) / "upstash_client";
  const std::map<std::string, std::string> environment_;
};

// One test, so that no two install at once.
TEST(UpstashClient, FindsWhatItKnowsBehindOurApiAndSharesPagesWithTheCache) {
  RedisServer server;
  RestFront front(server);
  const UpstashClient client(front);
  const ProcessResult checked = client.use({"check"});
  ASSERT_EQ(checked.exit_code, 0) << checked.out << checked.err;
  EXPECT_EQ(checked.out, "all as it should be\n");

  const FakeClock clock;
  const auto cache = makeRedis(front.url(), clock,
                               {{"token", front.token()}, {"value_format", std::string("body")}});
  const std::string page =
      "<p>gr\xc3\xbc\xc3\x9f"
      "e</p>";
  ASSERT_EQ(client.use({"set", "url:http://example.com/theirs", page}).exit_code, 0);
  EXPECT_EQ(lookUp(*cache, "url:http://example.com/theirs"), page);
  keep(*cache, "url:http://example.com/ours", page);
  EXPECT_EQ(client.use({"get", "url:http://example.com/ours"}).out, page);
}

}  // namespace
}  // namespace forage::test
