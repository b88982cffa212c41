// `forage cache` on what a real run left in Redis: looking, erasing, and what cannot be done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cache_fixture.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class CacheCommand : public CacheCommandTest {};

const std::vector<std::string> kPaths{"/page/1",     "/page/2",    "/bytes/50000?token=hunter2",
                                      "/gzip/3",     "/etag/x",    "/status/404",
                                      "/status/503", "/redirect/1"};

TEST_F(CacheCommand, LsListsALineForEachEntry) {
  fill(kPaths);
  const std::string text = said({"ls"});
  EXPECT_EQ(countOf(text, "\n"), 9u) << text << "with /get, where the redirect leads";
  EXPECT_THAT(text, testing::ContainsRegex("200     2.0 KiB +[0-9]s    59m[0-9][0-9]s  text/html  "
                                           "               " +
                                           origin_.url() + "/page/1\n"));
  EXPECT_THAT(text, HasSubstr("/bytes/50000?token=***\n"));
}

TEST_F(CacheCommand, LsWritesJsonLines) {
  fill({"/etag/x"});
  const std::vector<json> entries = listed();
  ASSERT_THAT(entries, SizeIs(1));
  const json& entry = entries[0];
  EXPECT_EQ(entry["key"], "url:" + origin_.url() + "/etag/x");
  EXPECT_EQ(entry["url"], origin_.url() + "/etag/x");
  EXPECT_EQ(entry["status"], 200);
  EXPECT_EQ(entry["reason"], "OK");
  EXPECT_EQ(entry["content_type"], "application/json");
  EXPECT_EQ(entry["etag"], "\"x\"");
  EXPECT_GT(entry["bytes"], 0);
  EXPECT_GT(entry["remaining_seconds"], 3500);
  EXPECT_LE(entry["remaining_seconds"], 3600) << "what the job gave, not what Redis adds";
  EXPECT_THAT(entry["received"].get<std::string>(), testing::MatchesRegex("2[0-9-]+T[0-9:.]+Z"));
}

TEST_F(CacheCommand, LsChoosesByEachFilter) {
  fill(kPaths);
  putExpired("/old", std::chrono::hours(48));
  EXPECT_THAT(paths({"/page/"}), ElementsAre("/page/1", "/page/2"));
  EXPECT_THAT(paths({origin_.url() + "/page/1"}), ElementsAre("/page/1"));
  EXPECT_THAT(paths({"*/page/*"}), ElementsAre("/page/1", "/page/2"));
  EXPECT_THAT(paths({"page*"}), IsEmpty());
  EXPECT_THAT(paths({"--status", "404"}), ElementsAre("/status/404"));
  EXPECT_THAT(paths({"--status", "4xx", "--status", "503"}),
              ElementsAre("/status/404", "/status/503"));
  EXPECT_THAT(paths({"--older-than", "1d"}), ElementsAre("/old"));
  EXPECT_THAT(paths({"--newer-than", "1d"}), SizeIs(9));
  EXPECT_THAT(paths({"--larger-than", "10KiB"}), ElementsAre("/bytes/50000?token=***"));
  EXPECT_THAT(paths({"--smaller-than", "4"}), ElementsAre("/old"));
  EXPECT_THAT(paths({"--type", "text/html"}), ElementsAre("/gzip/3", "/page/1", "/page/2"));
  EXPECT_THAT(paths({"--type", "text/html", "--smaller-than", "1KiB"}), ElementsAre("/gzip/3"));
  EXPECT_THAT(paths({"--limit", "3"}), SizeIs(3));
}

TEST_F(CacheCommand, LsSaysWhenNothingMatches) {
  fill({"/page/1"});
  const ProcessResult result = cache({"ls", "nothing"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "forage: no entry matches\n");
}

TEST_F(CacheCommand, LsEndsQuietlyWhenNobodyReadsOn) {
  fill({"/page/1", "/page/2", "/page/3"});
  ProcessSpec spec = forage_.spec({});
  // A pipe whose reader has gone.
  spec.command = {"/bin/sh", "-c",
                  "mkfifo pipe; exec 3<>pipe; exec 4>pipe; exec 3<&-; "
                  "\"$0\" cache ls --job job.toml >&4; echo $?",
                  spec.command[0]};
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.out, "0\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(CacheCommand, ShowTellsAllAboutAUrl) {
  fill({"/etag/x"});
  const std::string url = origin_.url() + "/etag/x";
  const std::string text = said({"show", url});
  EXPECT_THAT(text, testing::StartsWith("HTTP/1.1 200 OK\n"));
  EXPECT_THAT(text, HasSubstr("\nETag: \"x\"\n"));
  EXPECT_THAT(text, HasSubstr("\n\nkey        url:" + url + "\nreceived   2"));
  EXPECT_THAT(text, HasSubstr("\nremaining  59m"));
  for (const std::string& same : {"url:" + url, url + "#part", "HTTP" + url.substr(4)}) {
    EXPECT_THAT(said({"show", same}), HasSubstr("key        url:" + url + "\n")) << same;
  }
  const json object = json::parse(said({"show", url, "--json", "--body"}));
  EXPECT_EQ(object["headers"][0][0], "Server");
  EXPECT_EQ(object["content"].get<std::string>().size(), object["bytes"].get<std::size_t>());
}

TEST_F(CacheCommand, ShowWritesTheBodyDecodedOrAsReceived) {
  fill({"/gzip/3", "/page/3", "/bytes/1000"});
  const std::string page = said({"show", origin_.url() + "/page/3", "--body"});
  EXPECT_EQ(page.size(), 2048u);
  EXPECT_EQ(said({"show", origin_.url() + "/gzip/3", "--body"}), page);
  const std::string raw = said({"show", origin_.url() + "/gzip/3", "--raw"});
  EXPECT_THAT(raw, testing::StartsWith("\x1f\x8b"));
  EXPECT_EQ(said({"show", origin_.url() + "/bytes/1000", "--raw"}).size(), 1000u);
  EXPECT_EQ(cache({"show", origin_.url() + "/page/3", "--raw", "--body"}).exit_code, 2);
}

TEST_F(CacheCommand, ShowOfAMissIsOneLineWithTheNearestUrl) {
  fill({"/page/1"});
  const ProcessResult near = cache({"show", origin_.url() + "/page/1/"});
  EXPECT_EQ(near.exit_code, 1);
  EXPECT_EQ(near.err, "forage: not in the cache: " + origin_.url() + "/page/1/, did you mean " +
                          origin_.url() + "/page/1?\n");
  const ProcessResult far = cache({"show", "http://me:hunter2@nowhere.example/"});
  EXPECT_EQ(far.exit_code, 1);
  EXPECT_THAT(far.err, HasSubstr("forage cache ls 'http://nowhere.example/*'"));
  EXPECT_THAT(far.err, Not(HasSubstr("hunter2")));
  EXPECT_EQ(countOf(far.err, "\n"), 1u);
}

TEST_F(CacheCommand, StatAddsUp) {
  fill(kPaths);
  redis_.command({"SET", "url:http://h/", "no entry"});
  const json stat = json::parse(said({"stat", "--json"}));
  EXPECT_EQ(stat["plugin"], "redis");
  EXPECT_EQ(stat["entries"], 9);
  EXPECT_EQ(stat["damaged"], 1);
  EXPECT_GT(stat["bytes"], 50'000);
  EXPECT_EQ(stat["by_status"][0]["status"], "2xx");
  EXPECT_EQ(stat["by_status"][0]["entries"], 6);
  EXPECT_EQ(stat["by_host"][0]["host"], origin_.url().substr(7));
  EXPECT_EQ(stat["by_host"][0]["entries"], 9);
  EXPECT_EQ(stat["stats"]["connections"], 1);
  EXPECT_LE(stat["oldest"], stat["newest"]);
  const std::string text = said({"stat", "*/page/*"});
  EXPECT_THAT(text, HasSubstr("  entries              2  4.0 KiB of bodies\n"));
  EXPECT_THAT(text, HasSubstr("  damaged              0\n"));
}

TEST_F(CacheCommand, PurgeErasesWhatIsNamedAndNothingElse) {
  fill(kPaths);
  redis_.command({"SET", "other", "of somebody else"});
  EXPECT_EQ(said({"purge", "*/page/*", "--dry-run"}), "would erase 2 entries, 4.0 KiB of bodies\n");
  EXPECT_EQ(keys(), 10);
  EXPECT_EQ(said({"purge", "*/page/*"}), "erased 2 entries, 4.0 KiB of bodies\n");
  EXPECT_EQ(keys(), 8);
  EXPECT_THAT(said({"purge", "--status", "5xx"}), HasSubstr("erased 1 entry, "));
  EXPECT_THAT(paths({"--status", "5xx"}), IsEmpty());
  EXPECT_THAT(said({"purge", "--all"}), HasSubstr("erased 6 entries, "));
  EXPECT_EQ(keys(), 1) << "the key of somebody else";
  EXPECT_EQ(runJob(), 9) << "all is fetched again";
}

TEST_F(CacheCommand, PurgeWantsToBeToldWhat) {
  fill({"/page/1"});
  const ProcessResult nothing = cache({"purge"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("a PATTERN, an option such as --older-than, or --all"));
  EXPECT_EQ(cache({"purge", "--all", "x"}).exit_code, 2);
  EXPECT_EQ(cache({"purge", "--older-than", "soon"}).exit_code, 2);
  EXPECT_EQ(keys(), 1);
}

TEST_F(CacheCommand, GcErasesWhatIsExpiredOrDamaged) {
  fill({"/page/1", "/page/2"});
  putExpired("/old", std::chrono::seconds(1));
  redis_.command({"SET", "url:http://h/1", "<html>as another program stores it</html>"});
  redis_.command({"RPUSH", "url:http://h/2", "a", "list"});
  redis_.command({"SET", "other", "of somebody else"});
  const std::string damaged = "url:" + origin_.url() + "/page/2";
  redis_.command({"APPEND", damaged, "x"});
  EXPECT_EQ(said({"gc", "--dry-run"}), "would erase 1 expired and 3 damaged of 5\n");
  EXPECT_EQ(keys(), 6);
  EXPECT_EQ(said({"gc"}), "erased 1 expired and 3 damaged of 5\n");
  EXPECT_EQ(keys(), 2);
  EXPECT_THAT(paths(), ElementsAre("/page/1"));
  EXPECT_EQ(said({"gc"}), "erased 0 expired and 0 damaged of 1\n");
}

TEST_F(CacheCommand, GcWithoutAPrefixLeavesAloneWhatIsNoEntry) {
  fill({"/page/1"});
  redis_.command({"SET", "other", "of somebody else"});
  const ProcessResult result = cache({"gc", "--set", "cache.key_prefix="});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "erased 0 expired and 0 damaged of 2\n");
  EXPECT_THAT(result.err, HasSubstr("left alone: 1 values"));
  EXPECT_EQ(keys(), 2);
}

TEST_F(CacheCommand, FailsWhenTheCacheCannotAnswerAndAsksNoFallback) {
  fill({"/page/1"});
  said({"export", "old.jsonl"});
  redis_.stop();
  for (const std::vector<std::string>& args : {std::vector<std::string>{"ls"},
                                               {"show", "http://h/"},
                                               {"stat"},
                                               {"purge", "--all"},
                                               {"gc"},
                                               {"export", "all.jsonl"}}) {
    const ProcessResult result = cache(args);
    EXPECT_EQ(result.exit_code, 4) << args[0];
    EXPECT_EQ(result.out, "") << args[0];
    EXPECT_THAT(result.err, testing::StartsWith("forage: the cache cannot answer: redis at "));
    EXPECT_EQ(countOf(result.err, "\n"), 1u) << result.err;
  }
  EXPECT_FALSE(std::filesystem::exists(forage_.folder.path() / "all.jsonl"));
}

TEST_F(CacheCommand, SaysThatMemoryIsEmptyHere) {
  fill({"/page/1"});
  const ProcessResult result = cache({"ls", "--set", "cache.plugin=memory"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("the cache \"memory\" is empty here: what it holds ends with"));
  EXPECT_THAT(result.err, HasSubstr("snapshot"));
  forage_.environment["FORAGE_PLUGIN_PATH"] = FORAGE_BUILD_DIR "/tests/unit/plugin/plugins";
  const ProcessResult other = cache({"ls", "--set", "cache.plugin=fine"});
  EXPECT_THAT(other.err, HasSubstr("the cache \"fine\" is empty here"));
  EXPECT_THAT(other.err, testing::Not(HasSubstr("snapshot"))) << "it has no such option";
}

TEST_F(CacheCommand, WantsAJobOrASetting) {
  fill({"/page/1"});
  EXPECT_EQ(forage_.run({"cache", "ls"}).exit_code, 2);
  const ProcessResult result = forage_.run(
      {"cache", "ls", "--set", "cache.plugin=redis", "--set", "cache.url=" + redis_.url()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("/page/1\n"));
}

TEST_F(CacheCommand, ListsTenThousandEntriesInBoundedMemory) {
  std::vector<std::string> many;
  for (int i = 0; i < 10'000; ++i) many.push_back("/bytes/16384?seed=" + std::to_string(i));
  std::string urls;
  for (const std::string& path : many) urls += origin_.url() + path + "\n";
  forage_.write("urls.txt", urls);
  forage_.write("job.toml", head() +
                                "[fetch]\nparallel_max = 64\nparallel_max_host = 64\n"
                                "[[group]]\nname = \"g\"\nurls_file = \"urls.txt\"\n");
  ASSERT_EQ(runJob(), 10'000);
  const ProcessResult result = cache({"ls"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(countOf(result.out, "\n"), 10'000u);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what is freed
  EXPECT_LT(result.peak_memory, 64u << 20) << "of 160 MiB of bodies";
#endif
}

}  // namespace
}  // namespace forage::test
