// Every example is a job file that loads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "forage_command.h"

namespace forage::test {
namespace {

std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(FORAGE_SOURCE_DIR "/examples")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Example : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Example, IsAJobFileThatLoads) {
  ForageCommand forage;
  forage.environment["REDIS_URL"] = "redis://localhost:6379";
  forage.environment["UPSTASH_REDIS_REST_URL"] = "https://name.upstash.io";
  forage.environment["UPSTASH_REDIS_REST_TOKEN"] = "secret-token";
  const ProcessResult result = forage.run({"check", GetParam().string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("\nok: "));
  EXPECT_THAT(result.out + result.err, testing::Not(testing::HasSubstr("secret-token")));
}

TEST_P(Example, RunsInItsTestEnvironmentWithoutRedis) {
  ForageCommand forage;
  ProcessSpec spec = forage.spec({"check", GetParam().string(), "--env", "test"});
  for (const char* const name :
       {"REDIS_URL", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"}) {
    spec.without.push_back(name);
  }
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("cache.plugin = \"memory\""));
}

INSTANTIATE_TEST_SUITE_P(All, Example, testing::ValuesIn(examples()),
                         [](const auto& test) { return test.param.stem().string(); });

}  // namespace
}  // namespace forage::test
