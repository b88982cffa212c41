// assemble(): from the names in a job to the parts of a run.
#include <string>
#include <utility>

#include "forage/error.h"
#include "forage/runner.h"

namespace forage {

namespace {

/// The fallback is asked by group threads, in place: it may not wait for anything.
std::unique_ptr<Cache> makeFallback(const PluginUse& use, PluginHost& host) {
  std::unique_ptr<Cache> fallback = host.makeCache(use);
  if (fallback->answersWithoutIo()) return fallback;
  throw ConfigError((use.place.empty() ? "" : use.place + ": ") + "cache.fallback: the plugin \"" +
                    use.name + "\" does I/O; a fallback must answer at once, as \"memory\" does");
}

}  // namespace

RunParts assemble(const Job& job, PluginHost& host) {
  host.checkTables(job);  // all findings together, before anything is made
  RunParts parts;
  parts.cache = host.makeCache(job.cache.plugin);
  // A cache that never does I/O does not go away: nothing needs to stand in for it.
  if (job.cache.fallback && !parts.cache->answersWithoutIo()) {
    parts.fallback = makeFallback(*job.cache.fallback, host);
  }
  parts.fetcher = host.makeFetcher(job.fetch.plugin);
  for (const PluginUse& sink : job.sinks) parts.sinks.push_back(host.makeSink(sink));
  return parts;
}

}  // namespace forage
