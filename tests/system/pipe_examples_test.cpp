// The clients of docs/pipe.md, in the languages that they are written in.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

class PipeExample : public testing::TestWithParam<const char*> {
 protected:
  PipeExample() { origin_.start(); }
  [[nodiscard]] ProcessResult run(std::vector<std::string> args) const {
    ProcessSpec spec = forage_.spec({});
    args.insert(args.begin(), std::string(FORAGE_SOURCE_DIR "/examples/pipe/") + GetParam());
    spec.environment["FORAGE"] = spec.command[0];
    spec.command = std::move(args);
    return runProcess(spec);
  }
  [[nodiscard]] std::string at(const std::string& path) const { return origin_.url() + path; }

  OriginServer origin_;
  ForageCommand forage_;
};

TEST_P(PipeExample, FetchesSideBySideAndTellsEachAnswer) {
  const ProcessResult result = run({at("/page/1"), at("/redirect/2"), at("/gzip"),
                                    at("/status/404"), at("/truncated/100"), at("/bytes/7")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string out = result.out;
  EXPECT_NE(out.find("200 fetched 2048 " + at("/page/1") + "\n"), std::string::npos) << out;
  EXPECT_NE(out.find(" " + at("/redirect/2") + "\n"), std::string::npos) << out;
  EXPECT_NE(out.find("200 fetched 2048 " + at("/gzip") + "\n"), std::string::npos) << out;
  EXPECT_NE(out.find("404 fetched "), std::string::npos) << out;
  EXPECT_NE(out.find("failed truncated: "), std::string::npos) << out;
  EXPECT_NE(out.find("200 fetched 7 " + at("/bytes/7") + "\n"), std::string::npos) << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 6);
  EXPECT_EQ(result.err, "");
}

TEST_P(PipeExample, TakesAJobAndThousandsOfUrls) {
  forage_.write("job.toml", "[polite]\nuser_agent = \"example/1\"\n");
  std::vector<std::string> args{"--job", "job.toml"};
  for (int i = 0; i < 3000; ++i) args.push_back(at("/page/" + std::to_string(i)));
  const ProcessResult result = run(args);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(countOf(result.out, "200 fetched 2048 "), 3000u) << result.out;
}

TEST_P(PipeExample, SaysThatTheCommandIsOver) {
  forage_.write("job.toml", "wrong = 1\n");
  const ProcessResult result = run({"--job", "job.toml", at("/page/1")});
  EXPECT_NE(result.out.find("failed forage pipe has ended"), std::string::npos)
      << result.out << result.err;
  EXPECT_NE(result.err.find("forage: job.toml:1:1: wrong: unknown key"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, PipeExample, testing::Values("fetch.py", "fetch.mjs"),
                         [](const auto& test) {
                           return std::string(test.param) == "fetch.py" ? "Python" : "Node";
                         });

}  // namespace
}  // namespace forage::test
