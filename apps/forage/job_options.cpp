#include "job_options.h"

#include <array>
#include <string>

namespace forage::app {

CommandLine& addJobOptions(CommandLine& line) {
  return line
      .option("env", "", "NAME", "lay the table [env.NAME] of the job file over the rest of it")
      .option("set", "", "KEY=VALUE",
              "set one value, above all files: --set cache.plugin=memory; may be repeated");
}

LoadOptions loadOptionsOf(const Arguments& arguments, const std::vector<std::string>& files) {
  LoadOptions options;
  options.files.assign(files.begin(), files.end());
  options.env = arguments.value("env");
  options.sets = arguments.values("set");
  return options;
}

CommandLine& addModeOptions(CommandLine& line) {
  return line.flag("offline", "", "connect to no server: what is stored answers, however old it is")
      .flag("refresh", "", "ask the server about everything that is stored before it answers")
      .flag("force-refresh", "", "fetch everything anew, and store it");
}

CacheMode modeOf(const Arguments& arguments) {
  struct Choice {
    const char* option;
    CacheMode mode;
  };
  constexpr std::array<Choice, 3> kChoices{{{"offline", CacheMode::kOffline},
                                            {"refresh", CacheMode::kRefresh},
                                            {"force-refresh", CacheMode::kForceRefresh}}};
  const Choice* chosen = nullptr;
  for (const Choice& choice : kChoices) {
    if (!arguments.has(choice.option)) continue;
    if (chosen != nullptr) {
      throw UsageError(std::string("--") + chosen->option + " and --" + choice.option +
                       " contradict each other");
    }
    chosen = &choice;
  }
  return chosen == nullptr ? CacheMode::kNormal : chosen->mode;
}

}  // namespace forage::app
