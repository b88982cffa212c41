#include <array>
#include <string>
#include <string_view>

#include "command.h"
#include "forage/config.h"
#include "forage/version.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr std::array<const Command*, 8> kCommands{
    &kRunCommand,     &kFetchCommand,   &kPipeCommand,  &kCheckCommand,
    &kExplainCommand, &kPluginsCommand, &kCacheCommand, &kDemoCommand};

constexpr std::string_view kIntroduction =
    "usage: forage COMMAND [ARGUMENT...]\n"
    "\n"
    "Scrapes groups of URLs, many at once, and never fetches twice what its cache holds.\n"
    "\n"
    "Commands:\n";

constexpr std::string_view kFirstSteps =
    "\n"
    "forage COMMAND --help tells the rest; forage --version the version.\n"
    "\n"
    "First steps:\n"
    "  forage demo                        fifteen URLs against a built-in server, cold and then "
    "warm\n"
    "  forage fetch https://example.org/  one page\n"
    "  forage check job.toml              is the job file right, and what does it come to?\n"
    "  forage run job.toml                do the job\n";

std::string listOf(std::span<const Command* const> commands) {
  std::string text;
  for (const Command* command : commands) {
    std::string name = command->name;
    name.resize(10, ' ');
    text += "  " + name + command->summary + '\n';
  }
  return text;
}

std::string helpText() {
  return std::string(kIntroduction).append(listOf(kCommands)).append(kFirstSteps);
}

std::string helpOf(const Command& command, const CommandLine& line) {
  if (command.commands.empty()) return line.help();
  return line.help("\nCommands:\n" + listOf(command.commands) + "\n" + line.command() +
                   " COMMAND --help tells the rest.\n");
}

bool asksForHelp(std::string_view word) noexcept {
  return word == "--help" || word == "-h" || word == "help";
}

/// The one of `commands` that is called `name`; `parent` is what the user types before it.
const Command& commandCalled(std::span<const Command* const> commands, const std::string& parent,
                             std::string_view name) {
  std::vector<std::string_view> known;
  for (const Command* command : commands) {
    if (name == command->name) return *command;
    known.push_back(command->name);
  }
  const std::string kind = name.substr(0, 1) == "-" ? "option " : "command ";
  throw UsageError("unknown " + kind + std::string(name) + suggestion(name, known) + " (" + parent +
                   " --help lists them)");
}

/// What a command line leads to.
struct Chosen {
  const Command* command;
  std::span<const std::string> rest;  // behind the names
  bool asks_for_help;
};

/// Follows the names in `args` down to a command that runs, or whose help is asked for.
Chosen choose(std::span<const std::string> args) {
  Chosen chosen{nullptr, args, false};
  std::span<const Command* const> level = kCommands;
  for (std::string parent = "forage"; !level.empty();) {
    if (!chosen.rest.empty() && asksForHelp(chosen.rest[0])) {
      chosen.asks_for_help = true;
      chosen.rest = chosen.rest.subspan(1);
    }
    if (chosen.rest.empty()) {
      if (chosen.asks_for_help) break;
      throw UsageError("a command is needed (" + parent + " --help lists them)");
    }
    chosen.command = &commandCalled(level, parent, chosen.rest[0]);
    parent += std::string(" ") + chosen.command->name;
    chosen.rest = chosen.rest.subspan(1);
    level = chosen.command->commands;
  }
  return chosen;
}

}  // namespace

std::span<const Command* const> commands() noexcept { return kCommands; }

int dispatch(std::span<const std::string> args, Context& context) {
  if (!args.empty() && (args[0] == "--version" || args[0] == "-V")) {
    context.terminal.print("forage " + std::string(kVersion) + "\n");
    return 0;
  }
  const Chosen chosen = choose(args);
  if (chosen.command == nullptr) {
    context.terminal.print(helpText());
    return 0;
  }
  const CommandLine line = chosen.command->describe();
  const Arguments arguments = chosen.asks_for_help ? Arguments{} : line.parse(chosen.rest);
  if (chosen.asks_for_help || arguments.has("help")) {
    context.terminal.print(helpOf(*chosen.command, line));
    return 0;
  }
  return chosen.command->run(arguments, context);
}

}  // namespace forage::app
