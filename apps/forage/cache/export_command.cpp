// `forage cache export`: entries into a file.
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "cache/archive.h"
#include "cache/commands.h"
#include "cache/entry_filter.h"
#include "cache/opened_cache.h"
#include "cache/scan_progress.h"
#include "forage/report.h"
#include "numbers.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Writes the entries that PATTERN and the options name, or all, into FILE, from which `forage "
    "cache import` has them back, here or elsewhere. The suffix names the kind: .warc.gz or .warc "
    "for archives and other programs, .jsonl for one JSON object an entry, body in Base64; \"-\" "
    "is JSON Lines on standard output. The file appears whole or not at all. Entries whose "
    "lifetime is over are left out. An entry may be written twice where the server shows it twice.";

constexpr const char* kExamples =
    "  forage cache export --job job.toml pages.warc.gz\n"
    "  forage cache export --job job.toml site.jsonl 'https://example.org/*' --status 200\n"
    "  forage cache export --job here.toml - | forage cache import --job there.toml -\n";

CommandLine describe() {
  CommandLine line("forage cache export", "FILE [PATTERN] --job JOB.toml [OPTION...]", kPurpose,
                   kExamples + patternHelp());
  return addFilterOptions(addCacheOptions(line));
}

/// What has been written.
struct Written {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t expired = 0;  ///< left out

  [[nodiscard]] std::string text() const {
    std::string text = "exported " + grouped(entries) + (entries == 1 ? " entry, " : " entries, ") +
                       bytesText(bytes) + " of bodies";
    if (expired != 0) text += ", without " + grouped(expired) + " that had expired";
    return text;
  }
};

Written writeAll(const OpenedCache& opened, const EntryFilter& filter, EntryWriter& writer,
                 Terminal& terminal, const std::stop_token& stop) {
  Written written;
  ScanProgress progress(terminal);
  opened.cache.scan(filter.keyGlob(), [&](const Scanned& entry) {
    const EntryView view = viewOf(entry, opened.job.cache.key_prefix, opened.clock.wallNow());
    if (filter.matches(view)) {
      if (view.remaining <= Millis::zero()) {
        ++written.expired;
      } else {
        writer.write(*underKey(entry.entry, view.key, view.expires));
        ++written.entries;
        written.bytes += view.entry->body().size();
      }
    }
    progress.tick([&] { return written.text(); });
    return !stop.stop_requested();
  });
  return written;
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().empty()) {
    throw UsageError("a file is needed: forage cache export FILE --job JOB.toml");
  }
  const std::string& file = arguments.operands().front();
  const std::string pattern = patternOf(arguments, 1, "forage cache export FILE [PATTERN]");
  static_cast<void>(archiveKindOf(file));  // refused before anything is opened
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    const EntryFilter filter(arguments, pattern, opened.job.cache.key_prefix);
    const std::stop_token stop = context.signals.token();
    const auto writer = makeEntryWriter(file, context.terminal, opened.clock);
    if (file == "-") context.terminal.logToErrors();
    const Written written = writeAll(opened, filter, *writer, context.terminal, stop);
    if (stop.stop_requested()) {
      context.terminal.notice(file == "-" ? "interrupted: the output lacks its end"
                                          : "interrupted: " + file + " is as it was");
      return static_cast<int>(ExitCode::kInterrupted);
    }
    writer->finish();
    context.terminal.log(written.text() + "\n");
    return 0;
  });
}

}  // namespace

const Command kCacheExportCommand{"export", "write entries to a file: .warc.gz, .warc, .jsonl",
                                  describe, run};

}  // namespace forage::app
