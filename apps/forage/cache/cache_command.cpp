// `forage cache`: what its commands have in common, told once.
#include <array>

#include "cache/commands.h"
#include "cache/opened_cache.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Looks into the cache that a job names, and tidies it. The cache itself is opened, never its "
    "fallback: one that cannot answer is exit code 4. A cache in memory ends with the run that "
    "fills it, so that here it is empty, or holds what its snapshot holds.";

constexpr const char* kExamples =
    "  forage cache ls --job job.toml                          what is there, a line an entry\n"
    "  forage cache ls --job job.toml 'https://example.org/*'  the pages of a site\n"
    "  forage cache show --job job.toml https://example.org/   all about one page\n"
    "  forage cache purge --job job.toml --older-than 7d       erase what is old\n"
    "  forage cache export --job job.toml pages.warc.gz        and import, elsewhere\n"
    "\n"
    "Without --job: --set cache.plugin=redis --set cache.url=redis://HOST\n";

constexpr std::array<const Command*, 7> kCommands{
    &kCacheLsCommand, &kCacheShowCommand,   &kCacheStatCommand,  &kCachePurgeCommand,
    &kCacheGcCommand, &kCacheExportCommand, &kCacheImportCommand};

CommandLine describe() {
  CommandLine line("forage cache", "COMMAND [ARGUMENT...] --job JOB.toml [OPTION...]", kPurpose,
                   kExamples);
  addCacheOptions(line);
  return line;
}

}  // namespace

const Command kCacheCommand{"cache", "look into the cache of a job, and tidy it", describe, nullptr,
                            kCommands};

}  // namespace forage::app
