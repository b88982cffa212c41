// `forage cache export` and `import`, with a real Redis and real runs before and after.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "cache_fixture.h"
#include "forage/cache_key.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

class CacheArchive : public CacheCommandTest {
 protected:
  [[nodiscard]] fs::path path(const std::string& file) const {
    return forage_.folder.path() / file;
  }
  [[nodiscard]] std::size_t filesThatBeginWith(const std::string& start) const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(forage_.folder.path())) {
      if (entry.path().filename().string().starts_with(start)) ++count;
    }
    return count;
  }
};

const std::vector<std::string> kPages{"/page/1",     "/page/2", "/bytes/300000", "/gzip/3",
                                      "/brotli/3",   "/etag/x", "/status/404",   "/redirect/2",
                                      "/page/1?a=b", "/bytes/0"};

TEST_F(CacheArchive, BringsEverythingBackSoThatAWarmRunSendsNoRequest) {
  fill(kPages);
  const long long all = keys();
  for (const std::string file : {"all.jsonl", "all.warc", "all.warc.gz"}) {
    const std::string count = std::to_string(all);
    EXPECT_THAT(said({"export", file}), HasSubstr("exported " + count + " entries, "));
    redis_.command({"FLUSHALL"});
    EXPECT_EQ(said({"import", file}), "imported " + count + " entries\n");
    EXPECT_EQ(keys(), all);
    EXPECT_EQ(runJob(), 0) << file;
  }
}

/// Every kind of key that a run makes, each as long as they come.
std::vector<EntryPtr> allKinds() {
  Key url = "url:http://h/";
  url.resize(kMaxKeyBytes, 'a');
  const std::string digest(32, '0');
  const std::string generation = "4294967295-4294967295-18446744073709551615";
  const std::string variant = digest + "." + generation;
  const WallTime now{Millis(1'700'000'000'000)};
  const auto entry = [&](const Key& key, Response&& response, const std::string& name = {}) {
    return std::make_shared<const Entry>(key, std::move(response), now, now, WallTime::max(), name);
  };
  return {
      entry(url, {200, "OK", {}, "page"}),
      entry(url + "#" + digest, {200, "OK", Headers("Vary: A\r\n"), "own"}, variant),
      entry(url + "#" + digest + "#" + variant, {200, "OK", Headers("Vary: A\r\n"), "b"}, variant),
      entry(url + "#part", {206, "OK", Headers("Content-Range: bytes 0-3/9\r\n"), "part"}),
      entry(url + "#" + digest + "#head", {200, "OK", Headers("Content-Length: 1234\r\n"), ""}),
      entry("url:http://h/#head", {404, "None", {}, ""}),
      entry("url:http://h/", {200, "OK", {}, "default"}, "." + generation + ".accept"),
      entry("url:sha256:" + std::string(64, 'f') + "#" + digest, {200, "OK", {}, "long"})};
}

TEST_F(CacheArchive, IsWholeWhateverTheCacheHolds) {
  forage_.write("job.toml", jobOf({}, head()));
  const std::vector<EntryPtr> entries = allKinds();
  const std::string count = std::to_string(entries.size());
  for (const std::string file : {"all.jsonl", "all.warc", "all.warc.gz"}) {
    redis_.command({"FLUSHALL"});
    for (const EntryPtr& entry : entries) {
      redis_.command(
          {"SET", Key(entry->key()), encodeEntryHead(*entry) + std::string(entry->body())});
    }
    EXPECT_THAT(said({"export", file}), HasSubstr("exported " + count + " entries, ")) << file;
    redis_.command({"FLUSHALL"});
    EXPECT_EQ(said({"import", file}), "imported " + count + " entries\n");
    for (const EntryPtr& entry : entries) {
      EXPECT_EQ(redis_.command({"GET", Key(entry->key())}).text,
                encodeEntryHead(*entry) + std::string(entry->body()));
    }
  }
}

TEST_F(CacheArchive, KeepsWhatRemainsOfLifetimes) {
  fill({"/page/1"});
  const json before = listed().at(0);
  said({"export", "all.jsonl"});
  redis_.command({"FLUSHALL"});
  said({"import", "all.jsonl"});
  const json after = listed().at(0);
  EXPECT_EQ(after["expires"], before["expires"]);
  EXPECT_EQ(after["received"], before["received"]);
  const long long left = redis_.command({"PTTL", after["key"]}).integer;
  EXPECT_GT(left, 3'500'000);
  EXPECT_LT(left, 3'960'001);
}

TEST_F(CacheArchive, ExportsWhatIsNamedAndNotWhatHasExpired) {
  fill(kPages);
  putExpired("/old", std::chrono::seconds(1));
  said({"export", "pages.jsonl", "*/page/*"});
  EXPECT_EQ(countOf(forage_.read("pages.jsonl"), "\n"), 3u);
  said({"export", "errors.jsonl", "--status", "404"});
  EXPECT_EQ(countOf(forage_.read("errors.jsonl"), "\n"), 1u);
  EXPECT_EQ(said({"export", "old.jsonl", "/old"}),
            "exported 0 entries, 0 B of bodies, without 1 that had expired\n");
}

TEST_F(CacheArchive, ReplacesNothingUnlessAsked) {
  fill({"/page/1"});
  const std::string key = "url:" + origin_.url() + "/page/1";
  said({"export", "all.jsonl"});
  redis_.command({"DEL", key});
  EXPECT_EQ(runJob(), 1);
  const std::string newer = redis_.command({"GET", key}).text;
  EXPECT_EQ(said({"import", "all.jsonl"}), "imported 0 entries, 1 there already\n");
  EXPECT_EQ(redis_.command({"GET", key}).text, newer);
  EXPECT_EQ(said({"import", "all.jsonl", "--replace"}), "imported 1 entry\n");
  EXPECT_NE(redis_.command({"GET", key}).text, newer);
}

TEST_F(CacheArchive, GivesKeysThePrefixOfTheJob) {
  fill({"/page/1"});
  for (const std::string file : {"all.jsonl", "all.warc.gz"}) {
    said({"export", file});
    redis_.command({"FLUSHALL"});
    said({"import", file, "--set", "cache.key_prefix=mine:"});
    EXPECT_EQ(redis_.command({"EXISTS", "mine:" + origin_.url() + "/page/1"}).integer, 1) << file;
    said({"import", file});
  }
  EXPECT_EQ(runJob(), 0);
}

TEST_F(CacheArchive, LeavesOutWhatHasExpiredAndTellsWhatIsDamaged) {
  fill({"/page/1", "/page/2", "/page/3"});
  said({"export", "all.jsonl"});
  redis_.command({"FLUSHALL"});
  std::istringstream lines(forage_.read("all.jsonl"));
  std::string one, two, three;
  std::getline(lines, one);
  std::getline(lines, two);
  std::getline(lines, three);
  json expired = json::parse(two);
  expired["expires"] = "2020-01-01T00:00:00.000Z";
  json forged = json::parse(three);
  forged["key"] = "no URL";
  forage_.write("mixed.jsonl",
                one + "\n" + expired.dump() + "\n{\"x\": \x1b[2J\n" + forged.dump() + "\n");
  const ProcessResult result = cache({"import", "mixed.jsonl"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "imported 1 entry, 1 expired, 2 damaged\n");
  EXPECT_THAT(result.err, HasSubstr("forage: mixed.jsonl:3: no JSON object\n"));
  EXPECT_THAT(result.err, HasSubstr("a key that names no URL"));
  EXPECT_EQ(keys(), 1);
}

TEST_F(CacheArchive, GoesThroughAPipe) {
  fill(kPages);
  const long long all = keys();
  forage_.write("other.toml", head() + "key_prefix = \"x\"\n");
  ProcessSpec spec = forage_.spec({});
  spec.command = {"/bin/sh", "-c",
                  "\"$0\" cache export - --job job.toml | "
                  "\"$0\" cache import - --job job.toml --set cache.key_prefix=copy:",
                  spec.command[0]};
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.out, "imported " + std::to_string(all) + " entries\n") << result.err;
  EXPECT_EQ(keys(), 2 * all);
}

TEST_F(CacheArchive, SaysWhatItCannotReadOrWrite) {
  fill({"/page/1"});
  EXPECT_EQ(cache({"export", "none/all.jsonl"}).exit_code, 2);
  EXPECT_EQ(cache({"export", "none/all.warc"}).exit_code, 2);
  EXPECT_EQ(cache({"export", "all.zip"}).exit_code, 2);
  EXPECT_EQ(cache({"import", "none.jsonl"}).exit_code, 2);
  EXPECT_EQ(cache({"import", "none.warc.gz"}).exit_code, 2);
  forage_.write("no.warc", "this is none");
  const ProcessResult result = cache({"import", "no.warc"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("no.warc: byte 0: "));
}

TEST_F(CacheArchive, IsNotImportedWhereItWouldBeForgotten) {
  fill({"/page/1"});
  said({"export", "all.warc.gz"});
  const std::vector<std::string> import{"cache", "import", "all.warc.gz", "--set",
                                        "cache.plugin=memory"};
  const ProcessResult refused = forage_.run(import);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("would forget this with the end of the command: set "
                                     "[cache.memory] snapshot = \"FILE.warc.gz\" and record"));
  std::vector<std::string> recorded = import;
  for (const char* set : {"cache.memory.snapshot=own.warc.gz", "cache.memory.record=true"}) {
    recorded.insert(recorded.end(), {"--set", set});
  }
  EXPECT_EQ(forage_.run(recorded).out, "imported 1 entry\n");
  EXPECT_TRUE(std::filesystem::exists(forage_.folder.path() / "own.warc.gz"));
  const ProcessResult again = forage_.run(recorded);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, "imported 0 entries, 1 there already\n");
}

TEST_F(CacheArchive, WorksOnTheSnapshotOfACacheInMemory) {
  fill({"/page/1", "/page/2", "/etag/x"});
  said({"export", "all.warc.gz"});
  forage_.write("memory.toml",
                "[cache]\nplugin = \"memory\"\n[cache.memory]\nsnapshot = \"all.warc.gz\"\n");
  const auto memory = [&](std::vector<std::string> args) {
    args.insert(args.begin(), "cache");
    args.insert(args.end(), {"--job", "memory.toml"});
    return forage_.run(args);
  };
  EXPECT_EQ(countOf(memory({"ls"}).out, "\n"), 3u);
  const ProcessResult forgotten = memory({"purge", "page"});
  EXPECT_THAT(forgotten.out, HasSubstr("erased 2 entries"));
  EXPECT_THAT(forgotten.err, HasSubstr("forgets this with the end of the command: set "
                                       "[cache.memory] record = true"));
  EXPECT_EQ(countOf(memory({"ls"}).out, "\n"), 3u);

  const std::string record = "cache.memory.record=true";
  EXPECT_EQ(memory({"purge", "page", "--dry-run", "--set", record}).err, "");
  EXPECT_EQ(countOf(memory({"ls"}).out, "\n"), 3u);
  EXPECT_EQ(memory({"purge", "page", "--set", record}).err, "");
  EXPECT_THAT(memory({"ls"}).out, testing::EndsWith("/etag/x\n"));
  EXPECT_EQ(countOf(memory({"ls"}).out, "\n"), 1u);
}

TEST_F(CacheArchive, AnInterruptedExportLeavesNothing) {
  fill({"/page/1", "/page/2"});
  forage_.write("old.jsonl", "as it was\n");
  for (const std::string file : {"old.jsonl", "new.warc.gz"}) {
    redis_.pause();
    Process process(forage_.spec(arguments({"export", file})));
    const std::size_t before = file == "old.jsonl" ? 1 : 0;
    ASSERT_TRUE(eventually([&] { return filesThatBeginWith(file) > before; }))
        << "it writes beside its place";
    process.signal(SIGINT);
    ASSERT_TRUE(process.waitForText("forage: stopping"));
    redis_.resume();
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_code, 11) << result.err;
    EXPECT_THAT(result.err, HasSubstr("interrupted: " + file + " is as it was"));
    EXPECT_EQ(filesThatBeginWith(file), before);
  }
  EXPECT_EQ(forage_.read("old.jsonl"), "as it was\n");
}

TEST_F(CacheArchive, AnInterruptedImportKeepsWhatItHasStored) {
  fill({"/page/1"});
  said({"export", "all.jsonl"});
  redis_.command({"FLUSHALL"});
  const fs::path pipe = path("pipe.jsonl");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Process process(forage_.spec(arguments({"import", "pipe.jsonl"})));
  const int out = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);  // waits for the command to read
  const std::string line = forage_.read("all.jsonl");
  ASSERT_EQ(::write(out, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  int left = 1;
  ASSERT_TRUE(eventually([&] { return ::ioctl(out, FIONREAD, &left) == 0 && left == 0; }));
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  ::close(out);
  EXPECT_EQ(result.exit_code, 11) << result.err;
  EXPECT_EQ(result.out, "imported 1 entry\n");
  EXPECT_EQ(keys(), 1);
}

}  // namespace
}  // namespace forage::test
