// The commands of `forage cache`.
#pragma once

#include "command.h"

namespace forage::app {

extern const Command kCacheLsCommand;
extern const Command kCacheShowCommand;
extern const Command kCacheStatCommand;
extern const Command kCachePurgeCommand;
extern const Command kCacheGcCommand;
extern const Command kCacheExportCommand;
extern const Command kCacheImportCommand;

}  // namespace forage::app
