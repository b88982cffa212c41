// The options that choose a job and change it: shared by run, fetch and check.
#pragma once

#include "command_line.h"
#include "forage/config.h"

namespace forage::app {

/// Adds --env and --set to `line`.
CommandLine& addJobOptions(CommandLine& line);

/// How to load what `arguments` name: `files`, with --env and --set.
[[nodiscard]] LoadOptions loadOptionsOf(const Arguments& arguments,
                                        const std::vector<std::string>& files);

}  // namespace forage::app
