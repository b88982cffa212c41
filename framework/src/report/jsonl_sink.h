// The built-in sink "jsonl": one JSON object per visit and line (docs/operations.md). What it wrote
// before it was killed is kept: a last line that was cut short is ended before the next is added.
#pragma once

#include <memory>
#include <span>

#include "forage/plugin.h"
#include "forage/settings.h"
#include "forage/sink.h"

namespace forage {

/// What `[[sink]] plugin = "jsonl"` accepts.
[[nodiscard]] std::span<const OptionInfo> jsonLinesOptions() noexcept;

/// Described as a plugin is, so that the plugin host checks and lists it like any other.
[[nodiscard]] const PluginInfo& jsonLinesPlugin() noexcept;

/// Makes the sink and opens its file. Throws ConfigError: options are wrong, or the file cannot be
/// opened for writing.
[[nodiscard]] std::unique_ptr<Sink> makeJsonLinesSink(const Settings& settings);

}  // namespace forage
