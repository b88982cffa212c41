#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "capture.h"
#include "command.h"
#include "forage/version.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {
namespace {

using testing::HasSubstr;

class Dispatch : public testing::Test {
 protected:
  int call(const std::vector<std::string>& args) { return dispatch(args, context_); }

  std::string complaint(const std::vector<std::string>& args) {
    try {
      call(args);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  Capture out_;
  Capture err_;
  Terminal terminal_{out_.fd(), err_.fd(), false};
  SignalWatch signals_{terminal_};
  Context context_{terminal_, signals_};
};

TEST_F(Dispatch, HelpNamesEveryCommand) {
  EXPECT_EQ(call({"--help"}), 0);
  for (const Command* command : commands()) {
    EXPECT_THAT(out_.text(), HasSubstr("  " + std::string(command->name) + " "));
  }
}

TEST_F(Dispatch, EveryCommandHasHelpWithExamples) {
  for (const Command* command : commands()) {
    EXPECT_EQ(call({command->name, "--help"}), 0);
    EXPECT_THAT(out_.text(), HasSubstr("usage: forage " + std::string(command->name)));
    const std::string text = out_.text();
    EXPECT_THAT(text.substr(std::min(text.find("Examples:\n"), text.size())),
                HasSubstr("forage " + std::string(command->name)));
  }
}

TEST_F(Dispatch, HelpOfACommandMayBeAskedForEitherWay) {
  EXPECT_EQ(call({"help", "run"}), 0);
  EXPECT_THAT(out_.text(), HasSubstr("usage: forage run"));
}

TEST_F(Dispatch, TellsTheVersion) {
  EXPECT_EQ(call({"--version"}), 0);
  EXPECT_EQ(out_.text(), std::string("forage ") + kVersion + "\n");
}

TEST_F(Dispatch, SuggestsTheNearestCommand) {
  EXPECT_THAT(complaint({"chekc"}), HasSubstr("unknown command chekc, did you mean check?"));
  EXPECT_THAT(complaint({"--bogus"}), HasSubstr("unknown option --bogus"));
  EXPECT_THAT(complaint({}), HasSubstr("a command is needed"));
}

TEST_F(Dispatch, CommandsSayWhatTheyNeed) {
  EXPECT_THAT(complaint({"run"}), HasSubstr("a job file is needed"));
  EXPECT_THAT(complaint({"check"}), HasSubstr("a job file is needed"));
  EXPECT_THAT(complaint({"fetch"}), HasSubstr("a URL is needed"));
  EXPECT_THAT(complaint({"fetch", "ftp://x/"}), HasSubstr("ftp://x/: "));
  EXPECT_THAT(complaint({"demo", "now"}), HasSubstr("not \"now\""));
  EXPECT_THAT(complaint({"demo", "--unit", "soon"}), HasSubstr("--unit soon: wants a duration"));
  EXPECT_THAT(complaint({"run", "a.toml", "-q", "-v"}), HasSubstr("contradict"));
  EXPECT_THAT(complaint({"run", "a.toml", "--offline", "--refresh"}), HasSubstr("contradict"));
  EXPECT_THAT(complaint({"fetch", "http://a/", "--offline", "--refresh"}), HasSubstr("contradict"));
  EXPECT_THAT(complaint({"check", "a.toml", "--offline"}), HasSubstr("unknown option --offline"));
}

}  // namespace
}  // namespace forage::app
