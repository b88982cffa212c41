// The command `forage`: sets the process up, runs a subcommand, and turns every failure into one
// clear line and an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "command.h"
#include "descriptor_limit.h"
#include "forage/error.h"
#include "forage/report.h"
#include "heap.h"
#include "signal_watch.h"
#include "terminal.h"

namespace {

using forage::ExitCode;
using forage::app::Context;
using forage::app::Terminal;

/// Standard descriptors that the caller closed are opened, or the first file of ours would be taken
/// for standard output.
void openStandardDescriptors() noexcept {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::dup(fd);
  if (fd >= 0) ::close(fd);
}

int exitCode(ExitCode code) noexcept { return static_cast<int>(code); }

int runCommand(const std::vector<std::string>& args, Context& context) {
  Terminal& terminal = context.terminal;
  try {
    return forage::app::dispatch(args, context);
  } catch (const forage::app::UsageError& error) {
    terminal.notice(error.what());
    return exitCode(ExitCode::kUsage);
  } catch (const forage::ConfigError& error) {
    for (const std::string& finding : error.findings()) terminal.notice(finding);
    return exitCode(ExitCode::kUsage);
  } catch (const forage::PluginError& error) {
    terminal.notice(error.message());
    return exitCode(ExitCode::kUsage);
  } catch (const forage::SinkError& error) {
    terminal.notice(error.message());
    return exitCode(ExitCode::kFile);
  } catch (const forage::CacheError& error) {
    terminal.notice("the cache cannot answer, and has no fallback: " + error.message());
    return exitCode(ExitCode::kNetwork);
  } catch (const std::bad_alloc&) {
    terminal.notice("out of memory");
  } catch (const Poco::Exception& error) {
    terminal.notice(error.displayText());
  } catch (const std::exception& error) {
    terminal.notice(error.what());
  }
  return exitCode(ExitCode::kGeneric);
}

}  // namespace

int main(int argc, char** argv) {
  forage::app::SignalWatch::block();
  // Poco blocks SIGPIPE only in the threads that it knows; a closed pipe is an error like any
  // other.
  std::signal(SIGPIPE, SIG_IGN);
  openStandardDescriptors();
  forage::app::growHeapsAtOnce();
  forage::app::raiseDescriptorLimit();
  Terminal terminal(STDOUT_FILENO, STDERR_FILENO, forage::app::wantsColours(STDOUT_FILENO));
  try {
    forage::app::SignalWatch signals(terminal);
    Context context{terminal, signals};
    return runCommand({argv + 1, argv + argc}, context);
  } catch (const std::exception& error) {
    terminal.notice(error.what());
    return exitCode(ExitCode::kGeneric);
  }
}
