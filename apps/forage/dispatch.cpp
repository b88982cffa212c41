#include <array>
#include <string>
#include <string_view>

#include "command.h"
#include "forage/config.h"
#include "forage/version.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr std::array<const Command*, 7> kCommands{
    &kRunCommand,     &kFetchCommand,   &kPipeCommand, &kCheckCommand,
    &kExplainCommand, &kPluginsCommand, &kDemoCommand};

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

std::string helpText() {
  std::string text(kIntroduction);
  for (const Command* command : kCommands) {
    std::string name = command->name;
    name.resize(10, ' ');
    text += "  " + name + command->summary + '\n';
  }
  return text.append(kFirstSteps);
}

const Command& commandCalled(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Command* command : kCommands) {
    if (name == command->name) return *command;
    known.push_back(command->name);
  }
  const std::string kind = name.substr(0, 1) == "-" ? "option " : "command ";
  throw UsageError("unknown " + kind + std::string(name) + suggestion(name, known) +
                   " (forage --help lists them)");
}

}  // namespace

std::span<const Command* const> commands() noexcept { return kCommands; }

int dispatch(std::span<const std::string> args, Context& context) {
  if (args.empty()) throw UsageError("a command is needed (forage --help lists them)");
  const std::string& first = args[0];
  if (first == "--version" || first == "-V") {
    context.terminal.print("forage " + std::string(kVersion) + "\n");
    return 0;
  }
  const bool asks = first == "--help" || first == "-h" || first == "help";
  if (asks && args.size() == 1) {
    context.terminal.print(helpText());
    return 0;
  }
  const Command& command = commandCalled(asks ? args[1] : first);
  const CommandLine line = command.describe();
  const Arguments arguments = asks ? Arguments{} : line.parse(args.subspan(1));
  if (asks || arguments.has("help")) {
    context.terminal.print(line.help());
    return 0;
  }
  return command.run(arguments, context);
}

}  // namespace forage::app
