// Where results and reports go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<json> jsonLines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

class Outputs : public testing::Test {
 protected:
  Outputs() {
    origin_.start();
    forage_.write("job.toml",
                  jobOf({origin_.url() + "/bytes/100", origin_.url() + "/gzip",
                         origin_.url() + "/redirect/2", origin_.url() + "/status/404"}));
  }
  OriginServer origin_;
  ForageCommand forage_;
};

TEST_F(Outputs, EveryVisitIsALineOfJson) {
  EXPECT_EQ(forage_.run({"run", "job.toml", "-o", "out.jsonl"}).exit_code, 8);
  std::set<std::string> urls;
  for (const json& line : jsonLines(forage_.read("out.jsonl"))) {
    urls.insert(line["url"]);
    EXPECT_EQ(line["group"], "first");
    if (line["url"] == origin_.url() + "/gzip") {
      EXPECT_EQ(line["content_type"], "text/html; charset=utf-8");
      EXPECT_THAT(line["content"].get<std::string>(), HasSubstr("<html"))
          << "the content coding is off";
    }
    if (line["url"] == origin_.url() + "/redirect/2") {
      EXPECT_EQ(line["final_url"], origin_.url() + "/get");
      EXPECT_EQ(line["redirects"], 2);
    }
    if (line["url"] == origin_.url() + "/status/404") {
      EXPECT_EQ(line["outcome"], "failed");
      EXPECT_EQ(line["error"]["kind"], "status");
      EXPECT_FALSE(line["stored"]);
    }
  }
  EXPECT_EQ(urls.size(), 4u);
}

TEST_F(Outputs, AppendOrStartAnew) {
  static_cast<void>(forage_.run({"run", "job.toml", "-q", "-o", "out.jsonl"}));
  static_cast<void>(forage_.run({"run", "job.toml", "-q", "-o", "out.jsonl"}));
  EXPECT_EQ(jsonLines(forage_.read("out.jsonl")).size(), 8u);
  static_cast<void>(forage_.run({"run", "job.toml", "-q", "-O", "out.jsonl"}));
  EXPECT_EQ(jsonLines(forage_.read("out.jsonl")).size(), 4u);
}

TEST_F(Outputs, ASinkOfTheJobFileWritesBesideIt) {
  std::filesystem::create_directory(forage_.folder.path() / "deep");
  forage_.write("deep/job.toml", jobOf({origin_.url() + "/get"},
                                       "[[sink]]\nplugin = \"jsonl\"\nfile = \"out.jsonl\"\n"
                                       "content = false"));
  EXPECT_EQ(forage_.run({"run", "deep/job.toml"}).exit_code, 0);
  const auto lines = jsonLines(forage_.read("deep/out.jsonl"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_FALSE(lines[0].contains("content"));
}

TEST_F(Outputs, StandardOutputCarriesDataAloneWhenAskedTo) {
  const ProcessResult sink = forage_.run({"run", "job.toml", "-o", "-"});
  EXPECT_EQ(jsonLines(sink.out).size(), 4u);
  EXPECT_THAT(sink.err, HasSubstr("[FETCHING]"));
  const ProcessResult report = forage_.run({"run", "job.toml", "--report", "-"});
  EXPECT_EQ(json::parse(report.out)["totals"]["urls"], 4);
}

TEST_F(Outputs, AFullDiskEndsTheRunWithTheNameOfTheFile) {
  std::filesystem::create_symlink("/dev/full", forage_.folder.path() / "out.jsonl");
  const ProcessResult result = forage_.run({"run", "job.toml", "-o", "out.jsonl"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("out.jsonl: cannot be written: No space left on device"));
}

TEST_F(Outputs, AFullDiskUnderTheReportIsToldToo) {
  const ProcessResult result = forage_.run({"run", "job.toml", "-q", "--report", "/dev/full"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("/dev/full: cannot be written: No space left on device"));
}

TEST_F(Outputs, NothingIsLeftBesideTheReport) {
  static_cast<void>(forage_.run({"run", "job.toml", "-q", "--report", "run.json"}));
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(forage_.folder.path())) {
    files.insert(entry.path().filename());
  }
  EXPECT_EQ(files, (std::set<std::string>{"job.toml", "run.json"}));
}

}  // namespace
}  // namespace forage::test
