#include "cache/opened_cache.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

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

/// What is known of a cache that lives in this process.
struct Lasting {
  bool begins = true;   ///< with what others have left
  bool records = true;  ///< what is changed
};

/// A plugin that can record says by its options whether it does; of another that does no I/O
/// nothing is known but that it may be empty.
Lasting lastingOf(const PluginUse& use, const PluginInfo& info, const Cache& cache) {
  if (!cache.answersWithoutIo()) return {};
  const auto declares = [&info](std::string_view name) {
    return std::any_of(info.options.begin(), info.options.end(),
                       [name](const OptionInfo& option) { return name == option.name; });
  };
  if (!declares("snapshot") || !declares("record")) return {cache.stats().entries != 0, true};
  return {use.settings.has("snapshot") || cache.stats().entries != 0,
          use.settings.flag("record", false)};
}

/// What lets a cache that can record keep what it holds.
std::string cure(const PluginUse& use) {
  const std::string table = "[cache." + use.name + "]";
  return use.settings.has("snapshot")
             ? "set " + table + " record = true"
             : "set " + table + " snapshot = \"FILE.warc.gz\" and record = true";
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
  const Lasting lasting = lastingOf(job.cache.plugin, plugins.load(job.cache.plugin.name), *cache);
  try {
    const OpenedCache opened{job, *cache, clock, lasting.records};
    if (!lasting.begins) {
      context.terminal.notice("the cache \"" + job.cache.plugin.name +
                              "\" is empty here: what it holds ends with the run that filled it" +
                              (lasting.records ? "" : " (" + cure(job.cache.plugin) + ")"));
    }
    return use(opened);
  } catch (const CacheError& error) {
    context.terminal.notice("the cache cannot answer: " + error.message());
    return static_cast<int>(ExitCode::kNetwork);
  }
}

void requireLasting(const OpenedCache& opened) {
  if (opened.lasts) return;
  const PluginUse& plugin = opened.job.cache.plugin;
  throw UsageError("the cache \"" + plugin.name +
                   "\" would forget this with the end of the command: " + cure(plugin));
}

void settle(const OpenedCache& opened, Terminal& terminal) {
  opened.cache.flush();
  if (opened.lasts) return;
  const PluginUse& plugin = opened.job.cache.plugin;
  terminal.notice("the cache \"" + plugin.name +
                  "\" forgets this with the end of the command: " + cure(plugin));
}

}  // namespace forage::app
