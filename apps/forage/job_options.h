// The options that choose a job and change it, and those that say how a run uses its cache: shared
// by the commands that have them. Pure; thread-safe.
#pragma once

#include "command_line.h"
#include "forage/config.h"

namespace forage::app {

/// Adds --env and --set to `line`.
CommandLine& addJobOptions(CommandLine& line);

/// How to load what `arguments` name: `files`, with --env and --set.
[[nodiscard]] LoadOptions loadOptionsOf(const Arguments& arguments,
                                        const std::vector<std::string>& files);

/// Adds --offline, --refresh and --force-refresh to `line`.
CommandLine& addModeOptions(CommandLine& line);

/// The mode that `arguments` ask for. Throws UsageError: more than one.
[[nodiscard]] CacheMode modeOf(const Arguments& arguments);

}  // namespace forage::app
