#include "output_option.h"

#include <filesystem>
#include <string>
#include <variant>

namespace forage::app {

namespace {

PluginUse sinkOf(const std::string& file, bool overwrite) {
  const std::string place = overwrite ? "-O" : "-o";
  const std::string suffix = std::filesystem::path(file).extension().string();
  if (file != "-" && suffix != ".jsonl" && suffix != ".ndjson") {
    throw UsageError(place + " " + file + ": the suffix " +
                     (suffix.empty() ? "is missing" : suffix + " is not known") +
                     "; known: .jsonl (or .ndjson), or \"-\" for JSON Lines on standard output");
  }
  Settings::Values values;
  values["file"] = {file, place};
  values["overwrite"] = {overwrite, place};
  return {"jsonl", Settings("", std::move(values)), place};
}

}  // namespace

CommandLine& addOutputOptions(CommandLine& line) {
  return line
      .option("output", "o", "FILE",
              "append every visit to FILE, with its body; the suffix names the kind: .jsonl")
      .option("overwrite", "O", "FILE", "as -o, but start FILE anew");
}

std::vector<PluginUse> sinksOf(const Arguments& arguments) {
  std::vector<PluginUse> sinks;
  for (const std::string& file : arguments.values("output")) sinks.push_back(sinkOf(file, false));
  for (const std::string& file : arguments.values("overwrite")) sinks.push_back(sinkOf(file, true));
  return sinks;
}

bool writesToStandardOutput(const std::vector<PluginUse>& sinks) {
  for (const PluginUse& sink : sinks) {
    const auto& values = sink.settings.values();
    const auto file = values.find("file");
    if (file == values.end()) continue;
    const auto* name = std::get_if<std::string>(&file->second.data);
    if (name != nullptr && *name == "-") return true;
  }
  return false;
}

}  // namespace forage::app
