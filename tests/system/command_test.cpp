// `forage` itself, `check` and `plugins`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forage/version.h"
#include "forage_command.h"

namespace forage::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Command, TellsItsVersionAndItsHelp) {
  const ForageCommand forage;
  const ProcessResult version = forage.run({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.out, std::string("forage ") + kVersion + "\n");
  const ProcessResult help = forage.run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("First steps:\n  forage demo"));
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(forage.run({"run", "--help"}).exit_code, 0);
}

TEST(Command, FailsWhenItsAnswerCannotBeWritten) {
  const ForageCommand forage;
  ProcessSpec spec = forage.spec({"--help"});
  spec.command = {"/bin/sh", "-c", "exec \"$0\" --help >/dev/full", spec.command[0]};
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("standard output: cannot be written: No space left"));
}

TEST(Command, SurvivesClosedStandardDescriptors) {
  const ForageCommand forage;
  forage.write("job.toml", jobOf({"http://127.0.0.1:1/"}));
  ProcessSpec spec = forage.spec({});
  spec.command = {"/bin/sh", "-c", "exec \"$0\" run job.toml -O out.jsonl <&- >&- 2>&-",
                  spec.command[0]};
  EXPECT_EQ(runProcess(spec).exit_code, 4);
  EXPECT_THAT(forage.read("out.jsonl"), StartsWith("{\"url\":\"http://127.0.0.1:1/\""))
      << "nothing but lines of the sink in its file";
}

TEST(Check, PrintsWhatAJobComesToAndWhereItCameFrom) {
  const ForageCommand forage;
  forage.write("job.toml",
               jobOf({"http://a.example/", "http://b.example/"},
                     "[cache]\nexpire_after = \"1h\"\n[env.test.cache]\nqueue_max = 1000"));
  forage.write("urls.txt", "# a list\nhttp://c.example/\n\n");
  forage.write("more.toml", "[[group]]\nname = \"second\"\nurls_file = \"urls.txt\"\n");
  const ProcessResult result = forage.run(
      {"check", "job.toml", "more.toml", "--env", "test", "--set", "fetch.parallel_max=3"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::ContainsRegex("cache.expire_after = \"1h\" +# job.toml:2:"));
  EXPECT_THAT(result.out, testing::ContainsRegex("cache.queue_max = .* # job.toml:4:"));
  EXPECT_THAT(result.out, testing::ContainsRegex("fetch.parallel_max = 3 +# --set"));
  EXPECT_THAT(result.out, testing::ContainsRegex("fetch.plugin = \"http\" +# default"));
  EXPECT_THAT(result.out, HasSubstr("ok: 2 groups, 3 URLs listed\n"));
}

TEST(Check, HidesSecrets) {
  const ForageCommand forage;
  forage.write("job.toml", jobOf({"http://a.example/"},
                                 "[cache]\nplugin = \"redis\"\nurl = \"redis://me:hunter2@h:1\""));
  const ProcessResult result = forage.run({"check", "job.toml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ((result.out + result.err).find("hunter2"), std::string::npos);
}

TEST(Check, WritesAndConnectsNowhere) {
  const ForageCommand forage;
  forage.write("job.toml", jobOf({"http://127.0.0.1:1/"},
                                 "[[sink]]\nplugin = \"jsonl\"\nfile = \"out.jsonl\""));
  EXPECT_EQ(forage.run({"check", "job.toml"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(forage.folder.path() / "out.jsonl"));
}

TEST(Check, FindsOptionsThatAreMissingWithTheirPlace) {
  const ForageCommand forage;
  const std::vector<std::pair<std::string, std::string>> table{
      {"[[sink]]\nplugin = \"jsonl\"", "forage: job.toml:2:10: sink.file: is required: "},
      {"[cache]\nplugin = \"redis\"", "forage: job.toml:2:10: cache.redis.url: is missing: "},
      {"[cache]\nplugin = \"redis\"\nurl = \"http://127.0.0.1:6379\"",
       "forage: job.toml:2:10: cache.redis.token: is missing: a url with http:// or https:// is"}};
  for (const auto& [head, line] : table) {
    forage.write("job.toml", jobOf({"http://a.example/"}, head));
    for (const char* command : {"check", "run"}) {
      const ProcessResult result = forage.run({command, "job.toml"});
      EXPECT_EQ(result.exit_code, 2) << command;
      EXPECT_THAT(result.err, StartsWith(line)) << command;
      EXPECT_EQ(countOf(result.err, "\n"), 1u) << result.err;
    }
  }
}

TEST(Check, NamesAllVariablesThatAreNotSetInTheOrderOfTheirPlaces) {
  const ForageCommand forage;
  forage.write("job.toml", jobOf({"http://a.example/"},
                                 "[cache]\nplugin = \"redis\"\nurl = \"${ABSENT_A}\"\n"
                                 "key_prefix = \"${ABSENT_B}\"\n[cache.redis]\n"
                                 "user = \"${ABSENT_C}${ABSENT_D}\""));
  const ProcessResult result = forage.run({"check", "job.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "forage: job.toml:3:7: cache.url: the variable ABSENT_A is not set, neither in the "
            "environment nor in .env\n"
            "forage: job.toml:4:14: cache.key_prefix: the variable ABSENT_B is not set, neither in "
            "the environment nor in .env\n"
            "forage: job.toml:6:8: cache.redis.user: the variables ABSENT_C, ABSENT_D are not set, "
            "neither in the environment nor in .env\n");
}

TEST(Plugins, ListsWhatIsBuiltInAndWhatIsFound) {
  const ForageCommand forage;
  const ProcessResult result = forage.run({"plugins"});
  EXPECT_EQ(result.exit_code, 0);
  for (const std::string name : {"jsonl", "memory", "redis", "http"}) {
    EXPECT_THAT(result.out, HasSubstr(name + " ")) << name;
  }
  EXPECT_THAT(result.out, HasSubstr("built in"));
  EXPECT_THAT(result.out, HasSubstr("Searched, in this order:"));
}

TEST(Plugins, SaysWhyOneCannotBeUsed) {
  ForageCommand forage;
  forage.environment["FORAGE_PLUGIN_PATH"] = FORAGE_FOREIGN_PLUGINS;
  const ProcessResult list = forage.run({"plugins"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.out, testing::ContainsRegex("foreign +cannot be used: .*ABI"));
  const ProcessResult one = forage.run({"plugins", "foreign"});
  EXPECT_EQ(one.exit_code, 2);
  EXPECT_THAT(one.err, HasSubstr("ABI"));
}

TEST(Plugins, TellsTheOptionsOfOne) {
  const ForageCommand forage;
  const ProcessResult result = forage.run({"plugins", "memory"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("[cache.memory]"));
  EXPECT_THAT(result.out, testing::ContainsRegex("max_size +size +256MiB"));
}

TEST(Plugins, SuggestsTheNearestName) {
  const ProcessResult result = ForageCommand().run({"plugins", "redsi"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean \"redis\"?"));
}

}  // namespace
}  // namespace forage::test
