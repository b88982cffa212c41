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

TEST_F(Dispatch, EveryCommandOfACommandHasHelpWithExamples) {
  std::size_t seen = 0;
  for (const Command* parent : commands()) {
    for (const Command* command : parent->commands) {
      const std::string both = std::string(parent->name) + " " + command->name;
      EXPECT_EQ(call({parent->name, command->name, "--help"}), 0);
      EXPECT_THAT(out_.text(), HasSubstr("usage: forage " + both));
      EXPECT_THAT(out_.text(), HasSubstr("Examples:\n  forage " + both));
      ++seen;
    }
  }
  EXPECT_GT(seen, 0u);
}

TEST_F(Dispatch, HelpOfACommandWithCommandsNamesThem) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"cache", "--help"}, {"help", "cache"}, {"cache", "help"}}) {
    const std::size_t before = out_.text().size();
    EXPECT_EQ(call(args), 0);
    const std::string text = out_.text().substr(before);
    EXPECT_THAT(text, HasSubstr("usage: forage cache COMMAND"));
    EXPECT_THAT(text, HasSubstr("\nCommands:\n  ls  "));
  }
}

TEST_F(Dispatch, HelpMayStandBeforeAnyName) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"help", "cache", "ls"}, {"cache", "help", "ls"}}) {
    const std::size_t before = out_.text().size();
    EXPECT_EQ(call(args), 0);
    EXPECT_THAT(out_.text().substr(before), HasSubstr("usage: forage cache ls"));
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
  EXPECT_THAT(complaint({"cache"}),
              HasSubstr("a command is needed (forage cache --help lists them)"));
  EXPECT_THAT(complaint({"cache", "lss"}), HasSubstr("unknown command lss, did you mean ls?"));
  EXPECT_THAT(complaint({"cache", "--job", "x"}), HasSubstr("unknown option --job"));
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
  EXPECT_THAT(complaint({"cache", "ls"}), HasSubstr("--job JOB.toml"));
  EXPECT_THAT(complaint({"cache", "ls", "a", "b"}), HasSubstr("one PATTERN at most"));
  EXPECT_THAT(complaint({"cache", "show"}), HasSubstr("one URL or key is needed"));
  EXPECT_THAT(complaint({"cache", "gc", "x"}), HasSubstr("gc takes no PATTERN"));
  EXPECT_THAT(complaint({"cache", "export"}), HasSubstr("a file is needed"));
  EXPECT_THAT(complaint({"cache", "export", "a.zip"}), HasSubstr("the suffix is not known"));
  EXPECT_THAT(complaint({"cache", "import"}), HasSubstr("one file is needed"));
}

}  // namespace
}  // namespace forage::app
