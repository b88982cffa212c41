#include "cache/opened_cache.h"

#include <memory>
#include <string>

#include "forage/plugin_host.h"
#include "forage/report.h"
#include "job_options.h"
#include "terminal.h"

namespace forage::app {

namespace {

Job jobOf(const Arguments& arguments) {
  if (!arguments.has("job") && !arguments.has("set")) {
    throw UsageError("which cache? --job JOB.toml names it (or --set cache.plugin=redis)");
  }
  LoadOptions options = loadOptionsOf(arguments, arguments.values("job"));
  options.require_groups = false;
  return loadJob(options).job;
}

}  // namespace

CommandLine& addCacheOptions(CommandLine& line) {
  return addJobOptions(line.option("job", "", "FILE", "the job file that names the cache"));
}

int withCache(const Arguments& arguments, Context& context,
              const std::function<int(const OpenedCache&)>& use) {
  const Job job = jobOf(arguments);
  const SystemClock clock;
  PluginHost plugins(job.plugin_path, clock);
  const std::unique_ptr<Cache> cache = plugins.makeCache(job.cache.plugin);
  const bool has_snapshot = job.cache.plugin.settings.has("snapshot");
  if (cache->answersWithoutIo() && !has_snapshot && cache->stats().entries == 0) {
    context.terminal.notice("the cache \"" + job.cache.plugin.name +
                            "\" is empty here: what it holds ends with the run that filled it, "
                            "unless it has a snapshot");
  }
  try {
    return use({job, *cache, clock});
  } catch (const CacheError& error) {
    context.terminal.notice("the cache cannot answer: " + error.message());
    return static_cast<int>(ExitCode::kNetwork);
  }
}

void settle(const OpenedCache& opened, Terminal& terminal) {
  opened.cache.flush();
  const PluginUse& plugin = opened.job.cache.plugin;
  if (!opened.cache.answersWithoutIo() || plugin.settings.flag("record", false)) return;
  terminal.notice("the cache \"" + plugin.name +
                  "\" forgets this with the end of the command: it records no snapshot");
}

}  // namespace forage::app
