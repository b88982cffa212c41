// `forage cache ls`: a line for each entry, as the cache shows them.
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "cache/commands.h"
#include "cache/entry_filter.h"
#include "cache/entry_text.h"
#include "cache/opened_cache.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Lists the entries of the cache, a line each, in no order: status, size of the body as "
    "received, age, remaining lifetime, content type, URL. A variant of a page has its name behind "
    "a #. Memory does not grow with the number of entries; an entry may be shown twice where the "
    "server shows it twice, as the SCAN of Redis may.";

constexpr const char* kExamples =
    "  forage cache ls --job job.toml                      everything\n"
    "  forage cache ls --job job.toml example.org          what has this in its URL\n"
    "  forage cache ls --job job.toml 'https://example.org/*' --type image --larger-than 1MiB\n"
    "  forage cache ls --job job.toml --status 404 --status 5xx\n"
    "  forage cache ls --job job.toml --json | jq -r 'select(.bytes == 0).url'\n";

CommandLine describe() {
  CommandLine line("forage cache ls", "[PATTERN] --job JOB.toml [OPTION...]", kPurpose,
                   kExamples + patternHelp());
  addFilterOptions(addCacheOptions(line))
      .number("limit", "N", 1, std::numeric_limits<int>::max(), "end after N entries")
      .flag("json", "", "a JSON object for each entry, one a line");
  return line;
}

/// Lines on their way to standard output: few writes, and yet none waits for long.
class Lines {
 public:
  explicit Lines(Terminal& terminal) : terminal_(terminal) {}

  void add(const std::string& line) { waiting_ += line; }
  /// Returns false when nobody reads any more.
  [[nodiscard]] bool keepUp() {
    const auto now = std::chrono::steady_clock::now();
    if (waiting_.size() < kEnough && now - written_ < kSoon) return true;
    written_ = now;
    return flush();
  }
  [[nodiscard]] bool flush() {
    const bool read = waiting_.empty() || terminal_.offer(waiting_);
    waiting_.clear();
    return read;
  }

 private:
  static constexpr std::size_t kEnough = 32u << 10;
  static constexpr std::chrono::milliseconds kSoon{100};

  Terminal& terminal_;
  std::string waiting_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

int run(const Arguments& arguments, Context& context) {
  const std::string pattern = patternOf(arguments, 0, "forage cache ls [PATTERN]");
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    const std::string& prefix = opened.job.cache.key_prefix;
    const EntryFilter filter(arguments, pattern, prefix);
    const bool json = arguments.has("json");
    const auto limit = static_cast<std::uint64_t>(std::stoul(arguments.value("limit", "0")));
    std::uint64_t listed = 0;
    Lines lines(context.terminal);
    opened.cache.scan(filter.keyGlob(), [&](const Scanned& entry) {
      const EntryView view = viewOf(entry, prefix, opened.clock.wallNow());
      if (filter.matches(view)) {
        lines.add(json ? jsonLine(listJson(view)) : listLine(view));
        ++listed;
      }
      return lines.keepUp() && (limit == 0 || listed < limit);
    });
    static_cast<void>(lines.flush());
    if (listed == 0) context.terminal.notice(filter.isEmpty() ? "no entries" : "no entry matches");
    return 0;
  });
}

}  // namespace

const Command kCacheLsCommand{"ls", "list entries: by URL, status, age, size, content type",
                              describe, run};

}  // namespace forage::app
