// Where plugins are searched. Reads the environment; otherwise pure.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace forage::plugin {

/// `first`, then FORAGE_PLUGIN_PATH, beside the executable, beside libforage, and where this build
/// is installed: absolute, each once.
[[nodiscard]] std::vector<std::filesystem::path> searchPath(
    const std::vector<std::filesystem::path>& first);

/// "libforage_NAME.so"; "" when `name` can be no plugin's.
[[nodiscard]] std::string fileNameOf(std::string_view name);
/// The plugin that a file of this name holds; "" for none.
[[nodiscard]] std::string_view pluginNameOf(std::string_view file_name) noexcept;

}  // namespace forage::plugin
