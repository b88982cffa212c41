// `forage plugins`: what was found, where, and which options it takes.
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "forage/error.h"
#include "forage/plugin_host.h"
#include "job_options.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Lists the plugins that the search finds, and those that cannot be used with the reason. With "
    "a "
    "name, tells all about that plugin: where it lies, what it makes, and its options.";

constexpr const char* kExamples =
    "  forage plugins                                              all that are found\n"
    "  forage plugins redis                                        all about one\n"
    "  FORAGE_PLUGIN_PATH=build/lib/forage/plugins forage plugins  look there first\n";

constexpr std::string_view kRequired = "required";

CommandLine describe() {
  CommandLine line("forage plugins", "[NAME] [OPTION...]", kPurpose, kExamples);
  line.option("job", "", "FILE", "search [plugins] path of this job file first");
  return addJobOptions(line);
}

std::string makes(const PluginInfo& info) {
  std::string text;
  const auto add = [&](bool can, const char* what) {
    if (!can) return;
    if (!text.empty()) text += ", ";
    text += what;
  };
  add(info.make_cache != nullptr, "cache");
  add(info.make_fetcher != nullptr, "fetcher");
  add(info.make_sink != nullptr, "sink");
  return text.empty() ? "nothing" : text;
}

std::string placeOf(const PluginHost::Found& found) {
  return found.file.empty() ? "built in" : found.file.string();
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out = printable(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string listText(const std::vector<PluginHost::Found>& all) {
  std::string text;
  for (const PluginHost::Found& found : all) {
    text += padded(found.name, 10) + "  ";
    if (found.info == nullptr) {
      text += "cannot be used: " + printable(found.problem) + "\n";
    } else {
      text += padded(makes(*found.info), 8) + "  " + padded(found.info->version, 7) + "  " +
              printable(found.info->summary) + "\n";
    }
    text += std::string(12, ' ') + printable(placeOf(found)) + "\n";
  }
  return text;
}

std::string foldersText(const PluginHost& plugins) {
  std::string text = "\nSearched, in this order:\n";
  for (const std::filesystem::path& folder : plugins.folders()) {
    std::error_code ignored;
    text += "  " + printable(folder.string());
    text += std::filesystem::is_directory(folder, ignored) ? "\n" : "  (not there)\n";
  }
  return text;
}

std::string optionsText(const PluginInfo& info) {
  if (info.options.empty()) return "\nIt has no options.\n";
  std::size_t name_width = 4;
  std::size_t default_width = 7;
  for (const OptionInfo& option : info.options) {
    name_width = std::max(name_width, std::string_view(option.name).size());
    default_width = std::max(default_width, std::string_view(option.fallback).size());
    if (option.required) default_width = std::max(default_width, kRequired.size());
  }
  const auto row = [&](const char* name, const char* type, const char* fallback, const char* help) {
    return "  " + padded(name, name_width) + "  " + padded(type, 8) + "  " +
           padded(fallback, default_width) + "  " + printable(help) + "\n";
  };
  std::string text = "\nOptions:\n" + row("name", "type", "default", "");
  for (const OptionInfo& option : info.options) {
    const bool has_default = option.fallback != nullptr && *option.fallback != '\0';
    const char* fallback = has_default ? option.fallback : option.required ? kRequired.data() : "-";
    text += row(option.name, option.type, fallback, option.help);
  }
  return text;
}

/// Where its options stand in a job file.
std::string tableOf(const PluginInfo& info) {
  if (info.make_cache != nullptr) return "[cache." + std::string(info.name) + "]";
  if (info.make_fetcher != nullptr) return "[fetch." + std::string(info.name) + "]";
  return "[[sink]] plugin = \"" + std::string(info.name) + "\"";
}

std::string aboutText(const PluginHost::Found& found) {
  const PluginInfo& info = *found.info;
  return printable(info.name) + " " + printable(info.version) + ": " + printable(info.summary) +
         "\n\nmakes     " + makes(info) + "\nfile      " + printable(placeOf(found)) +
         "\njob file  " + printable(tableOf(info)) + "\n" + optionsText(info);
}

int showOne(PluginHost& plugins, const std::string& name, Terminal& terminal) {
  for (const PluginHost::Found& found : plugins.list()) {
    if (found.name != name) continue;
    if (found.info == nullptr) throw PluginError(placeOf(found) + ": " + found.problem);
    terminal.print(aboutText(found));
    return 0;
  }
  static_cast<void>(plugins.load(name));  // throws: names the folders and the nearest name
  throw PluginError("plugin " + name + " is not there");
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().size() > 1) throw UsageError("one name at most: forage plugins [NAME]");
  std::vector<std::string> files;
  if (arguments.has("job")) files.push_back(arguments.value("job"));
  LoadOptions options = loadOptionsOf(arguments, files);
  options.require_groups = false;
  const SystemClock clock;
  PluginHost plugins(loadJob(options).job.plugin_path, clock);
  if (!arguments.operands().empty()) {
    return showOne(plugins, arguments.operands().front(), context.terminal);
  }
  context.terminal.print(listText(plugins.list()) + foldersText(plugins));
  return 0;
}

}  // namespace

const Command kPluginsCommand{"plugins", "list the plugins that are found, and their options",
                              describe, run};

}  // namespace forage::app
