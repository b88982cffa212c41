// SIGINT and SIGTERM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "forage_command.h"
#include "origin/origin_server.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Stop : public testing::Test {
 protected:
  Stop() { origin_.start(); }

  /// A job of one page that comes at once, one that hangs, and others that must not be begun.
  void writeJob(const std::string& grace) const {
    std::vector<std::string> urls{origin_.url() + "/bytes/10", origin_.url() + "/hang"};
    for (int i = 0; i < 50; ++i) urls.push_back(origin_.url() + "/page/" + std::to_string(i));
    forage_.write("job.toml", jobOf(urls, "[fetch]\nparallel_max = 1\n[run]\ngrace_period = \"" +
                                              grace + "\""));
  }

  OriginServer origin_;
  ForageCommand forage_;
};

TEST_F(Stop, EndsGracefullyAtTheFirstSignal) {
  for (const int number : {SIGINT, SIGTERM}) {
    writeJob("300ms");
    Process process(forage_.spec({"run", "job.toml", "-O", "out.jsonl", "--report", "run.json"}));
    ASSERT_TRUE(process.waitForText("/hang"));
    process.signal(number);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_code, 11) << result.err;
    EXPECT_THAT(result.err, HasSubstr("forage: stopping"));
    EXPECT_THAT(result.out, HasSubstr("interrupted"));
    EXPECT_EQ(origin_.requests("/page/0"), 0u) << "nothing new is begun";
    const json report = forage_.readJson("run.json");
    EXPECT_EQ(report["interrupted"], true);
    EXPECT_EQ(report["exit_code"], 11);
    EXPECT_EQ(report["totals"]["fetched"], 1);
    EXPECT_THAT(forage_.read("out.jsonl"), HasSubstr("/bytes/10"));
    EXPECT_EQ(forage_.read("out.jsonl").back(), '\n');
  }
}

TEST_F(Stop, EndsAtOnceAtALaterSignal) {
  writeJob("1h");
  Process process(forage_.spec({"run", "job.toml"}));
  ASSERT_TRUE(process.waitForText("/hang"));
  process.signal(SIGINT);
  ASSERT_TRUE(process.waitForText("forage: stopping"));
  ASSERT_TRUE(eventually([&] {
    process.signal(SIGINT);
    return !process.running();
  }));
  EXPECT_EQ(process.wait().exit_code, 11);
}

TEST_F(Stop, TakesSignalsThatComeTogetherForOne) {
  writeJob("300ms");
  Process process(forage_.spec({"run", "job.toml", "--report", "run.json"}));
  ASSERT_TRUE(process.waitForText("/hang"));
  // timeout(1) sends two, to the command and to its process group.
  for (int i = 0; i < 1000; ++i) process.signal(SIGTERM);
  EXPECT_EQ(process.wait().exit_code, 11);
  EXPECT_EQ(forage_.readJson("run.json")["interrupted"], true);
}

TEST_F(Stop, EndsACommandThatHasNothingToFinish) {
  // Reading a pipe that nobody writes to.
  Process process([&] {
    ProcessSpec spec = forage_.spec({});
    spec.command = {"/bin/sh", "-c", "mkfifo pipe; echo ready; exec \"$0\" check pipe",
                    spec.command[0]};
    return spec;
  }());
  ASSERT_TRUE(process.waitForText("ready"));
  // The signal may come before the shell has become the command, and then ends that.
  ASSERT_TRUE(eventually([&] {
    process.signal(SIGTERM);
    return !process.running();
  }));
  const ProcessResult result = process.wait();
  EXPECT_TRUE(result.exit_code == 11 || result.exit_code == 2 || result.signal == SIGTERM);
}

}  // namespace
}  // namespace forage::test
