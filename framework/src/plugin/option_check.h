// Whether the options that a job gives a plugin are those that it declares. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forage/job.h"
#include "forage/plugin.h"
#include "forage/plugin_host.h"

namespace forage::plugin {

/// "cache", "fetcher", "sink".
[[nodiscard]] std::string_view wordOf(PluginKind kind) noexcept;

/// Everything wrong with `use`, as "PLACE: TABLE.KEY: WHAT": unknown options, wrong types. General
/// keys of the job that the plugin does not declare ("url", "ca_file") are nothing wrong.
[[nodiscard]] std::vector<std::string> checkOptions(PluginKind kind, const PluginUse& use,
                                                    const PluginInfo& info);

/// The options that `use` would have to set and does not, as checkOptions().
[[nodiscard]] std::vector<std::string> missingOptions(const PluginUse& use, const PluginInfo& info);

}  // namespace forage::plugin
