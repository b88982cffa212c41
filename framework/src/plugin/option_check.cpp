#include "plugin/option_check.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "config/findings.h"
#include "forage/error.h"

namespace forage::plugin {

namespace {

bool isGeneral(PluginKind kind, std::string_view key) noexcept {
  return (kind == PluginKind::kCache && key == "url") ||
         (kind == PluginKind::kFetcher && key == "ca_file");
}

/// A table that the job does not use keeps its ${VAR}: what they stand for is not known.
bool holdsVariable(const Settings::Value& value) {
  const auto* text = std::get_if<std::string>(&value.data);
  return text != nullptr && text->find("${") != std::string::npos;
}

/// Reads `key` as `type`, which throws ConfigError when it is not of that type.
void readAs(const Settings& settings, std::string_view key, std::string_view type) {
  if (type == "text") {
    static_cast<void>(settings.text(key, ""));
  } else if (type == "flag") {
    static_cast<void>(settings.flag(key, false));
  } else if (type == "duration") {
    static_cast<void>(settings.duration(key, Millis::zero()));
  } else if (type == "size") {
    static_cast<void>(settings.size(key, 0));
  } else if (type == "list") {
    static_cast<void>(settings.list(key));
  } else if (type == "path") {
    static_cast<void>(settings.path(key));
  } else if (type == "integer" &&
             !std::holds_alternative<std::int64_t>(settings.values().find(key)->second.data)) {
    settings.fail(key, "wants a whole number");
  }
}

const OptionInfo* findOption(const PluginInfo& info, std::string_view key) noexcept {
  for (const OptionInfo& option : info.options) {
    if (key == option.name) return &option;
  }
  return nullptr;
}

void checkOption(const PluginInfo& info, const Settings& settings, std::string_view key) {
  const OptionInfo* option = findOption(info, key);
  if (option != nullptr) return readAs(settings, key, option->type);
  std::vector<std::string_view> known;
  for (const OptionInfo& each : info.options) known.emplace_back(each.name);
  settings.fail(key, "unknown option of the plugin \"" + std::string(info.name) + "\"" +
                         config::suggestion(key, known));
}

std::string missing(const PluginUse& use, const OptionInfo& option) {
  return (use.place.empty() ? "" : use.place + ": ") + use.settings.section() + "." + option.name +
         ": is required: " + option.help;
}

}  // namespace

std::string_view wordOf(PluginKind kind) noexcept {
  switch (kind) {
    case PluginKind::kCache:
      return "cache";
    case PluginKind::kFetcher:
      return "fetcher";
    case PluginKind::kSink:
      return "sink";
  }
  return "";
}

std::vector<std::string> missingOptions(const PluginUse& use, const PluginInfo& info) {
  std::vector<std::string> findings;
  for (const OptionInfo& option : info.options) {
    const bool is_set = use.settings.has(option.name) || use.unset.contains(option.name);
    if (option.required && !is_set) findings.push_back(missing(use, option));
  }
  return findings;
}

std::vector<std::string> checkOptions(PluginKind kind, const PluginUse& use,
                                      const PluginInfo& info) {
  std::vector<std::string> findings;
  for (const auto& [key, what] : use.unset) {
    if (findOption(info, key) != nullptr) findings.push_back(what);
  }
  for (const auto& [key, value] : use.settings.values()) {
    const bool known = findOption(info, key) != nullptr;
    if ((!known && isGeneral(kind, key)) || (known && holdsVariable(value))) continue;
    try {
      checkOption(info, use.settings, key);
    } catch (const ConfigError& error) {
      findings.insert(findings.end(), error.findings().begin(), error.findings().end());
    }
  }
  return findings;
}

}  // namespace forage::plugin
