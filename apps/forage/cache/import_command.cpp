// `forage cache import`: entries out of a file.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/archive.h"
#include "cache/commands.h"
#include "cache/entry_view.h"
#include "cache/opened_cache.h"
#include "cache/scan_progress.h"
#include "forage/cache_key.h"
#include "forage/report.h"
#include "numbers.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Stores the entries of FILE, as `forage cache export` wrote it; a WARC file may also be of "
    "another program, whose responses then never expire. What the cache holds already stays, "
    "unless --replace is given. Each keeps what remains of its lifetime; what has expired is left "
    "out. Keys get the key prefix of the job. A part that is damaged is told with its place and "
    "passed over, and so is a body of more than fetch.max_filesize; the rest is imported, and the "
    "exit code is 3.";

constexpr const char* kExamples =
    "  forage cache import --job job.toml pages.warc.gz\n"
    "  forage cache import --job job.toml site.jsonl --replace\n"
    "  ssh there cat site.jsonl | forage cache import --job job.toml -\n";

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBatchBytes = 4u << 20;
constexpr std::uint64_t kMaxTold = 100;

CommandLine describe() {
  CommandLine line("forage cache import", "FILE --job JOB.toml [OPTION...]", kPurpose, kExamples);
  return addCacheOptions(line).flag("replace", "", "replace what the cache holds already");
}

/// Whether `key` is such as a run makes: stores that keep bytes write it on a line.
bool isFit(const Key& key) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  return !key.empty() && key.size() <= kMaxKeyBytes + kMaxKeySuffixBytes &&
         std::none_of(key.begin(), key.end(), is_control);
}

/// Stores entries in batches, and counts what became of them.
class Intake {
 public:
  Intake(const OpenedCache& opened, bool replace)
      : opened_(opened), replace_(replace), before_(opened.cache.stats()) {}

  /// Returns what is wrong with it; "" where nothing is.
  std::string add(const EntryPtr& entry) {
    const WallTime now = opened_.clock.wallNow();
    Key key = withPrefix(entry->key(), opened_.job.cache.key_prefix);
    if (!isFit(key)) return "a key that names no URL";
    const Millis lifetime = lifetimeUntil(entry->expires(), now);
    if (lifetime <= Millis::zero()) {
      ++expired_;
      return {};
    }
    bytes_ += entry->body().size();
    EntryPtr kept = underKey(entry, key, entry->expires());
    batch_.push_back({std::move(key), std::move(kept), lifetime, !replace_});
    if (batch_.size() >= kBatch || bytes_ >= kBatchBytes) flush();
    return {};
  }

  void flush() {
    if (!batch_.empty()) opened_.cache.store(batch_);
    offered_ += batch_.size();
    batch_.clear();
    bytes_ = 0;
  }

  [[nodiscard]] std::string text() const {
    const CacheStats now = opened_.cache.stats();
    const std::uint64_t kept = now.stores - before_.stores;
    const std::uint64_t declined = now.declined - before_.declined;
    const std::uint64_t there = offered_ - std::min(offered_, kept + declined);
    std::string text = "imported " + grouped(kept) + (kept == 1 ? " entry" : " entries");
    if (there != 0) text += ", " + grouped(there) + " there already";
    if (declined != 0) text += ", " + grouped(declined) + " not taken";
    if (expired_ != 0) text += ", " + grouped(expired_) + " expired";
    return text;
  }

 private:
  const OpenedCache& opened_;
  const bool replace_;
  const CacheStats before_;
  std::vector<Keep> batch_;
  std::size_t bytes_ = 0;
  std::uint64_t offered_ = 0;  // to the cache
  std::uint64_t expired_ = 0;
};

/// Tells of the first problems, and that there are more.
class Problems {
 public:
  explicit Problems(Terminal& terminal) : terminal_(terminal) {}
  void tell(const std::string& problem) {
    if (told_++ < kMaxTold) return terminal_.notice(problem);
    if (told_ == kMaxTold + 1) terminal_.notice("... and more");
  }

 private:
  Terminal& terminal_;
  std::uint64_t told_ = 0;
};

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().size() != 1) {
    throw UsageError("one file is needed: forage cache import FILE --job JOB.toml");
  }
  const std::string& file = arguments.operands().front();
  static_cast<void>(archiveKindOf(file));  // refused before anything is opened
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    requireLasting(opened);
    const std::stop_token stop = context.signals.token();
    Problems problems(context.terminal);
    const auto reader =
        makeEntryReader(file, opened.job, stop,
                        [&problems](const std::string& problem) { problems.tell(problem); });
    Intake intake(opened, arguments.has("replace"));
    ScanProgress progress(context.terminal);
    std::uint64_t damaged = 0;
    while (!stop.stop_requested()) {
      const EntryPtr entry = reader->next();
      if (entry == nullptr) break;
      if (const std::string problem = intake.add(entry); !problem.empty()) {
        ++damaged;
        problems.tell(file + ": " + problem);
      }
      progress.tick([&] { return intake.text(); });
    }
    intake.flush();
    settle(opened, context.terminal);
    damaged += reader->damaged();
    context.terminal.print(intake.text() +
                           (damaged == 0 ? "" : ", " + grouped(damaged) + " damaged") + "\n");
    if (stop.stop_requested()) return static_cast<int>(ExitCode::kInterrupted);
    return static_cast<int>(damaged == 0 ? ExitCode::kSuccess : ExitCode::kFile);
  });
}

}  // namespace

const Command kCacheImportCommand{"import", "store the entries of a file", describe, run};

}  // namespace forage::app
