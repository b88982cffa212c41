#include "support/process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "support/temporary_folder.h"

namespace forage::test {
namespace {

ProcessSpec shell(const std::string& script) {
  ProcessSpec spec;
  spec.command = {"sh", "-c", script};
  return spec;
}

TEST(Process, TellsWhatItWroteAndHowItEnded) {
  const ProcessResult result = runProcess(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_GT(result.peak_memory, 0u);
}

TEST(Process, PassesArgumentsAsTheyAre) {
  ProcessSpec spec;
  spec.command = {"printf", "%s|", "a b", "", "$HOME", "*"};
  EXPECT_EQ(runProcess(spec).out, "a b||$HOME|*|");
}

TEST(Process, SetsEnvironmentFolderAndInput) {
  const TemporaryFolder folder;
  ProcessSpec spec = shell("echo \"$FORAGE_TEST_A-${HOME-none}\"; pwd; cat");
  spec.environment["FORAGE_TEST_A"] = "a b";
  spec.without = {"HOME"};
  spec.folder = folder.path();
  spec.input = "from standard input";
  EXPECT_EQ(runProcess(spec).out, "a b-none\n" + folder.path().string() + "\nfrom standard input");
}

TEST(Process, TakesLargeInputAndOutput) {
  ProcessSpec spec = shell("tee /dev/stderr");
  spec.input = std::string(3'000'000, 'x');
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.out, spec.input);
  EXPECT_EQ(result.err, spec.input);
}

TEST(Process, IsReadWhileItRuns) {
  Process process(shell("echo ready; exec sleep 600"));
  EXPECT_TRUE(process.waitForText("ready\n"));
  EXPECT_TRUE(process.running());
  EXPECT_EQ(process.out(), "ready\n");
  process.signal(SIGTERM);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_FALSE(process.running());
  process.signal(SIGTERM);
}

TEST(Process, SaysWhenTheTextNeverComes) {
  Process process(shell("echo something else"));
  EXPECT_FALSE(process.waitForText("ready"));
}

TEST(Process, IsKilledWhenItDoesNotEndInTime) {
  Process process(shell("echo stuck; exec sleep 600"));
  ASSERT_TRUE(process.waitForText("stuck"));
  try {
    process.wait(std::chrono::milliseconds(1));
    FAIL() << "it cannot have ended";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("stuck"), std::string::npos);
  }
  EXPECT_FALSE(process.running());
}

TEST(Process, IsKilledWithItsObject) {
  pid_t pid = 0;
  {
    const Process process(shell("exec sleep 600"));
    pid = process.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Process, DoesNotWaitForGrandchildrenThatHoldItsOutput) {
  const ProcessResult result = runProcess(shell("sleep 5 & echo $!"), std::chrono::seconds(4));
  EXPECT_EQ(result.exit_code, 0);
  ::kill(std::stoi(result.out), SIGKILL);
}

TEST(Process, ReadsWhatItIsGivenWhileItRuns) {
  ProcessSpec spec = shell("while read line; do echo \"got $line\"; done; echo end");
  spec.input = "first\n";
  spec.keeps_input_open = true;
  Process process(spec);
  EXPECT_TRUE(process.waitForText("got first"));
  process.write("second\n");
  EXPECT_TRUE(process.waitForText("got second"));
  process.endInput();
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.out, "got first\ngot second\nend\n");
  process.write("nobody reads it\n");
}

TEST(Process, SaysWhatCannotBeRun) {
  ProcessSpec spec;
  spec.command = {"forage-no-such-program"};
  EXPECT_THROW(runProcess(spec), std::runtime_error);
  spec = shell("true");
  spec.folder = "/no/such/folder";
  EXPECT_THROW(runProcess(spec), std::runtime_error);
}

}  // namespace
}  // namespace forage::test
