#include "report/jsonl_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "forage/error.h"
#include "forage/version.h"
#include "report/output_stream.h"

namespace forage {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class JsonLinesSink : public testing::Test {
 protected:
  JsonLinesSink() {
    std::string name = (std::filesystem::temp_directory_path() / "forage-jsonl-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "out.jsonl";
  }
  ~JsonLinesSink() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] static std::unique_ptr<Sink> make(const std::filesystem::path& file,
                                                  Settings::Values more = {}) {
    more["file"] = {file.string(), "job.toml:3:8"};
    return makeJsonLinesSink(Settings("sink.jsonl", std::move(more)));
  }

  [[nodiscard]] std::string written() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] std::vector<json> lines() const {
    std::vector<json> all;
    std::istringstream in(written());
    for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
    return all;
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

Visit visitOf(std::string body, std::string fields = "Content-Type: text/html\r\n",
              int status = 200) {
  Visit visit;
  visit.group = "first";
  visit.url = "http://a.example/x";
  visit.outcome = Outcome::kFetched;
  visit.requests = 1;
  visit.stored = true;
  visit.elapsed = std::chrono::microseconds(12'034);
  Response response{status, "OK", Headers(std::move(fields)), std::move(body)};
  visit.response = std::make_shared<const Entry>("url:http://a.example/x", std::move(response),
                                                 WallTime{}, WallTime{}, WallTime::max());
  visit.cache_status.forward = CacheStatus::Forward::kUriMiss;
  visit.cache_status.forward_status = 200;
  visit.cache_status.stored = true;
  return visit;
}

TEST_F(JsonLinesSink, WritesOneObjectForEachVisit) {
  const auto sink = make(file_);
  sink->accept(visitOf("<p>\"hi\"\n</p>"));
  sink->close();
  EXPECT_EQ(written().back(), '\n');
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0], json::parse(R"({"url":"http://a.example/x","group":"first",
      "outcome":"fetched","status":200,"redirects":0,"requests":1,"stored":true,
      "elapsed_ms":12.034,"cache_status":"forage; fwd=uri-miss; fwd-status=200; stored",
      "content_type":"text/html","length":12,
      "content":"<p>\"hi\"\n</p>"})"));
}

TEST_F(JsonLinesSink, TellsWhereARedirectLed) {
  const auto sink = make(file_);
  Visit visit = visitOf("x");
  visit.final_url = "http://b.example/";
  visit.redirects = 2;
  sink->accept(visit);
  sink->close();
  EXPECT_EQ(lines().at(0)["final_url"], "http://b.example/");
  EXPECT_EQ(lines().at(0)["redirects"], 2);
}

TEST_F(JsonLinesSink, TellsWhyAUrlFailed) {
  const auto sink = make(file_);
  Visit refused;
  refused.url = "http://a.example/\xff";
  refused.group = "first";
  refused.failure = {ErrorKind::kConnect, "connection refused"};
  sink->accept(refused);
  Visit missing = visitOf("gone", "", 404);
  missing.outcome = Outcome::kFailed;
  missing.failure = {ErrorKind::kStatus, "404 Not Found"};
  sink->accept(missing);
  sink->close();
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[0], json::parse(R"({"url":"http://a.example/\ufffd","group":"first",
      "outcome":"failed","status":0,"error":{"kind":"connect","message":"connection refused"},
      "redirects":0,"requests":0,"stored":false,"elapsed_ms":0.000})"));
  EXPECT_EQ(lines()[1]["error"]["kind"], "status");
  EXPECT_EQ(lines()[1]["content"], "gone");
}

TEST_F(JsonLinesSink, WritesBinaryBodiesInBase64) {
  const auto sink = make(file_);
  sink->accept(visitOf("\x89PNG\xff"));
  sink->close();
  EXPECT_EQ(lines().at(0)["content_b64"], "iVBOR/8=");
  EXPECT_EQ(lines().at(0)["length"], 5);
  EXPECT_FALSE(lines().at(0).contains("content"));
}

TEST_F(JsonLinesSink, TellsTheCharacterSetAndLeavesTheBodyAsItIs) {
  const auto sink = make(file_);
  sink->accept(visitOf("gr\xfc\xdf", "Content-Type: text/html; charset=latin1\r\n"));
  sink->accept(visitOf("<meta charset=utf-8>"));
  sink->close();
  EXPECT_EQ(lines().at(0)["charset"], "windows-1252");
  EXPECT_EQ(lines().at(0)["content_b64"], "Z3L83w==");
  EXPECT_EQ(lines().at(1)["charset"], "utf-8");
}

TEST_F(JsonLinesSink, WritesBodiesAsUtf8WhereThatIsWanted) {
  const auto sink = make(file_, {{"utf8", {true, ""}}});
  sink->accept(visitOf("gr\xfc\xdf", "Content-Type: text/html; charset=latin1\r\n"));
  sink->accept(visitOf("\xff", "Content-Type: text/html; charset=x-unknown\r\n"));
  sink->close();
  EXPECT_EQ(lines().at(0)["content"], "grüß");
  EXPECT_EQ(lines().at(0)["length"], 4);
  EXPECT_EQ(lines().at(1)["content_b64"], "/w==");
}

TEST_F(JsonLinesSink, KeepsLargeBodiesWholeAcrossItsBuffer) {
  std::string text;
  while (text.size() < 5 * OutputStream::kBufferSize) text += "\u20ac uro \"quoted\"\n\x01";
  std::string binary = text + '\xff';
  const auto sink = make(file_);
  sink->accept(visitOf(text));
  sink->accept(visitOf(binary));
  sink->close();
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[0]["content"], text);
  const auto encoded = lines()[1]["content_b64"].get<std::string>();
  EXPECT_EQ(encoded.size(), (binary.size() + 2) / 3 * 4);
  EXPECT_GE(encoded.find('='), encoded.size() - 2) << "padding stands only at the end";
}

TEST_F(JsonLinesSink, LeavesBodiesOutWhenAskedTo) {
  const auto sink = make(file_, {{"content", {false, ""}}});
  sink->accept(visitOf("0123456789"));
  sink->close();
  EXPECT_FALSE(lines().at(0).contains("content"));
  EXPECT_EQ(lines().at(0)["length"], 10);
}

TEST_F(JsonLinesSink, AppendsToWhatIsThere) {
  for (int run = 0; run < 2; ++run) {
    const auto sink = make(file_);
    sink->accept(visitOf("x"));
    sink->close();
  }
  EXPECT_EQ(lines().size(), 2u);
}

TEST_F(JsonLinesSink, EndsALineThatAKilledRunLeftUnfinished) {
  std::ofstream(file_) << "{\"url\":\"http://cut";
  const auto sink = make(file_);
  sink->accept(visitOf("x"));
  sink->close();
  EXPECT_EQ(written().rfind("{\"url\":\"http://cut\n{\"url\":", 0), 0u);
}

TEST_F(JsonLinesSink, StartsAnewWhenOverwriting) {
  std::ofstream(file_) << "old\n";
  const auto sink = make(file_, {{"overwrite", {true, ""}}});
  EXPECT_EQ(written(), "old\n") << "nothing is lost before the run has begun";
  sink->accept(visitOf("x"));
  sink->close();
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(JsonLinesSink, EmptiesAnOverwrittenFileAlsoWithoutVisits) {
  std::ofstream(file_) << "old\n";
  make(file_, {{"overwrite", {true, ""}}})->close();
  EXPECT_EQ(written(), "");
}

TEST_F(JsonLinesSink, SaysWhichFileIsOnAFullDisk) {
  const auto sink = make("/dev/full");
  sink->accept(visitOf("small"));
  try {
    sink->close();
    FAIL() << "a full disk was not noticed";
  } catch (const SinkError& error) {
    EXPECT_THAT(error.message(), HasSubstr("/dev/full"));
    EXPECT_THAT(error.message(), HasSubstr("No space left on device"));
  }
}

TEST_F(JsonLinesSink, NoticesAFullDiskBeforeTheEndOfALargeRun) {
  const auto sink = make("/dev/full");
  EXPECT_THROW(sink->accept(visitOf(std::string(OutputStream::kBufferSize, 'x'))), SinkError);
}

TEST_F(JsonLinesSink, WritesToAPipe) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = written(); });
  const auto sink = make(file_);
  sink->accept(visitOf("through"));
  sink->close();
  reader.join();
  EXPECT_EQ(json::parse(received)["content"], "through");
}

TEST_F(JsonLinesSink, RefusesAFileThatCannotBeOpened) {
  try {
    static_cast<void>(make(folder_ / "absent" / "out.jsonl"));
    FAIL() << "opened";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.message(), HasSubstr("job.toml:3:8: sink.jsonl.file: "));
    EXPECT_THAT(error.message(), HasSubstr("No such file or directory"));
  }
}

TEST_F(JsonLinesSink, WantsAFile) {
  EXPECT_THROW(static_cast<void>(makeJsonLinesSink(Settings("sink.jsonl", {}))), ConfigError);
}

TEST(JsonLinesPlugin, DescribesItselfAsAPlugin) {
  const PluginInfo& info = jsonLinesPlugin();
  EXPECT_STREQ(info.name, "jsonl");
  EXPECT_EQ(info.abi, kAbi);
  EXPECT_EQ(info.make_cache, nullptr);
  ASSERT_NE(info.make_sink, nullptr);
  std::map<std::string, std::string> types;
  for (const OptionInfo& option : jsonLinesOptions()) types[option.name] = option.type;
  EXPECT_EQ(types,
            (std::map<std::string, std::string>{
                {"content", "flag"}, {"file", "text"}, {"overwrite", "flag"}, {"utf8", "flag"}}));
}

}  // namespace
}  // namespace forage
