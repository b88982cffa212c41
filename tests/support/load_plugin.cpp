// load_plugin FOLDER NAME: loads libforage_NAME.so as the command does and shows what it offers.
// Fails when the host refuses it, finds it elsewhere than in FOLDER, or its description is lacking.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "forage/clock.h"
#include "forage/error.h"
#include "forage/plugin_host.h"

namespace {

using forage::OptionInfo;
using forage::PluginInfo;

constexpr std::array<std::string_view, 7> kTypes{"text", "flag", "integer", "duration",
                                                 "size", "list", "path"};

bool isDescribed(const OptionInfo& option) {
  return std::string_view(option.name) != "" && std::string_view(option.help) != "" &&
         option.fallback != nullptr &&
         std::find(kTypes.begin(), kTypes.end(), option.type) != kTypes.end();
}

int fail(std::string_view what) {
  std::cerr << what << '\n';
  return 1;
}

int load(const std::filesystem::path& folder, std::string_view name) {
  const forage::SystemClock clock;
  forage::PluginHost host({folder}, clock);
  const PluginInfo& info = host.load(name);
  std::cout << info.name << ' ' << info.version << ": " << info.summary << '\n';
  for (const OptionInfo& option : info.options) {
    std::cout << "  " << option.name << " (" << option.type << ", " << option.fallback
              << "): " << option.help << '\n';
  }
  if (std::string_view(info.summary).empty()) return fail("the plugin has no summary");
  if (!std::all_of(info.options.begin(), info.options.end(), isDescribed)) {
    return fail("an option lacks its name, type or help");
  }
  for (const auto& found : host.list()) {
    if (found.name == name && found.file.parent_path() == host.folders().front()) return 0;
  }
  return fail("the plugin was found in another folder");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return fail("usage: load_plugin FOLDER NAME");
  try {
    return load(arguments[1], arguments[2]);
  } catch (const forage::Error& error) {
    return fail(error.displayText());
  }
}
