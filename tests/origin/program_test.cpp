// forage-origin as a program: its options, its signals.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "origin/client.h"
#include "support/process.h"

namespace forage {
namespace {

using test::Process;
using test::ProcessResult;
using test::ProcessSpec;

ProcessSpec origin(const std::vector<std::string>& arguments) {
  ProcessSpec spec;
  spec.command = {FORAGE_BUILD_DIR "/apps/origin/forage-origin"};
  spec.command.insert(spec.command.end(), arguments.begin(), arguments.end());
  return spec;
}

std::uint16_t portOf(Process& process) {
  EXPECT_TRUE(process.waitForText("\n"));
  const std::string out = process.out();
  EXPECT_EQ(out.rfind("Listening on http://127.0.0.1:", 0), 0u) << out;
  return static_cast<std::uint16_t>(std::stoi(out.substr(out.rfind(':') + 1)));
}

TEST(OriginProgram, ServesUntilASignalAndTellsItsCounts) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process process(origin({"--delay-unit=1"}));
    const std::uint16_t port = portOf(process);
    test::Client hanging(port);
    hanging.request("/hang");
    EXPECT_EQ(test::Client(port).get("/delay/100").status, 200);
    process.signal(signal);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.out.find("Served 2 requests on 2 connections, at most 2 at once.\n"),
              std::string::npos)
        << result.out;
  }
}

TEST(OriginProgram, ListensWhereItIsTold) {
  Process first(origin({}));
  const std::string port = std::to_string(portOf(first));
  const ProcessResult second = test::runProcess(origin({"--host", "127.0.0.1", "--port", port}));
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.err.find("cannot listen on 127.0.0.1 port " + port), std::string::npos);
}

TEST(OriginProgram, ShowsItsHelp) {
  const ProcessResult result = test::runProcess(origin({"--help"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out.find("--port"), std::string::npos);
}

TEST(OriginProgram, RefusesABadCommandLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--port", "65536"},
                                             {"--port", "x"},
                                             {"--port"},
                                             {"--no-such-option"},
                                             {"word"},
                                             {"--delay-unit", "-1"}}) {
    const ProcessResult result = test::runProcess(origin(arguments));
    EXPECT_EQ(result.exit_code, 2) << arguments[0];
    EXPECT_EQ(result.err.rfind("forage-origin: ", 0), 0u) << result.err;
  }
}

}  // namespace
}  // namespace forage
