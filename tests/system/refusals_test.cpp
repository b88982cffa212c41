// What is wrong before the first request: exit code 2, one clear line with its place, no request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using testing::HasSubstr;

struct Refusal {
  const char* name;
  std::string head;                ///< of the job file, before its group
  std::string tail;                ///< after it
  std::vector<std::string> more;   ///< arguments
  std::vector<std::string> lines;  ///< what each line of the answer has in it
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, BeforeAnyRequestWithItsPlace) {
  OriginServer origin;
  origin.start();
  ForageCommand forage;
  forage.environment["FORAGE_PLUGIN_PATH"] = FORAGE_FOREIGN_PLUGINS;
  const Refusal& refusal = GetParam();
  forage.write("job.toml", jobOf({origin.url() + "/get"}, refusal.head) + refusal.tail);
  std::vector<std::string> args{"run", "job.toml"};
  args.insert(args.end(), refusal.more.begin(), refusal.more.end());

  const ProcessResult result = forage.run(args);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(countOf(result.err, "\n"), refusal.lines.size()) << result.err;
  for (const std::string& line : refusal.lines) EXPECT_THAT(result.err, HasSubstr(line));
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(origin.requests(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        Refusal{"Typo", "[cache]\nexpire_aftr = 3", "", {}, {"job.toml:2:1: cache.expire_aftr: "}},
        Refusal{"WrongType",
                "[fetch]\nparallel_max = \"many\"",
                "",
                {},
                {"job.toml:2:16: fetch.parallel_max: "}},
        Refusal{"PluginOptionTypo",
                "[cache.memory]\nmax_sise = \"1MiB\"",
                "",
                {},
                {"job.toml:2:12: cache.memory.max_sise: "}},
        Refusal{"UnknownPlugin",
                "[cache]\nplugin = \"memroy\"",
                "",
                {},
                {"job.toml:2:10: cache.plugin: there is no plugin \"memroy\", did you mean "
                 "\"memory\"?"}},
        Refusal{"PluginOfAnotherAbi",
                "[cache]\nplugin = \"foreign\"",
                "",
                {},
                {"job.toml:2:10: cache.plugin: "}},
        Refusal{
            "BadUrl", "", "[[group]]\nname = \"b\"\nurls = [\"gopher://x/\"]\n", {}, {"gopher"}},
        Refusal{"MissingUrlFile",
                "",
                "[[group]]\nname = \"b\"\nurls_file = \"absent.txt\"\n",
                {},
                {"job.toml:9:13: group.urls_file: \"absent.txt\" cannot be read"}},
        Refusal{"TwoGroupsOfOneName",
                "",
                "[[group]]\nname = \"first\"\nurls = [\"http://a/\"]\n",
                {},
                {"job.toml:"}},
        Refusal{"UnknownEnvironment", "", "", {"--env", "tets"}, {"[env.tets]"}},
        Refusal{"SetWithoutValue", "", "", {"--set", "cache.plugin"}, {"--set"}},
        Refusal{"MissingJobFile", "", "", {"other.toml"}, {"other.toml: cannot be read: No such"}},
        Refusal{"UnknownSuffix", "", "", {"-o", "pages.csv"}, {"pages.csv: the suffix .csv"}},
        Refusal{"OutputInNoFolder",
                "",
                "",
                {"-o", "absent/a.jsonl"},
                {"forage: -o: absent/a.jsonl: cannot be"}},
        Refusal{
            "ReportInNoFolder", "", "", {"--report", "absent/r.json"}, {"absent/r.json: cannot"}},
        Refusal{"CacheInFrontOfItself",
                "[cache]\nnear = \"memory\"",
                "",
                {},
                {"job.toml:2:8: cache.near: is the same as cache.plugin"}},
        Refusal{"CacheInFrontUnknown",
                "[cache]\nnear = \"memroy\"",
                "",
                {},
                {"job.toml:2:8: cache.near: there is no plugin \"memroy\", did you mean "
                 "\"memory\"?"}},
        Refusal{"UnknownPolicy",
                "[cache]\npolicy = \"rfc911\"",
                "",
                {},
                {"job.toml:2:10: cache.policy: wants \"ttl\" or \"rfc9111\", did you mean "
                 "\"rfc9111\"?"}},
        Refusal{"TwoModes", "", "", {"--refresh", "--offline"}, {"--offline and --refresh"}},
        Refusal{"UnknownOption", "", "", {"--reprot", "x"}, {"did you mean --report?"}},
        Refusal{"SinkWithoutFile",
                "[[sink]]\nplugin = \"jsonl\"",
                "",
                {},
                {"job.toml:2:10: sink.file: is required"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Refused, JobWithoutAGroup) {
  const ForageCommand forage;
  forage.write("job.toml", "[cache]\nplugin = \"memory\"\n");
  const ProcessResult result = forage.run({"run", "job.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("job.toml"));
  EXPECT_THAT(result.err, HasSubstr("[[group]]"));
}

TEST(Refused, ATableThatIsToBeAListIsToldOnce) {
  const ForageCommand forage;
  forage.write("job.toml", "[group]\nurls = [\"http://127.0.0.1:1/\"]\n");
  const ProcessResult result = forage.run({"run", "job.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "forage: job.toml:1:1: group: wants tables [[group]]\n");
}

TEST(Refused, ToGoOnWithoutACacheAndWithoutFallback) {
  const ForageCommand forage;
  forage.write("job.toml", jobOf({"http://127.0.0.1:1/"},
                                 "[cache]\nplugin = \"redis\"\nurl = \"redis://127.0.0.1:1\"\n"
                                 "fallback = \"none\""));
  const ProcessResult result = forage.run({"run", "job.toml", "-q"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, testing::StartsWith("forage: the cache cannot answer, and has no "));
  EXPECT_EQ(countOf(result.err, "\n"), 1u) << result.err;
}

TEST(Refused, BadLineOfAUrlFileWithItsNumber) {
  const ForageCommand forage;
  forage.write("urls.txt", "http://a.example/\nnot a url\n");
  forage.write("job.toml", "[[group]]\nname = \"g\"\nurls_file = \"urls.txt\"\n");
  const ProcessResult result = forage.run({"run", "job.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("urls.txt:2: "));
}

TEST(Refused, LeavesOldResultsAlone) {
  const ForageCommand forage;
  forage.write("out.jsonl", "old\n");
  forage.write("run.json", "old\n");
  forage.write("job.toml", jobOf({"gopher://x/"}));
  EXPECT_EQ(forage.run({"run", "job.toml", "-O", "out.jsonl", "--report", "run.json"}).exit_code,
            2);
  EXPECT_EQ(forage.read("out.jsonl"), "old\n");
  EXPECT_EQ(forage.read("run.json"), "old\n");
}

}  // namespace
}  // namespace forage::test
