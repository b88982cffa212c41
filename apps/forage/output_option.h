// -o FILE and -O FILE: outputs chosen by the suffix of the file.
#pragma once

#include <vector>

#include "command_line.h"
#include "forage/job.h"

namespace forage::app {

/// Adds -o and -O to `line`.
CommandLine& addOutputOptions(CommandLine& line);

/// The sinks that -o and -O ask for. Throws UsageError: a suffix that stands for no kind of output.
[[nodiscard]] std::vector<PluginUse> sinksOf(const Arguments& arguments);

/// Whether one of the job's sinks writes to standard output, which is then no place for a log.
[[nodiscard]] bool writesToStandardOutput(const std::vector<PluginUse>& sinks);

}  // namespace forage::app
