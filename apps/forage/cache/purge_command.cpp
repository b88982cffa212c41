// `forage cache purge`: forgets the entries that are named.
#include <cstdint>
#include <stop_token>
#include <string>

#include "cache/commands.h"
#include "cache/entry_filter.h"
#include "cache/key_eraser.h"
#include "cache/opened_cache.h"
#include "cache/scan_progress.h"
#include "forage/report.h"
#include "numbers.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Erases the entries that PATTERN and the options name, and says how many. Nothing is asked: "
    "it wants a PATTERN, an option that chooses, or --all, which is every entry under the job's "
    "key prefix. Erasing is done in batches, each acknowledged by the cache.";

constexpr const char* kExamples =
    "  forage cache purge --job job.toml 'https://example.org/*'\n"
    "  forage cache purge --job job.toml --older-than 7d --dry-run\n"
    "  forage cache purge --job job.toml --status 4xx --status 5xx\n"
    "  forage cache purge --job job.toml --all\n"
    "\n"
    "With a PATTERN and options, all of them must hold. ls with the same ones lists what would "
    "go.\n";

CommandLine describe() {
  CommandLine line("forage cache purge", "PATTERN|--all --job JOB.toml [OPTION...]", kPurpose,
                   kExamples + patternHelp());
  return addFilterOptions(addCacheOptions(line))
      .flag("all", "", "every entry")
      .flag("dry-run", "n", "erase nothing, and say how many entries would go");
}

int run(const Arguments& arguments, Context& context) {
  const std::string pattern = patternOf(arguments, 0, "forage cache purge PATTERN");
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    const std::string& prefix = opened.job.cache.key_prefix;
    const EntryFilter filter(arguments, pattern, prefix);
    if (filter.isEmpty() != arguments.has("all")) {
      throw UsageError(filter.isEmpty()
                           ? "what? a PATTERN, an option such as --older-than, or --all"
                           : "--all leaves nothing to choose: either it, or what chooses");
    }
    const bool dry_run = arguments.has("dry-run");
    const std::stop_token stop = context.signals.token();
    KeyEraser eraser(opened.cache, dry_run);
    ScanProgress progress(context.terminal);
    std::uint64_t bytes = 0;
    opened.cache.scan(filter.keyGlob(), [&](const Scanned& entry) {
      const EntryView view = viewOf(entry, prefix, opened.clock.wallNow());
      if (filter.matches(view)) {
        bytes += view.entry->body().size();
        eraser.add(view.key);
      }
      progress.tick([&] { return grouped(eraser.erased()) + " erased"; });
      return !stop.stop_requested();
    });
    eraser.finish();
    if (!dry_run) settle(opened, context.terminal);
    context.terminal.print((dry_run ? "would erase " : "erased ") + grouped(eraser.erased()) +
                           (eraser.erased() == 1 ? " entry, " : " entries, ") + bytesText(bytes) +
                           " of bodies\n");
    return static_cast<int>(stop.stop_requested() ? ExitCode::kInterrupted : ExitCode::kSuccess);
  });
}

}  // namespace

const Command kCachePurgeCommand{"purge", "erase entries: by URL, status, age, or all", describe,
                                 run};

}  // namespace forage::app
