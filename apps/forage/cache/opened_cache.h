// The cache that a job names, opened for a command. Its fallback has no part in this.
#pragma once

#include <functional>

#include "command.h"
#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/job.h"

namespace forage::app {

struct OpenedCache {
  const Job& job;
  Cache& cache;
  const Clock& clock;
  bool lasts = true;  ///< keeps what is changed; false: known to forget it with the process
};

/// Adds --job, --env and --set to `line`.
CommandLine& addCacheOptions(CommandLine& line);

/// Opens the cache that `arguments` name and has `use` work on it. Returns what that returns, or 4
/// after one line about a cache that cannot answer. Throws UsageError: no cache is named;
/// ConfigError, PluginError, and what `use` throws.
int withCache(const Arguments& arguments, Context& context,
              const std::function<int(const OpenedCache&)>& use);

/// Throws UsageError, with the cure, where the cache is known to forget what is stored in it.
void requireLasting(const OpenedCache& opened);

/// Makes what was stored or erased durable. Says so where the cache is known to forget it all the
/// same. Throws CacheError.
void settle(const OpenedCache& opened, Terminal& terminal);

}  // namespace forage::app
