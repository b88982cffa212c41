// `forage cache gc`: drops what nobody can use any more.
#include <cstdint>
#include <stop_token>
#include <string>

#include "cache/commands.h"
#include "cache/entry_view.h"
#include "cache/key_eraser.h"
#include "cache/opened_cache.h"
#include "cache/scan_progress.h"
#include "cache/url_pattern.h"
#include "forage/report.h"
#include "numbers.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Erases what is of no more use: entries whose lifetime is over, and values under the job's key "
    "prefix that are no entries (damaged, cut, or of another program), where the cache can tell. A "
    "server such as Redis drops expired entries by itself, up to a tenth of their lifetime late: "
    "there gc takes these early, and what it is for are the damaged ones, which no lifetime may "
    "end. Entries that are merely older than the job's expire_after stay, for other jobs may use "
    "them: purge --older-than erases those. Each is looked at once more just before it is erased, "
    "so that what somebody stored meanwhile stays.";

constexpr const char* kExamples =
    "  forage cache gc --job job.toml --dry-run\n"
    "  forage cache gc --job job.toml\n";

CommandLine describe() {
  CommandLine line("forage cache gc", "--job JOB.toml [OPTION...]", kPurpose, kExamples);
  return addCacheOptions(line).flag("dry-run", "n",
                                    "erase nothing, and say how many values would go");
}

/// What one pass over the cache does, and counts.
class Sweep {
 public:
  Sweep(const OpenedCache& opened, bool dry_run)
      : opened_(opened),
        spares_damaged_(opened.job.cache.key_prefix.empty()),
        expired_(opened.cache, dry_run, [this](const Entry& entry) { return isAlive(entry); }),
        damaged_(opened.cache, dry_run, [](const Entry&) { return true; }) {}
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  void look(const Scanned& shown) {
    ++seen_;
    if (shown.entry == nullptr) {
      if (spares_damaged_) {
        ++left_alone_;
      } else {
        damaged_.add(shown.key);
      }
    } else if (viewOf(shown, {}, opened_.clock.wallNow()).remaining <= Millis::zero()) {
      expired_.add(shown.key);
    }
  }
  void finish() {
    expired_.finish();
    damaged_.finish();
  }

  [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_.erased(); }
  [[nodiscard]] std::uint64_t damaged() const noexcept { return damaged_.erased(); }
  [[nodiscard]] std::uint64_t leftAlone() const noexcept { return left_alone_; }

 private:
  [[nodiscard]] bool isAlive(const Entry& entry) const {
    return entry.expires() > opened_.clock.wallNow();
  }

  const OpenedCache& opened_;
  const bool spares_damaged_;  // without a prefix, the values of anybody would be ours
  KeyEraser expired_;
  KeyEraser damaged_;
  std::uint64_t seen_ = 0;
  std::uint64_t left_alone_ = 0;
};

int run(const Arguments& arguments, Context& context) {
  if (!arguments.operands().empty()) {
    throw UsageError("gc takes no PATTERN: forage cache purge PATTERN erases by URL");
  }
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    const bool dry_run = arguments.has("dry-run");
    const std::stop_token stop = context.signals.token();
    Sweep sweep(opened, dry_run);
    ScanProgress progress(context.terminal);
    const UrlPattern everything(opened.job.cache.key_prefix, {});
    opened.cache.inspect(everything.keyGlob(), [&](const Scanned& shown) {
      sweep.look(shown);
      progress.tick([&] { return grouped(sweep.seen()) + " looked at"; });
      return !stop.stop_requested();
    });
    sweep.finish();
    if (!dry_run) settle(opened, context.terminal);
    context.terminal.print((dry_run ? "would erase " : "erased ") + grouped(sweep.expired()) +
                           " expired and " + grouped(sweep.damaged()) + " damaged of " +
                           grouped(sweep.seen()) + "\n");
    if (sweep.leftAlone() != 0) {
      context.terminal.notice("left alone: " + grouped(sweep.leftAlone()) +
                              " values that are no entries; without a cache.key_prefix they may "
                              "be anybody's");
    }
    return static_cast<int>(stop.stop_requested() ? ExitCode::kInterrupted : ExitCode::kSuccess);
  });
}

}  // namespace

const Command kCacheGcCommand{"gc", "erase what is expired or damaged", describe, run};

}  // namespace forage::app
