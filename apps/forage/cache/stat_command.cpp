// `forage cache stat`: what the cache holds, added up.
#include <string>

#include "cache/commands.h"
#include "cache/entry_filter.h"
#include "cache/opened_cache.h"
#include "cache/scan_progress.h"
#include "cache/stat_text.h"
#include "numbers.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Goes through the cache and adds up: entries and bytes of bodies, by status class, by content "
    "type and by host (the ten with the most entries each), the oldest and the newest entry, and "
    "what the cache says of itself, such as connections made. Every entry is read once. Damaged "
    "are values under the job's key prefix that are no entries, where the cache can tell.";

constexpr const char* kExamples =
    "  forage cache stat --job job.toml\n"
    "  forage cache stat --job job.toml 'https://example.org/*'\n"
    "  forage cache stat --job job.toml --json | jq .by_host\n";

CommandLine describe() {
  CommandLine line("forage cache stat", "[PATTERN] --job JOB.toml [OPTION...]", kPurpose,
                   kExamples + patternHelp());
  addFilterOptions(addCacheOptions(line)).flag("json", "", "one JSON object");
  return line;
}

int run(const Arguments& arguments, Context& context) {
  const std::string pattern = patternOf(arguments, 0, "forage cache stat [PATTERN]");
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    CacheSummary summary;
    summary.plugin = opened.job.cache.plugin.name;
    summary.key_prefix = opened.job.cache.key_prefix;
    summary.now = opened.clock.wallNow();
    const EntryFilter filter(arguments, pattern, summary.key_prefix);
    ScanProgress progress(context.terminal);
    opened.cache.inspect(filter.keyGlob(), [&](const Scanned& entry) {
      if (entry.entry == nullptr) {
        if (filter.matchesKey(entry.key)) ++summary.damaged;
        return true;
      }
      const EntryView view = viewOf(entry, summary.key_prefix, summary.now);
      if (filter.matches(view)) summary.tally.add(view);
      progress.tick([&] { return grouped(summary.tally.total().entries) + " entries"; });
      return true;
    });
    summary.stats = opened.cache.stats();
    context.terminal.print(arguments.has("json") ? jsonLine(statJson(summary)) : statText(summary));
    return 0;
  });
}

}  // namespace

const Command kCacheStatCommand{"stat", "add up what the cache holds", describe, run};

}  // namespace forage::app
