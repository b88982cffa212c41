// The subcommands, and what main() lends to each.
#pragma once

#include <span>

#include "command_line.h"

namespace forage::app {

class SignalWatch;
class Terminal;

struct Context {
  Terminal& terminal;
  SignalWatch& signals;
};

struct Command {
  const char* name;
  const char* summary;                     ///< one line, for the help of what it belongs to
  CommandLine (*describe)();               ///< its options and help
  int (*run)(const Arguments&, Context&);  ///< null where it has commands of its own
  std::span<const Command* const> commands = {};
};

extern const Command kRunCommand;
extern const Command kFetchCommand;
extern const Command kPipeCommand;
extern const Command kCheckCommand;
extern const Command kExplainCommand;
extern const Command kPluginsCommand;
extern const Command kDemoCommand;
extern const Command kCacheCommand;

/// All of them, in the order in which help shows them.
[[nodiscard]] std::span<const Command* const> commands() noexcept;

/// `forage ARGS...`: finds the subcommand, at whatever level, and runs it. Returns the exit code;
/// throws what the subcommand throws.
int dispatch(std::span<const std::string> args, Context& context);

}  // namespace forage::app
