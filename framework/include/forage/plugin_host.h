// Finds, loads and checks plugins, and makes what they offer. Loaded plugins stay loaded until the
// process ends. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "forage/export.h"
#include "forage/job.h"
#include "forage/plugin.h"

namespace forage {

enum class PluginKind { kCache, kFetcher, kSink };

class FORAGE_API PluginHost {
 public:
  struct Found {
    std::string name;                  ///< from the file name: libforage_NAME.so
    std::filesystem::path file;        ///< empty: built into libforage
    const PluginInfo* info = nullptr;  ///< null when it cannot be used
    std::string problem;               ///< why it cannot
  };

  /// `path` is searched first ([plugins] path), then FORAGE_PLUGIN_PATH (folders with ':' between),
  /// then beside the executable (build tree and ../lib/forage/plugins), then the installed folder.
  /// Never the working directory. `clock` outlives the host and all it makes.
  PluginHost(std::vector<std::filesystem::path> path, const Clock& clock);
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Loads the plugin called `name` if it is not loaded yet. Throws PluginError: not found (names
  /// the folders searched and the nearest name), not loadable, another ABI or build.
  const PluginInfo& load(std::string_view name);

  /// What is built in (the sink "jsonl"), then every plugin that the search finds, in its order,
  /// loaded and checked.
  [[nodiscard]] std::vector<Found> list();

  /// The folders that are searched, in order, those that do not exist included.
  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const noexcept;

  /// That of all it makes.
  [[nodiscard]] const Clock& clock() const noexcept;

  /// Checks the options of `use` against what its plugin declares: names, types. Throws ConfigError
  /// with every finding (place, key, nearest known one), PluginError as load().
  void check(PluginKind kind, const PluginUse& use);

  /// Checks every plugin that `job` names and every table of a plugin in it, also those that it
  /// does not use. Throws ConfigError with all findings: no such plugin (and the nearest), not
  /// loadable, of another kind, wrong options.
  void checkTables(const Job& job);

  // Each checks, then makes. Throw ConfigError and PluginError, with the place where it was named.
  [[nodiscard]] std::unique_ptr<Cache> makeCache(const PluginUse& use);
  [[nodiscard]] std::unique_ptr<Fetcher> makeFetcher(const PluginUse& use);
  [[nodiscard]] std::unique_ptr<Sink> makeSink(const PluginUse& use);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forage
