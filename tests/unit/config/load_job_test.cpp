// What a correct configuration becomes: values, defaults, precedence and where they came from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "forage/version.h"
#include "job_folder.h"

namespace forage {
namespace {

using std::chrono::hours;
using test::JobFolder;
using testing::ElementsAre;
using testing::IsEmpty;

std::string text(const PluginUse& use, std::string_view key) {
  return use.settings.text(key, "not set");
}

TEST(LoadJob, TakesEveryKey) {
  JobFolder folder;
  folder.write("list.txt", "http://a.test/\n");
  const Job job = folder
                      .load(R"(
[cache]
plugin = "redis"
url = "redis://h"
fallback = "map"
expire_after = "1h"
allowable_codes = [404, 200, 200]
key_prefix = "p:"
queue_max = "1MiB"
retry_period = 0.5
redis.command_timeout = "2s"
map.max_entries = 3
[fetch]
plugin = "own"
parallel_max = 1
parallel_max_host = 100000
connect_timeout = "1s"
max_time = 2
max_filesize = 1000
max_header_size = "1KiB"
max_redirs = 0
ca_file = "ca.pem"
[fetch.own]
flag = true
real = 1.5
list = ["x", "y"]
[polite]
user_agent = "me/1"
[run]
max_threads = 2
grace_period = 0
[plugins]
path = ["p", "/q"]
[[sink]]
plugin = "jsonl"
file = "out.jsonl"
append = true
[[group]]
name = "g"
urls = ["http://a.test/1", "http://a.test/2"]
urls_file = "list.txt"
parallel_max = 7
expire_after = "2h"
)")
                      .job;
  EXPECT_EQ(job.name, "job.toml");
  EXPECT_EQ(job.cache.plugin.name, "redis");
  EXPECT_EQ(folder.withoutFolder(job.cache.plugin.place), "job.toml:3:10");
  EXPECT_EQ(job.cache.plugin.settings.section(), "cache.redis");
  EXPECT_EQ(text(job.cache.plugin, "url"), "redis://h");
  EXPECT_EQ(text(job.cache.plugin, "command_timeout"), "2s");
  ASSERT_TRUE(job.cache.fallback);
  EXPECT_EQ(job.cache.fallback->name, "map");
  EXPECT_EQ(job.cache.fallback->settings.integer("max_entries", 0, 0, 9), 3);
  EXPECT_FALSE(job.cache.fallback->settings.has("url"));
  EXPECT_EQ(job.cache.expire_after, hours(1));
  EXPECT_THAT(job.cache.allowable_codes, ElementsAre(200, 404));
  EXPECT_EQ(job.cache.key_prefix, "p:");
  EXPECT_EQ(job.cache.queue_max, 1u << 20);
  EXPECT_EQ(job.cache.retry_period, Millis(500));
  EXPECT_EQ(job.fetch.plugin.name, "own");
  EXPECT_EQ(job.fetch.parallel_max, 1u);
  EXPECT_EQ(job.fetch.parallel_max_host, 100'000u);
  EXPECT_EQ(job.fetch.limits.connect_timeout, Millis(1000));
  EXPECT_EQ(job.fetch.limits.max_time, Millis(2000));
  EXPECT_EQ(job.fetch.limits.max_filesize, 1000u);
  EXPECT_EQ(job.fetch.limits.max_header_bytes, 1024u);
  EXPECT_EQ(job.fetch.max_redirs, 0u);
  EXPECT_EQ(text(job.fetch.plugin, "ca_file"), (folder.path() / "ca.pem").string());
  EXPECT_TRUE(job.fetch.plugin.settings.flag("flag", false));
  EXPECT_EQ(job.fetch.plugin.settings.duration("real", {}), Millis(1500));
  EXPECT_THAT(job.fetch.plugin.settings.list("list"), ElementsAre("x", "y"));
  EXPECT_EQ(job.fetch.user_agent, "me/1");
  EXPECT_EQ(job.run.max_threads, 2u);
  EXPECT_EQ(job.run.grace_period, Millis(0));
  EXPECT_THAT(job.plugin_path, ElementsAre(folder.path() / "p", "/q"));
  ASSERT_EQ(job.sinks.size(), 1u);
  EXPECT_EQ(job.sinks[0].name, "jsonl");
  EXPECT_EQ(text(job.sinks[0], "file"), (folder.path() / "out.jsonl").string());
  EXPECT_TRUE(job.sinks[0].settings.flag("append", false));
  EXPECT_FALSE(job.sinks[0].settings.has("plugin"));
  ASSERT_EQ(job.groups.size(), 1u);
  EXPECT_EQ(job.groups[0].name, "g");
  EXPECT_THAT(job.groups[0].urls, ElementsAre("http://a.test/1", "http://a.test/2"));
  EXPECT_EQ(folder.withoutFolder(job.groups[0].places.at(1)), "job.toml:40:28");
  EXPECT_EQ(job.groups[0].urls_file, folder.path() / "list.txt");
  EXPECT_EQ(job.groups[0].parallel_max, 7u);
  EXPECT_EQ(job.groups[0].expire_after, hours(2));
  EXPECT_THAT(job.other_tables, IsEmpty());
}

TEST(LoadJob, WithoutFilesIsAllDefaults) {
  LoadOptions options;
  options.require_groups = false;
  options.environment = [](std::string_view) { return std::nullopt; };
  const Job job = loadJob(options).job;
  const Job defaults;
  EXPECT_EQ(job.cache.plugin.name, "memory");
  EXPECT_FALSE(job.cache.fallback) << "memory stands in for nothing but another cache";
  EXPECT_EQ(job.cache.key_prefix, defaults.cache.key_prefix);
  EXPECT_EQ(job.fetch.plugin.name, "http");
  EXPECT_EQ(job.fetch.user_agent, std::string("forage/") + kVersion);
  EXPECT_THAT(job.groups, IsEmpty());
}

TEST(LoadJob, KeepsTheFallbackThatIsAnotherCache) {
  JobFolder folder;
  const auto fallback = [&](const std::string& lines) {
    const Job job = folder.load("[cache]\n" + lines).job;
    return job.cache.fallback ? job.cache.fallback->name : "none";
  };
  EXPECT_EQ(fallback("plugin = 'redis'"), "memory");
  EXPECT_EQ(fallback("plugin = 'redis'\nfallback = 'none'"), "none");
  EXPECT_EQ(fallback("plugin = 'redis'\nfallback = 'redis'"), "none");
  EXPECT_EQ(fallback("plugin = 'memory'"), "none");
  EXPECT_EQ(fallback("plugin = 'memory'\nfallback = 'map'"), "map");
}

TEST(LoadJob, NamesGroupsThatHaveNoName) {
  JobFolder folder;
  const Job job = folder
                      .load(
                          "[[group]]\nurls = []\n[[group]]\nname = 'group-2'\nurls = []\n"
                          "[[group]]\nurls = []\n[[group]]\nname = 'x'\nurls = []\n"
                          "[[group]]\nurls = []\n")
                      .job;
  std::vector<std::string> names;
  for (const GroupSpec& group : job.groups) names.push_back(group.name);
  EXPECT_THAT(names, ElementsAre("group-1", "group-2", "group-3", "x", "group-5"));
}

TEST(LoadJob, NamesNoGroupAsAnotherIsNamed) {
  JobFolder folder;
  const Job job = folder.load("[[group]]\nurls = []\n[[group]]\nname = 'group-1'\nurls = []\n").job;
  EXPECT_EQ(job.groups[0].name, "group-2");
  EXPECT_EQ(job.groups[1].name, "group-1");
}

TEST(LoadJob, LaysEachSourceOverTheOneBefore) {
  JobFolder folder;
  const auto url = [&](LoadOptions options) {
    const LoadedJob loaded = loadJob(options);
    return text(loaded.job.cache.plugin, "url") + " " + folder.effective(loaded, "cache.url");
  };
  LoadOptions options = folder.options(
      "[cache]\nplugin = 'redis'\nurl = 'redis://file'\n[env.e]\ncache.url = 'redis://env'\n");
  EXPECT_EQ(url(options), "redis://file \"redis://file\" <- job.toml:3:7");
  options.files.push_back(folder.write("more.toml", "cache.url = 'redis://more'\n"));
  EXPECT_EQ(url(options), "redis://more \"redis://more\" <- more.toml:1:13");
  options.env = "e";
  EXPECT_EQ(url(options), "redis://env \"redis://env\" <- job.toml:5:13");
  folder.environment["FORAGE_CACHE_URL"] = "";
  EXPECT_EQ(url(options), "redis://env \"redis://env\" <- job.toml:5:13");
  folder.environment["FORAGE_CACHE_URL"] = "redis://${variable}";
  EXPECT_EQ(url(options), "redis://${variable} \"redis://${variable}\" <- FORAGE_CACHE_URL");
  options.sets = {"cache.url=redis://first", "cache.url=redis://last"};
  EXPECT_EQ(url(options), "redis://last \"redis://last\" <- --set");
}

TEST(LoadJob, PrefersTheUrlOfThePluginsTableToTheGeneralOneOfAFile) {
  JobFolder folder;
  LoadOptions options =
      folder.options("[cache]\nplugin = 'r'\nurl = 'general'\nr.url = 'nearer'\n");
  EXPECT_EQ(text(loadJob(options).job.cache.plugin, "url"), "nearer");
  options.sets = {"cache.url=last"};
  EXPECT_EQ(text(loadJob(options).job.cache.plugin, "url"), "last");
}

TEST(LoadJob, MergesFilesInOrder) {
  JobFolder folder;
  LoadOptions options = folder.options(
      "[fetch]\nparallel_max = 1\nmax_redirs = 1\n[[group]]\nname = 'a'\nurls = ['http://a.test']\n"
      "[[group]]\nname = 'b'\nurls = []\n[[sink]]\nplugin = 'x'\n");
  options.files.push_back(folder.write(
      "sub/more.toml",
      "[fetch]\nparallel_max = 2\nca_file = 'ca.pem'\n[[group]]\nname = 'a'\nurls_file = "
      "'l.txt'\n[[group]]\nname = 'c'\nurls = []\n[[sink]]\nplugin = 'y'\nfile = 'f'\n"));
  folder.write("sub/l.txt", "");
  const Job job = loadJob(options).job;
  EXPECT_EQ(job.fetch.parallel_max, 2u);
  EXPECT_EQ(job.fetch.max_redirs, 1u);
  ASSERT_EQ(job.groups.size(), 3u);
  EXPECT_EQ(job.groups[0].name, "a");
  EXPECT_THAT(job.groups[0].urls, IsEmpty());
  // Paths are relative to the file that they stand in.
  EXPECT_EQ(job.groups[0].urls_file, folder.path() / "sub/l.txt");
  EXPECT_EQ(text(job.fetch.plugin, "ca_file"), (folder.path() / "sub/ca.pem").string());
  ASSERT_EQ(job.sinks.size(), 1u);
  EXPECT_EQ(text(job.sinks[0], "file"), (folder.path() / "sub/f").string());
}

TEST(LoadJob, TellsPluginsTheFolderOfTheFileThatTheirOptionsStandIn) {
  JobFolder folder;
  LoadOptions options = folder.options("[cache.memory]\nmax_size = '1MiB'\n");
  options.files.push_back(
      folder.write("sub/more.toml",
                   "[cache.memory]\nsnapshot = 'a.warc'\n[[sink]]\nplugin = 'x'\nfile = 'f'\n"));
  const Job job = loadJob(options).job;
  EXPECT_EQ(job.cache.plugin.settings.path("snapshot"), folder.path() / "sub/a.warc");
  EXPECT_EQ(job.sinks.at(0).settings.path("file"), folder.path() / "sub/f");
  options.sets = {"cache.memory.snapshot=b.warc"};
  EXPECT_EQ(loadJob(options).job.cache.plugin.settings.path("snapshot"), "b.warc");
}

TEST(LoadJob, LeavesPathsOfTheCommandLineRelativeToTheWorkingDirectory) {
  JobFolder folder;
  LoadOptions options = folder.options("");
  options.sets = {"fetch.ca_file=x/../ca.pem"};
  EXPECT_EQ(text(loadJob(options).job.fetch.plugin, "ca_file"), "ca.pem");
}

TEST(LoadJob, KeepsStandardStreamsAsTheyAre) {
  JobFolder folder;
  const Job job =
      folder.load("[[group]]\nurls_file = '-'\n[[sink]]\nplugin = 'jsonl'\nfile = '-'\n").job;
  EXPECT_EQ(job.groups[0].urls_file, "-");
  EXPECT_EQ(text(job.sinks[0], "file"), "-");
}

TEST(LoadJob, ExpandsVariablesOfTheEnvironmentBeforeThoseOfDotenv) {
  JobFolder folder;
  folder.environment["HOST"] = "real";
  folder.write(".env", "HOST=file\nPORT=6379\nTHREADS=3\nPAGE=http://a.test/\nNUMBER=42\n");
  const LoadedJob loaded = folder.load(
      "[cache]\nplugin = 'redis'\nurl = 'redis://${HOST}:${PORT}/${DB:-0}'\n"
      "redis.command_timeout = '${NUMBER}'\n"
      "[run]\nmax_threads = '${THREADS}'\ngrace_period = '${NUMBER}ms'\n"
      "[[group]]\nurls = ['${PAGE}']\n[polite]\nuser_agent = '$${HOST} $5'\n");
  const Job& job = loaded.job;
  EXPECT_EQ(text(job.cache.plugin, "url"), "redis://real:6379/0");
  EXPECT_EQ(text(job.cache.plugin, "command_timeout"), "42") << "the option of a plugin stays text";
  EXPECT_EQ(job.run.max_threads, 3u);
  EXPECT_EQ(job.run.grace_period, Millis(42));
  EXPECT_EQ(job.fetch.user_agent, "${HOST} $5");
  EXPECT_EQ(job.groups[0].urls[0], "http://a.test/");
  EXPECT_EQ(folder.effective(loaded, "run.max_threads"), "3 <- job.toml:6:15");
}

TEST(LoadJob, ReadsDotenvOnlyForWhatTheEnvironmentLacks) {
  JobFolder folder;
  folder.write(".env", "this is broken\n");
  folder.environment["HOST"] = "real";
  const auto options = folder.options("[cache]\nurl = '${HOST}'\n");
  EXPECT_THAT(folder.findings(options), IsEmpty());
  EXPECT_THAT(folder.findings("[cache]\nurl = '${HOST}'\n[run]\nmax_threads = '${X:-1}'\n"),
              ElementsAre(".env:1:1: wants NAME=value"));
}

TEST(LoadJob, ExpandsNothingThatIsNotUsed) {
  JobFolder folder;
  LoadOptions options = folder.options(
      "[cache]\nplugin = 'redis'\nurl = '${NONE}'\nfallback = 'none'\nexpire_after = '${NONE}'\n"
      "redis.token = '${NONE}'\n[[sink]]\nplugin = '${NONE}'\n"
      "[env.test]\ncache.plugin = 'memory'\ncache.expire_after = 1\nsink = []\n"
      "[env.other]\ncache.url = '${NONE}'\n");
  options.env = "test";
  const Job job = loadJob(options).job;
  EXPECT_EQ(job.cache.plugin.name, "memory");
  EXPECT_FALSE(job.cache.plugin.settings.has("url"));
  EXPECT_EQ(folder.withoutFolder(job.cache.plugin.unset.at("url")),
            "job.toml:3:7: cache.url: the variable NONE is not set, neither in the environment "
            "nor in .env");
  ASSERT_EQ(job.other_tables.size(), 1u);
  EXPECT_EQ(job.other_tables[0].name, "redis");
  EXPECT_EQ(job.other_tables[0].settings.section(), "cache.redis");
  EXPECT_EQ(folder.withoutFolder(job.other_tables[0].place), "job.toml:6:1");
  EXPECT_EQ(text(job.other_tables[0], "token"), "${NONE}");
}

TEST(LoadJob, ShowsWhereEachValueCameFrom) {
  JobFolder folder;
  const LoadedJob loaded = folder.load(
      "[cache]\nplugin = 'redis'\nurl = 'redis://user:secret@host'\n"
      "redis.password = 'secret'\nredis.command_timeout = '1s'\n"
      "[[group]]\nname = 'a b'\nparallel_max = 2\n"
      "urls = ['http://a.test/1?token=secret', 'http://a.test/2', 'http://a.test/3', "
      "'http://a.test/4?token=secret']\n"
      "[[sink]]\nplugin = 'jsonl'\nfile = '-'\n");
  EXPECT_EQ(folder.effective(loaded, "cache.plugin"), "\"redis\" <- job.toml:2:10");
  EXPECT_EQ(folder.effective(loaded, "cache.url"), "\"redis://user:***@host\" <- job.toml:3:7");
  EXPECT_EQ(folder.effective(loaded, "cache.redis.password"), "\"***\" <- job.toml:4:18");
  EXPECT_EQ(folder.effective(loaded, "cache.redis.command_timeout"), "\"1s\" <- job.toml:5:25");
  EXPECT_EQ(folder.effective(loaded, "cache.fallback"), "\"memory\" <- default");
  EXPECT_EQ(folder.effective(loaded, "polite.user_agent"), "\"forage/0.1.0\" <- default");
  EXPECT_EQ(
      folder.effective(loaded, "group.\"a b\".urls"),
      "[\"http://a.test/1?token=***\", \"http://a.test/2\", \"http://a.test/3\"]  # and 1 more "
      "<- job.toml:9:8");
  EXPECT_EQ(folder.effective(loaded, "group.\"a b\".parallel_max"), "2 <- job.toml:8:16");
  EXPECT_EQ(folder.effective(loaded, "sink.1.plugin"), "\"jsonl\" <- job.toml:11:10");
  EXPECT_EQ(folder.effective(loaded, "sink.1.file"), "\"-\" <- job.toml:12:8");
  for (const EffectiveValue& value : loaded.effective) {
    EXPECT_EQ(value.value.find("secret"), std::string::npos) << value.key;
  }
  EXPECT_TRUE(std::is_sorted(loaded.effective.begin(), loaded.effective.end(),
                             [](const auto& a, const auto& b) { return a.key < b.key; }));
}

TEST(LoadJob, ReadsTheRealEnvironmentWhenNoneIsGiven) {
  JobFolder folder;
  LoadOptions options = folder.options("[polite]\nuser_agent = '${FORAGE_TEST_AGENT}'\n");
  options.environment = nullptr;
  ::setenv("FORAGE_TEST_AGENT", "real/1", 1);
  EXPECT_EQ(loadJob(options).job.fetch.user_agent, "real/1");
  ::unsetenv("FORAGE_TEST_AGENT");
}

TEST(LoadJob, TakesTwentyThousandGroupsInReasonableTime) {
  JobFolder folder;
  std::string toml;
  for (int i = 0; i < 20'000; ++i) {
    toml += "[[group]]\nname='" + std::to_string(i) + "'\nurls=['http://a.test']\n";
  }
  LoadOptions options = folder.options(toml);
  options.files.push_back(options.files.front());
  EXPECT_EQ(loadJob(options).job.groups.size(), 20'000u);
}

}  // namespace
}  // namespace forage
