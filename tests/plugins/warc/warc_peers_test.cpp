// WARC files of others are read, and ours by others: wget and warcio.js.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "conformance/entries.h"
#include "origin/origin_server.h"
#include "support/process.h"
#include "support/temporary_folder.h"
#include "warc/warc_reader.h"
#include "warc/warc_writer.h"

namespace forage::warc {
namespace {

using forage::test::ProcessResult;
using forage::test::ProcessSpec;
using forage::test::runProcess;
using nlohmann::json;
using testing::HasSubstr;

std::map<std::string, EntryPtr> entriesOf(WarcReader& reader) {
  std::map<std::string, EntryPtr> all;
  while (EntryPtr entry = reader.next()) all.insert_or_assign(std::string(entry->key()), entry);
  return all;
}

class WarcOfWget : public testing::TestWithParam<bool> {
 protected:
  WarcOfWget() { origin_.start(); }

  /// Has wget fetch `paths` into a WARC file, which is returned.
  std::filesystem::path fetch(const std::vector<std::string>& paths) {
    std::vector<std::string> command{
        "wget",         "--no-config",       "--quiet",          "--tries=1",
        "--timeout=30", "--warc-file=crawl", "--no-directories", "--output-document=pages"};
    if (!GetParam()) command.emplace_back("--no-warc-compression");
    for (const std::string& path : paths) command.push_back(origin_.url() + path);
    ProcessSpec spec;
    spec.command = std::move(command);
    spec.without = {"http_proxy"};
    spec.folder = folder_.path();
    (void)runProcess(spec);  // its exit code is that of the pages
    return folder_.path() / (GetParam() ? "crawl.warc.gz" : "crawl.warc");
  }
  [[nodiscard]] Key keyOf(const std::string& path) const { return "url:" + origin_.url() + path; }

  OriginServer origin_;
  forage::test::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Forms, WarcOfWget, testing::Bool(),
                         [](const auto& test) { return test.param ? "Gzip" : "Plain"; });

TEST_P(WarcOfWget, HoldsThePagesThatTheServerSent) {
  WarcReader reader(
      fetch({"/page/1", "/page/2", "/stream/3", "/gzip", "/get?a=%20b", "/bytes/70000"}));
  const auto entries = entriesOf(reader);
  EXPECT_EQ(reader.counts().first_problem, "");
  EXPECT_EQ(entries.size(), 6u);
  EXPECT_THAT(entries.at(keyOf("/page/1"))->body(), HasSubstr("<title>Page 1</title>"));
  EXPECT_EQ(entries.at(keyOf("/page/2"))->body().size(), 2048u);
  EXPECT_EQ(entries.at(keyOf("/bytes/70000"))->body().size(), 70'000u);
  const Entry& chunked = *entries.at(keyOf("/stream/3"));
  EXPECT_EQ(std::count(chunked.body().begin(), chunked.body().end(), '\n'), 3);
  EXPECT_TRUE(chunked.body().starts_with('{'));
  EXPECT_FALSE(chunked.headers().find("Transfer-Encoding"));
  const Entry& gzip = *entries.at(keyOf("/gzip"));
  EXPECT_EQ(gzip.headers().find("Content-Encoding"), "gzip");
  EXPECT_TRUE(gzip.body().starts_with("\x1f\x8b"));
  EXPECT_EQ(gzip.expires(), WallTime::max());
}

TEST_P(WarcOfWget, HoldsRedirectsAndErrorsAsTheyCame) {
  WarcReader reader(fetch({"/redirect/1", "/status/404"}));
  const auto entries = entriesOf(reader);
  EXPECT_EQ(entries.at(keyOf("/redirect/1"))->status(), 302);
  EXPECT_EQ(entries.at(keyOf("/get"))->status(), 200);
  EXPECT_EQ(entries.at(keyOf("/status/404"))->status(), 404);
}

TEST_P(WarcOfWget, GivesNoPageThatCameIncomplete) {
  WarcReader reader(fetch({"/truncated/1000", "/page/1"}));
  const auto entries = entriesOf(reader);
  EXPECT_EQ(entries.size(), 1u);
  EXPECT_TRUE(entries.contains(keyOf("/page/1")));
  EXPECT_EQ(reader.counts().damaged, 1u);
}

class Warcio : public testing::Test {
 protected:
  void SetUp() override {
    ProcessSpec spec;
    spec.command = {FORAGE_SOURCE_DIR "/tests/plugins/warc/warcio/install", programs_};
    const ProcessResult installed = runProcess(spec, std::chrono::minutes(4));
    ASSERT_EQ(installed.exit_code, 0) << installed.out << installed.err;
  }
  [[nodiscard]] std::string run(const std::string& program,
                                const std::filesystem::path& file) const {
    ProcessSpec spec;
    spec.command = {"node", programs_ + "/" + program, file.string()};
    const ProcessResult result = runProcess(spec);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }
  std::vector<json> read(const std::filesystem::path& file) const {
    std::vector<json> records;
    std::istringstream lines(run("read.mjs", file));
    for (std::string line; std::getline(lines, line);) records.push_back(json::parse(line));
    return records;
  }

  const std::string programs_ = FORAGE_BUILD_DIR "/tests/warcio";
  forage::test::TemporaryFolder folder_;
  SystemClock clock_;
};

TEST_F(Warcio, ReadsWhatTheWriterWrites) {
  for (const char* name : {"site.warc", "site.warc.gz"}) {
    WarcWriter writer(folder_.path() / name, clock_);
    writer.write("url:http://h/a?b=%20", *conformance::makeEntry("k", "page"),
                 "GET /a?b=%20 HTTP/1.1\r\nHost: h\r\n\r\n");
    writer.write(*conformance::makeEntry("url:sha256:01", std::string(100'000, '\xe9'), 404));
    writer.finish();

    const std::vector<json> records = read(folder_.path() / name);
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(records[0]["type"], "warcinfo");
    EXPECT_EQ(records[1]["type"], "response");
    EXPECT_EQ(records[1]["uri"], "http://h/a?b=%20");
    EXPECT_EQ(records[1]["date"], "2023-11-14T22:13:19.502Z");
    EXPECT_EQ(records[1]["status"], 200);
    EXPECT_EQ(records[1]["fields"]["x-size"], "4");
    EXPECT_EQ(records[1]["content"], "page");
    EXPECT_EQ(records[2]["type"], "request");
    EXPECT_EQ(records[2]["concurrent_to"], records[1]["id"]);
    EXPECT_EQ(records[3]["status"], 404);
    EXPECT_EQ(records[3]["content"].get<std::string>().size(), 200'000u);  // as UTF-8
  }
}

TEST_F(Warcio, FindsThePayloadsOfWhichTheWriterGivesTheDigest) {
  WarcWriter writer(folder_.path() / "site.warc.gz", clock_);
  writer.write(*conformance::makeEntry("url:http://h/", "abc"));
  writer.finish();
  const std::vector<json> records = read(folder_.path() / "site.warc.gz");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1]["payload_digest"], "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
  EXPECT_EQ(records[1]["content_sha1"], "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_F(Warcio, WritesAsBrowserCrawlersDoWhatTheReaderReads) {
  const std::filesystem::path file = folder_.path() / "crawl.warc.gz";
  (void)run("write.mjs", file);
  WarcReader reader(file);
  const auto entries = entriesOf(reader);
  EXPECT_EQ(reader.counts().first_problem, "");
  ASSERT_EQ(entries.size(), 3u);
  const Entry& page = *entries.at("url:http://h/page");
  EXPECT_EQ(page.body(), "<p>page</p>\r\n");
  EXPECT_EQ(page.received(), WallTime(Millis(1'714'564'800'250)));
  EXPECT_EQ(entries.at("url:http://h/old")->headers().find("Location"), "http://h/page");
  EXPECT_EQ(entries.at("url:http://h/again")->body(), page.body());
  EXPECT_EQ(reader.counts().revisits, 1u);
}

}  // namespace
}  // namespace forage::warc
