// Files that entries are exported to and imported from. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "command_line.h"
#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/job.h"

namespace forage::app {

class Terminal;

class EntryWriter {
 public:
  virtual ~EntryWriter() = default;
  /// Throws SinkError.
  virtual void write(const Entry& entry) = 0;
  /// Gives the file its name, durably. Without it none is left. Throws SinkError.
  virtual void finish() = 0;
};

class EntryReader {
 public:
  /// Is told what is wrong with a part of the file, and where.
  using Tell = std::function<void(const std::string& problem)>;

  virtual ~EntryReader() = default;
  /// The next entry, under the key that it was exported with; null at the end. Damaged ones are
  /// told and passed over. Throws SinkError: the file cannot be read on.
  [[nodiscard]] virtual EntryPtr next() = 0;
  /// How many parts were damaged, or too large, so far.
  [[nodiscard]] virtual std::uint64_t damaged() const noexcept = 0;
};

enum class ArchiveKind { kJsonLines, kWarc };

/// By the suffix of `file`: .jsonl, .warc, .warc.gz; "-" is JSON Lines. Throws UsageError.
[[nodiscard]] ArchiveKind archiveKindOf(const std::string& file);

/// Throws UsageError: `file` cannot be written. `terminal` and `clock` outlive the writer.
[[nodiscard]] std::unique_ptr<EntryWriter> makeEntryWriter(const std::string& file,
                                                           Terminal& terminal, const Clock& clock);

/// Reading ends early once `stop` is requested. What is larger than `job` would fetch counts as
/// damaged. Throws UsageError: `file` cannot be read.
[[nodiscard]] std::unique_ptr<EntryReader> makeEntryReader(const std::string& file, const Job& job,
                                                           std::stop_token stop,
                                                           EntryReader::Tell tell);

/// `entry`, or one that shares its body, under `key` and with `expires`.
[[nodiscard]] EntryPtr underKey(const EntryPtr& entry, std::string_view key, WallTime expires);

/// `key` with `prefix` in place of its own; "" where it names no URL.
[[nodiscard]] Key withPrefix(std::string_view key, std::string_view prefix);

}  // namespace forage::app
