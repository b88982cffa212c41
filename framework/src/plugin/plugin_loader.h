// Loads one shared object and checks that it is a plugin of this ABI and build. The only user of
// Poco::SharedLibrary. What is loaded stays loaded: nothing here unloads.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "forage/plugin.h"

namespace forage::plugin {

struct LoadedPlugin {
  const PluginInfo* info = nullptr;  ///< null when it cannot be used
  std::string problem;               ///< then why: "was built for ABI 2, ..."
};

/// Loads the plugin `name` from `file`, an absolute path. Never throws but bad_alloc.
[[nodiscard]] LoadedPlugin loadPlugin(const std::filesystem::path& file, std::string_view name);

}  // namespace forage::plugin
