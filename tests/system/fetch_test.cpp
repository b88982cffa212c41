// `forage fetch`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Fetch : public testing::Test {
 protected:
  Fetch() { origin_.start(); }
  OriginServer origin_{OriginOptions{.delay_unit = std::chrono::milliseconds(100)}};
  ForageCommand forage_;
};

TEST_F(Fetch, WritesBodiesInTheOrderGiven) {
  const ProcessResult one = forage_.run({"fetch", origin_.url() + "/page/1"});
  const ProcessResult two = forage_.run({"fetch", origin_.url() + "/page/2"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_NE(one.out, two.out);
  const ProcessResult slow_first =
      forage_.run({"fetch", origin_.url() + "/delay/2", origin_.url() + "/page/1"});
  EXPECT_EQ(slow_first.exit_code, 0);
  EXPECT_THAT(slow_first.out, testing::EndsWith(one.out));
  EXPECT_GT(slow_first.out.size(), one.out.size());
}

TEST_F(Fetch, TellsOfAFailureAndGivesTheRest) {
  const ProcessResult result =
      forage_.run({"fetch", origin_.url() + "/status/404", origin_.url() + "/bytes/5"});
  EXPECT_EQ(result.exit_code, 8);
  EXPECT_EQ(result.out.size(), 5u);
  EXPECT_THAT(result.err, HasSubstr(origin_.url() + "/status/404: status: "));
}

TEST_F(Fetch, ShowsTheHeaderWhenAsked) {
  const ProcessResult result = forage_.run({"fetch", "-i", origin_.url() + "/bytes/5"});
  EXPECT_THAT(result.out, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(result.out, HasSubstr("\r\n\r\n"));
}

TEST_F(Fetch, WritesToAFile) {
  EXPECT_EQ(forage_.run({"fetch", origin_.url() + "/bytes/5", "-o", "a"}).out, "");
  EXPECT_EQ(forage_.run({"fetch", origin_.url() + "/bytes/5", "-o", "a"}).exit_code, 0);
  EXPECT_EQ(forage_.read("a").size(), 10u);
  EXPECT_EQ(forage_.run({"fetch", origin_.url() + "/bytes/5", "-O", "a"}).exit_code, 0);
  EXPECT_EQ(forage_.read("a").size(), 5u);
}

TEST_F(Fetch, TakesTheOptionsOfAJobButNotItsGroups) {
  forage_.write("job.toml",
                jobOf({origin_.url() + "/never"},
                      "[polite]\nuser_agent = \"tester/9\"\n[[sink]]\nplugin = \"jsonl\"\n"
                      "file = \"out.jsonl\""));
  const ProcessResult result =
      forage_.run({"fetch", "--job", "job.toml", origin_.url() + "/headers"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("tester/9"));
  EXPECT_EQ(origin_.requests("/never"), 0u);
  EXPECT_EQ(forage_.read("out.jsonl"), "");
}

TEST_F(Fetch, RefusesWhatIsNoUrl) {
  const ProcessResult result = forage_.run({"fetch", origin_.url() + "/get", "example.org"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("example.org: "));
  EXPECT_EQ(origin_.requests(), 0u);
}

TEST_F(Fetch, SaysThatItsOutputIsGone) {
  ProcessSpec spec = forage_.spec({});
  spec.command = {"/bin/sh", "-c", "exec \"$0\" fetch \"$1\" >/dev/full", spec.command[0],
                  origin_.url() + "/bytes/5"};
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("standard output: cannot be written"));
}

}  // namespace
}  // namespace forage::test
