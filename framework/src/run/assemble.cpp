// assemble(): from the names in a job to the parts of a run.
#include <memory>
#include <string>
#include <utility>

#include "forage/error.h"
#include "forage/runner.h"
#include "store/tiered_cache.h"

namespace forage {

namespace {

/// A cache that answers at once: the fallback is asked by group threads, in place, and a memory in
/// front saves waiting. `key` is where it was named, `what` what it is to be.
std::unique_ptr<Cache> makeInPlace(const PluginUse& use, PluginHost& host, const std::string& key,
                                   const std::string& what) {
  std::unique_ptr<Cache> cache = host.makeCache(use);
  if (cache->answersWithoutIo()) return cache;
  throw ConfigError((use.place.empty() ? "" : use.place + ": ") + key + ": the plugin \"" +
                    use.name + "\" does I/O; " + what + " must answer at once, as \"memory\" does");
}

}  // namespace

RunParts assemble(const Job& job, PluginHost& host) {
  host.checkTables(job);  // all findings together, before anything is made
  RunParts parts;
  parts.cache = host.makeCache(job.cache.plugin);
  // A cache that never does I/O does not go away, and is as quick as any: nothing needs to stand in
  // for it, or before it.
  const bool does_io = !parts.cache->answersWithoutIo();
  if (job.cache.fallback && does_io) {
    parts.fallback = makeInPlace(*job.cache.fallback, host, "cache.fallback", "a fallback");
  }
  if (job.cache.near) {
    auto near = makeInPlace(*job.cache.near, host, "cache.near", "a cache in front");
    if (does_io) {
      parts.cache = std::make_unique<store::TieredCache>(std::move(near), std::move(parts.cache),
                                                         host.clock());
    }
  }
  parts.fetcher = host.makeFetcher(job.fetch.plugin);
  for (const PluginUse& sink : job.sinks) parts.sinks.push_back(host.makeSink(sink));
  return parts;
}

}  // namespace forage
