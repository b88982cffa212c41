#include "job_options.h"

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

}  // namespace forage::app
