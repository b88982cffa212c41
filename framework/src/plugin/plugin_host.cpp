#include "forage/plugin_host.h"

#include <algorithm>
#include <map>
#include <new>
#include <system_error>
#include <utility>

#include "config/findings.h"
#include "forage/error.h"
#include "plugin/option_check.h"
#include "plugin/plugin_loader.h"
#include "plugin/plugin_path.h"
#include "report/jsonl_sink.h"

namespace forage {

namespace {

namespace fs = std::filesystem;

std::string at(const std::string& place) { return place.empty() ? "" : place + ": "; }

/// The plugins in one folder, by name. A folder that cannot be read holds none.
std::map<std::string, fs::path> pluginsIn(const fs::path& folder) {
  std::map<std::string, fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    const std::string_view name = plugin::pluginNameOf(file);
    if (!name.empty()) found.emplace(name, it->path());
  }
  return found;
}

bool makes(const PluginInfo& info, PluginKind kind) noexcept {
  switch (kind) {
    case PluginKind::kCache:
      return info.make_cache != nullptr;
    case PluginKind::kFetcher:
      return info.make_fetcher != nullptr;
    case PluginKind::kSink:
      return info.make_sink != nullptr;
  }
  return false;
}

PluginKind kindOf(const PluginUse& table) noexcept {
  return table.settings.section().starts_with("fetch") ? PluginKind::kFetcher : PluginKind::kCache;
}

/// What a plugin refuses has the place of its option; of one that is not set, where the plugin is
/// named.
ConfigError withPlace(const ConfigError& error, const PluginUse& use) {
  std::vector<std::string> findings = error.findings();
  for (std::string& finding : findings) {
    if (finding.starts_with(use.settings.section() + ".")) finding.insert(0, at(use.place));
  }
  return ConfigError(std::move(findings));
}

/// Runs `make` of a plugin: what it throws names the plugin and where the job named it.
template <typename Made>
std::unique_ptr<Made> makeBy(std::unique_ptr<Made> (*make)(const Settings&, const PluginContext&),
                             const PluginUse& use, const Clock& clock) {
  const std::string who = at(use.place) + "the plugin \"" + use.name + "\" ";
  std::unique_ptr<Made> made;
  try {
    made = make(use.settings, PluginContext{clock});
  } catch (const ConfigError& error) {
    throw withPlace(error, use);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Poco::Exception& error) {
    throw PluginError(who + "failed: " + error.displayText());
  } catch (const std::exception& error) {
    throw PluginError(who + "failed: " + error.what());
  }
  if (!made) throw PluginError(who + "made nothing");
  return made;
}

}  // namespace

struct PluginHost::State {
  std::vector<fs::path> folders;
  const Clock& clock;
  std::map<std::string, Found, std::less<>> known;  // tried already, by name
  Found missing;                                    // the last that was in no folder

  const Found& find(std::string_view name);
  std::string notFound(std::string_view name) const;
  const PluginInfo& loadFor(PluginKind kind, const PluginUse& use) {
    return loadFor(kind, use, "");
  }
  /// Loads the plugin of `use` and sees that it makes a `kind`; what is wrong is told of `key`.
  const PluginInfo& loadFor(PluginKind kind, const PluginUse& use, const std::string& key);
  /// What is wrong with `use`, one line each. Of a table that is not used, nothing is missing.
  std::vector<std::string> problems(PluginKind kind, const PluginUse& use, const std::string& key,
                                    bool is_used);
};

/// Loads `name` from the first folder that has it. `file` of the result is empty when none has.
const PluginHost::Found& PluginHost::State::find(std::string_view name) {
  if (const auto tried = known.find(name); tried != known.end()) return tried->second;
  Found found{std::string(name), {}, nullptr, {}};
  if (name == jsonLinesPlugin().name) {  // built in; a file of that name is not looked for
    found.info = &jsonLinesPlugin();
    return known.emplace(name, std::move(found)).first->second;
  }
  const std::string file = plugin::fileNameOf(name);
  for (const fs::path& folder : folders) {
    std::error_code error;
    if (file.empty() || !fs::exists(folder / file, error)) continue;
    found.file = folder / file;
    plugin::LoadedPlugin loaded = plugin::loadPlugin(found.file, name);
    found.info = loaded.info;
    if (loaded.info == nullptr) found.problem = found.file.string() + " " + loaded.problem;
    break;
  }
  if (found.file.empty()) {
    found.problem = notFound(name);
    return missing = std::move(found);
  }
  return known.emplace(name, std::move(found)).first->second;
}

std::string PluginHost::State::notFound(std::string_view name) const {
  std::vector<std::string> names{jsonLinesPlugin().name};
  std::string searched;
  for (const fs::path& folder : folders) {
    for (const auto& [each, file] : pluginsIn(folder)) names.push_back(each);
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  const std::vector<std::string_view> known_names(names.begin(), names.end());
  const std::string file = plugin::fileNameOf(name);
  return "there is no plugin \"" + config::printable(name) + "\"" +
         config::suggestion(name, known_names) +
         (file.empty() ? " (searched " : " (looked for " + file + " in ") + searched + ")";
}

const PluginInfo& PluginHost::State::loadFor(PluginKind kind, const PluginUse& use,
                                             const std::string& key) {
  const Found& found = find(use.name);
  if (found.info == nullptr) throw PluginError(at(use.place) + at(key) + found.problem);
  if (makes(*found.info, kind)) return *found.info;
  std::string text = at(use.place) + at(key) + "the plugin \"" + use.name + "\" makes no " +
                     std::string(plugin::wordOf(kind)) + ", but a";
  for (const PluginKind other : {PluginKind::kCache, PluginKind::kFetcher, PluginKind::kSink}) {
    if (!makes(*found.info, other)) continue;
    text += (text.ends_with("but a") ? " " : " and a ") + std::string(plugin::wordOf(other));
  }
  throw PluginError(text);
}

std::vector<std::string> PluginHost::State::problems(PluginKind kind, const PluginUse& use,
                                                     const std::string& key, bool is_used) {
  try {
    const PluginInfo& info = loadFor(kind, use, key);
    std::vector<std::string> found = plugin::checkOptions(kind, use, info);
    if (!is_used) return found;
    for (std::string& one : plugin::missingOptions(use, info)) found.push_back(std::move(one));
    return found;
  } catch (const PluginError& error) {
    return {error.message()};
  }
}

PluginHost::PluginHost(std::vector<fs::path> path, const Clock& clock)
    : state_(std::make_unique<State>(State{plugin::searchPath(path), clock, {}, {}})) {}

PluginHost::~PluginHost() = default;

const PluginInfo& PluginHost::load(std::string_view name) {
  const Found& found = state_->find(name);
  if (found.info == nullptr) throw PluginError(found.problem);
  return *found.info;
}

std::vector<PluginHost::Found> PluginHost::list() {
  std::vector<Found> all{state_->find(jsonLinesPlugin().name)};
  for (const fs::path& folder : state_->folders) {
    for (const auto& [name, file] : pluginsIn(folder)) {
      const Found& found = state_->find(name);
      if (found.file == file) all.push_back(found);  // else an earlier folder's hides it
    }
  }
  return all;
}

const std::vector<fs::path>& PluginHost::folders() const noexcept { return state_->folders; }

const Clock& PluginHost::clock() const noexcept { return state_->clock; }

void PluginHost::check(PluginKind kind, const PluginUse& use) {
  static_cast<void>(state_->loadFor(kind, use));  // throws
  std::vector<std::string> findings = state_->problems(kind, use, "", true);
  if (!findings.empty()) throw ConfigError(std::move(findings));
}

void PluginHost::checkTables(const Job& job) {
  std::vector<std::string> findings;
  const auto add = [&](PluginKind kind, const PluginUse& use, const std::string& key,
                       bool is_used = true) {
    for (std::string& one : state_->problems(kind, use, key, is_used)) {
      // The caches in front and behind may share a table.
      const bool known = std::find(findings.begin(), findings.end(), one) != findings.end();
      if (!known) findings.push_back(std::move(one));
    }
  };
  add(PluginKind::kCache, job.cache.plugin, "cache.plugin");
  if (job.cache.fallback) add(PluginKind::kCache, *job.cache.fallback, "cache.fallback");
  if (job.cache.near) add(PluginKind::kCache, *job.cache.near, "cache.near");
  add(PluginKind::kFetcher, job.fetch.plugin, "fetch.plugin");
  for (const PluginUse& sink : job.sinks) add(PluginKind::kSink, sink, "sink.plugin");
  for (const PluginUse& table : job.other_tables) {
    add(kindOf(table), table, table.settings.section(), false);
  }
  if (!findings.empty()) throw ConfigError(std::move(findings));
}

std::unique_ptr<Cache> PluginHost::makeCache(const PluginUse& use) {
  check(PluginKind::kCache, use);
  return makeBy(load(use.name).make_cache, use, state_->clock);
}

std::unique_ptr<Fetcher> PluginHost::makeFetcher(const PluginUse& use) {
  check(PluginKind::kFetcher, use);
  return makeBy(load(use.name).make_fetcher, use, state_->clock);
}

std::unique_ptr<Sink> PluginHost::makeSink(const PluginUse& use) {
  check(PluginKind::kSink, use);
  return makeBy(load(use.name).make_sink, use, state_->clock);
}

}  // namespace forage
