// What is said of wrong configurations: every finding, exactly, in order, with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "job_folder.h"

namespace forage {
namespace {

using test::JobFolder;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Case {
  std::string toml;
  std::vector<std::string> findings;
};

void expectFindings(const std::vector<Case>& table) {
  JobFolder folder;
  for (const Case& each : table) {
    EXPECT_THAT(folder.findings(each.toml), ElementsAreArray(each.findings)) << each.toml;
  }
}

TEST(JobErrors, NameUnknownKeysAndTheNearestKnownOne) {
  expectFindings({
      {"[cache]\n  plugn = 'redis'\n",
       {"job.toml:2:3: cache.plugn: unknown key, did you mean \"plugin\"?"}},
      {"cache.expires_after = 1",
       {"job.toml:1:7: cache.expires_after: unknown key, did you mean "
        "\"expire_after\"?"}},
      {"[cache]\nuser_agent = 'x'\n",
       {"job.toml:2:1: cache.user_agent: unknown key, did you mean \"polite.user_agent\"?"}},
      {"[cache]\nzebra = 1\n", {"job.toml:2:1: cache.zebra: unknown key"}},
      {"[cach]\nplugin = 'x'\n", {"job.toml:1:2: cach: unknown table, did you mean \"cache\"?"}},
      {"groups = 1\n", {"job.toml:1:1: groups: unknown key, did you mean \"group\"?"}},
      {"[[group]]\nurl = ['http://a.test']\nurls = []\n",
       {"job.toml:2:1: group.url: unknown key, did you mean \"urls\"?"}},
      {"[polite.x]\ny = 1\n", {"job.toml:1:9: polite.x: unknown key"}},
      {"[env.test]\ncache.plugn = 'x'\n",
       {"job.toml:2:7: env.test.cache.plugn: unknown key, did you mean \"plugin\"?"}},
      {"[env.test.env.x]\n", {"job.toml:1:11: env.test.env: unknown table"}},
      {"\"a\\u001b[31m\" = 1\n", {"job.toml:1:1: \"a\\u001b[31m\": unknown key"}},
  });
}

TEST(JobErrors, SayWhatAValueWants) {
  expectFindings({
      {"cache = 5", {"job.toml:1:9: cache: wants a table [cache], not a whole number"}},
      {"[cache]\nplugin = 5",
       {"job.toml:2:10: cache.plugin: wants the name of a plugin in quotes, "
        "not a whole number"}},
      {"[cache]\nplugin = '../x'",
       {"job.toml:2:10: cache.plugin: wants the name of a plugin: letters, digits, '-' and '_', at "
        "most 64"}},
      {"[cache]\nurl = ''", {"job.toml:2:7: cache.url: wants text that is not empty"}},
      {"[cache]\nkey_prefix = ['x']",
       {"job.toml:2:14: cache.key_prefix: wants text in quotes, not a list"}},
      {"[polite]\nuser_agent = \"a\\r\\nX: y\"",
       {"job.toml:2:14: polite.user_agent: wants text without control characters"}},
      {"[cache]\nexpire_after = 'soon'",
       {"job.toml:2:16: cache.expire_after: wants a duration such as \"500ms\", \"30s\", "
        "\"1h30m\", or seconds, not \"soon\""}},
      {"[cache]\nexpire_after = -1",
       {"job.toml:2:16: cache.expire_after: wants a duration such as \"500ms\", \"30s\", "
        "\"1h30m\", or seconds, not -1"}},
      {"[cache]\nexpire_after = nan",
       {"job.toml:2:16: cache.expire_after: wants a duration such as \"500ms\", \"30s\", "
        "\"1h30m\", or seconds, not nan"}},
      {"[cache]\nexpire_after = true",
       {"job.toml:2:16: cache.expire_after: wants a duration such as \"500ms\", \"30s\", "
        "\"1h30m\", or seconds, not true or false"}},
      {"[fetch]\nmax_time = 'never'",
       {"job.toml:2:12: fetch.max_time: wants a duration of at least 1ms and at most 1d, not "
        "\"never\""}},
      {"[fetch]\nmax_time = 0",
       {"job.toml:2:12: fetch.max_time: wants a duration of at least 1ms and at most 1d, not 0"}},
      {"[cache]\nqueue_max = '1 GB'",
       {"job.toml:2:13: cache.queue_max: wants a size such as \"64KiB\", \"256MiB\", or bytes, not "
        "\"1 GB\""}},
      {"[fetch]\nmax_header_size = 1",
       {"job.toml:2:19: fetch.max_header_size: wants a size of at least 1KiB and at most 64MiB, "
        "not 1"}},
      {"[fetch]\nmax_filesize = 1e9",
       {"job.toml:2:16: fetch.max_filesize: wants a size such as \"64KiB\", \"256MiB\", or bytes, "
        "not a number"}},
      {"[fetch]\nparallel_max = 0",
       {"job.toml:2:16: fetch.parallel_max: wants a whole number from 1 to 100000, not 0"}},
      {"[fetch]\nparallel_max_host = '8'",
       {"job.toml:2:21: fetch.parallel_max_host: wants a whole number from 1 to 100000, not text; "
        "it stands without quotes"}},
      {"[run]\nmax_threads = 1.5",
       {"job.toml:2:15: run.max_threads: wants a whole number from 1 to 10000, not a number"}},
      {"[cache]\nallowable_codes = 200",
       {"job.toml:2:19: cache.allowable_codes: wants a list of HTTP statuses from 200 to 599, not "
        "a "
        "whole number"}},
      {"[cache]\nallowable_codes = [200, 100]",
       {"job.toml:2:19: cache.allowable_codes: wants a list of HTTP statuses from 200 to 599"}},
      {"[plugins]\npath = ['']", {"job.toml:2:8: plugins.path: wants folders, not empty text"}},
      {"[plugins]\npath = 1",
       {"job.toml:2:8: plugins.path: wants a list of texts, not a whole number"}},
      {"[[group]]\nurls = 'http://a.test'",
       {"job.toml:2:8: group.urls: wants a list of texts, not text"}},
      {"[[group]]\nurls = [1979-05-27]", {"job.toml:2:8: group.urls: wants a list of texts"}},
      {"[group]\nurls = []", {"job.toml:1:1: group: wants tables [[group]]"}},
      {"[[env]]\n", {"job.toml:1:1: env: wants tables [env.NAME]"}},
      {"env.x = 1\n", {"job.toml:1:9: env.x: wants a table [env.NAME], not a whole number"}},
      {"[cache.redis]\nx.y = 1", {"job.toml:2:1: cache.redis.x: wants a value, not a table"}},
      {"[cache.redis]\nx = [1]", {"job.toml:2:5: cache.redis.x: wants a list of texts"}},
      {"[fetch.http]\nx = 1979-05-27",
       {"job.toml:2:5: fetch.http.x: wants a value, not a date or time"}},
      {"[cache.'a/b']\nx = 1", {"job.toml:1:8: cache.\"a/b\": is no name of a plugin"}},
      {"[[sink]]\nfile = 'x'", {"job.toml:1:1: sink: wants plugin = \"NAME\""}},
      {"[[sink]]\nplugin = 'x'\nfile = {}",
       {"job.toml:3:8: sink.file: wants a value, not a table"}},
  });
}

TEST(JobErrors, TellWhatIsWrongWithGroups) {
  expectFindings({
      {"[[group]]\nname = 'a'\nparallel_max = 1\n",
       {"job.toml:1:1: group: \"a\" wants urls, url_globs or urls_file"}},
      {"[[group]]\nname = \"a\"\nurl_globs = [\"http://a/[1-2]\", \"http://a/[2-1]\"]\n",
       {"job.toml:3:32: group.url_globs: column 10: '[' wants a range such as [1-100], [001-100], "
        "[a-z] or [0-100:10]: \"http://a/[2-1]\""}},
      {"[[group]]\nname = ''\nurls = []",
       {"job.toml:2:8: group.name: wants text that is not empty"}},
      {"[[group]]\nname = 'a'\nurls = []\n[[group]]\nurls = []\nname = 'a'\n",
       {"job.toml:6:8: group.name: there is a group \"a\" already, in line 2"}},
      {"[[group]]\nurls_file = 'none.txt'",
       {"job.toml:2:13: group.urls_file: \"none.txt\" cannot be read: No such file or directory"}},
      {"[[group]]\nurls_file = '/'",
       {"job.toml:2:13: group.urls_file: \"/\" cannot be read: Is a directory"}},
      {"[[group]]\nurls_file = '/dev/null'",
       {"job.toml:2:13: group.urls_file: \"/dev/null\" cannot be read: it is no regular file; "
        "\"-\" reads standard input"}},
      {"[[group]]\nurls_file = '-'\n[[group]]\nname = 'b'\nurls_file = '-'",
       {"job.toml:5:13: group.urls_file: standard input is read by another group"}},
  });
}

TEST(JobErrors, NameEveryBadUrlWithItsPlace) {
  JobFolder folder;
  const std::vector<std::string> findings = folder.findings(
      "[[group]]\nurls = [\n  'http://a.test/',\n  'nonsense',\n  'ftp://u:secret@a.test/'\n]\n");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_TRUE(findings[0].starts_with("job.toml:4:3: group.urls: ")) << findings[0];
  EXPECT_TRUE(findings[0].ends_with(": \"nonsense\"")) << findings[0];
  EXPECT_TRUE(findings[1].starts_with("job.toml:5:3: group.urls: ")) << findings[1];
  EXPECT_EQ(findings[1].find("secret"), std::string::npos) << findings[1];
}

TEST(JobErrors, AreToldForEveryFileAndOptionAtOnceInOrder) {
  JobFolder folder;
  LoadOptions options =
      folder.options("[run]\nmax_threads = 0\n[cache]\nplugn = 1\n[env.x]\nrun.max_thread = 1\n");
  options.files.push_back(folder.write("b.toml", "a = = 1\n"));
  options.files.push_back(folder.path() / "none.toml");
  options.files.push_back(folder.write("d.toml", "[run]\nmax_threads = 5\ngrace_perod = 1\n"));
  options.sets = {"cache.plugin=1", "nothing"};
  options.env = "gone";
  const std::vector<std::string> findings = folder.findings(options);
  ASSERT_EQ(findings.size(), 8u);
  // Found in the file although a later one sets the key.
  EXPECT_EQ(findings[0],
            "job.toml:2:15: run.max_threads: wants a whole number from 1 to 10000, not 0");
  EXPECT_EQ(findings[1], "job.toml:4:1: cache.plugn: unknown key, did you mean \"plugin\"?");
  EXPECT_EQ(findings[2],
            "job.toml:6:5: env.x.run.max_thread: unknown key, did you mean \"max_threads\"?");
  EXPECT_TRUE(findings[3].starts_with("b.toml:1:5: ")) << findings[3];
  EXPECT_EQ(findings[4], "none.toml: cannot be read: No such file or directory");
  EXPECT_EQ(findings[5],
            "d.toml:3:1: run.grace_perod: unknown key, did you mean \"grace_period\"?");
  EXPECT_EQ(findings[6],
            "--set: cache.plugin: wants the name of a plugin in quotes, not a whole number");
  EXPECT_EQ(findings[7], "--set: wants KEY=VALUE, not \"nothing\"");
}

TEST(JobErrors, RefuseAnOverlayFromTheCommandLine) {
  JobFolder folder;
  LoadOptions options = folder.options("[env.test]\n");
  options.env = "test";
  options.sets = {"env.test.cache.plugin=redis"};
  EXPECT_THAT(folder.findings(options), ElementsAre("--set: env: unknown table"));
}

TEST(JobErrors, NameTheKnownOverlays) {
  JobFolder folder;
  LoadOptions options = folder.options("[env.test]\n[env.live]\n");
  options.env = "tst";
  EXPECT_THAT(
      folder.findings(options),
      ElementsAre("--env: there is no [env.tst], did you mean \"test\"?; known: live, test"));
  options = folder.options("");
  options.env = "x";
  EXPECT_THAT(folder.findings(options), ElementsAre("--env: there is no [env.x], nor any other"));
}

TEST(JobErrors, AskForAGroupOnlyWhereOneIsRequired) {
  JobFolder folder;
  LoadOptions options = folder.options("[run]\n");
  EXPECT_THAT(folder.findings(options), IsEmpty());
  options.require_groups = true;
  EXPECT_THAT(folder.findings(options),
              ElementsAre("job.toml: no [[group]]: there is nothing to visit"));
  options.files.clear();
  EXPECT_THAT(folder.findings(options), ElementsAre("no job file: there is no group to visit"));
  // What could not be read may have held one.
  options.files = {folder.path() / "none.toml"};
  EXPECT_THAT(folder.findings(options),
              ElementsAre("none.toml: cannot be read: No such file or directory"));
}

TEST(JobErrors, NameTheVariableThatIsNotSet) {
  const std::string unset = "the variable NONE is not set, neither in the environment nor in .env";
  expectFindings({
      {"[polite]\nuser_agent = '${NONE}'", {"job.toml:2:14: polite.user_agent: " + unset}},
      {"[cache.memory]\nx = ['a', '${NONE}']", {"job.toml:2:11: cache.memory.x: " + unset}},
      {"[[group]]\nurls = ['http://a.test',\n'${NONE}']", {"job.toml:3:1: group.urls: " + unset}},
      {"[[sink]]\nplugin = 'x'\nfile = '${NONE}'", {"job.toml:3:8: sink.1.file: " + unset}},
      {"[cache]\nurl = '${'",
       {"job.toml:2:7: cache.url: \"${\" is never closed; write \"$${\" where \"${\" is meant"}},
      {"[run]\nmax_threads = '${N:-many}'",
       {"job.toml:2:15: run.max_threads: wants a whole number from 1 to 10000, not text"}},
      {"[cache]\nexpire_after = '${N:-soon}'",
       {"job.toml:2:16: cache.expire_after: wants a duration such as \"500ms\", \"30s\", "
        "\"1h30m\", or seconds"}},
      {"[cache]\nplugin = memory",
       {"job.toml:2:10: Error while parsing value: could not determine value type; texts stand in "
        "quotes"}},
      {"[run]\nmax_threads = '${N:-0}'",
       {"job.toml:2:15: run.max_threads: wants a whole number from 1 to 10000, not 0"}},
  });
}

TEST(JobErrors, NeverShowWhatAVariableHolds) {
  JobFolder folder;
  folder.environment["SECRET"] = "hunter2\n";
  const std::vector<std::string> findings = folder.findings(
      "[run]\nmax_threads = '${SECRET}'\n[cache]\nplugin = '${SECRET}'\nurl = 'r://${SECRET}'\n"
      "[polite]\nuser_agent = '${SECRET}'\n");
  EXPECT_EQ(findings.size(), 4u);
  for (const std::string& finding : findings) {
    EXPECT_EQ(finding.find("hunter2"), std::string::npos) << finding;
  }
}

TEST(JobErrors, AreClearForFilesThatCannotBeRead) {
  JobFolder folder;
  LoadOptions options = folder.options("");
  options.files = {folder.path()};
  ASSERT_EQ(folder.findings(options).size(), 1u);
  EXPECT_TRUE(folder.findings(options)[0].ends_with(": cannot be read: Is a directory"));
  EXPECT_THAT(folder.findings(std::string(2u << 20, '#')),
              ElementsAre("job.toml: is larger than 1 MiB"));
  EXPECT_THAT(folder.findings("\n[a" + std::string(40, '.') + "]"),
              ElementsAre("job.toml:2:19: keys or brackets nest deeper than 16"));
  EXPECT_EQ(folder.findings("a = '\xff'").size(), 1u);
}

TEST(JobErrors, StayFewForAHostileFile) {
  JobFolder folder;
  std::string toml = "[cache]\n";
  for (int i = 0; i < 50'000; ++i) toml += "plugn" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(folder.findings(toml).size(), 201u);
}

}  // namespace
}  // namespace forage
