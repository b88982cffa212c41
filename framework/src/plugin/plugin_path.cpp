#include "plugin/plugin_path.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <system_error>

#include "config/schema.h"

namespace forage::plugin {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "libforage_";
constexpr std::string_view kSuffix = ".so";

class FolderList {
 public:
  void add(const fs::path& folder) {
    std::error_code error;
    fs::path absolute = fs::absolute(folder, error).lexically_normal();
    if (error || std::find(folders_.begin(), folders_.end(), absolute) != folders_.end()) return;
    folders_.push_back(std::move(absolute));
  }

  /// Folders with ':' between. An empty one is no folder: it must not mean the working directory.
  void addAll(std::string_view list) {
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(':'), list.size());
      if (end > 0) add(fs::path(list.substr(0, end)));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }

  std::vector<fs::path> release() { return std::move(folders_); }

 private:
  std::vector<fs::path> folders_;
};

fs::path folderOfExecutable() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

/// Where libforage lies, so that an application that embeds it finds the plugins installed with it,
/// wherever that was.
fs::path folderOfLibrary() {
  ::Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&searchPath), &info) == 0) return {};
  if (info.dli_fname == nullptr) return {};
  std::error_code error;
  return fs::canonical(info.dli_fname, error).parent_path();
}

}  // namespace

std::vector<fs::path> searchPath(const std::vector<fs::path>& first) {
  FolderList folders;
  for (const fs::path& folder : first) folders.add(folder);
  if (const char* list = ::secure_getenv("FORAGE_PLUGIN_PATH")) folders.addAll(list);
  if (const fs::path executable = folderOfExecutable(); !executable.empty()) {
    folders.add(executable / "../../lib/forage/plugins");  // the build tree
    folders.add(executable / "../lib/forage/plugins");
  }
  if (const fs::path library = folderOfLibrary(); !library.empty()) {
    folders.add(library / "forage/plugins");
  }
  folders.add(FORAGE_INSTALLED_PLUGINS);
  return folders.release();
}

std::string fileNameOf(std::string_view name) {
  if (!config::isPluginName(name)) return {};
  return std::string(kPrefix).append(name).append(kSuffix);
}

std::string_view pluginNameOf(std::string_view file_name) noexcept {
  if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix)) return {};
  if (file_name.size() <= kPrefix.size() + kSuffix.size()) return {};
  file_name.remove_prefix(kPrefix.size());
  file_name.remove_suffix(kSuffix.size());
  return config::isPluginName(file_name) ? file_name : std::string_view();
}

}  // namespace forage::plugin
