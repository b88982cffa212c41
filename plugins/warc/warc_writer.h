// WarcWriter: entries of a cache as response records of a WARC 1.1 file, which WarcReader and other
// tools read. The file appears whole or not at all: it is written beside its place, and renamed. Of
// the same entries in the same order the same records are made, byte for byte; only the first, the
// warcinfo record, has the time of writing. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "forage/clock.h"
#include "forage/entry.h"

namespace forage::warc {

class WarcWriter final {
 public:
  /// Begins `file`: a gzip member a record where its name ends in ".gz", else plain. Throws Error,
  /// as do all others here: "FILE: cannot be written: why".
  WarcWriter(const std::filesystem::path& file, const Clock& clock);
  /// Unless finish() was called, the file is as it was before.
  ~WarcWriter();
  WarcWriter(const WarcWriter&) = delete;
  WarcWriter& operator=(const WarcWriter&) = delete;

  /// Writes a response record of what a cache holds under `key`, with what it takes to read the
  /// entry back: key, times and variant. Fields that frame the message are made to fit the body,
  /// which has no transfer coding. Of an answer to HEAD it is a metadata record, which only
  /// WarcReader takes for more. A request record comes with it where `request`, the message as it
  /// was sent, is not empty.
  void write(std::string_view key, const Entry& entry, std::string_view request = {});
  /// The same under the entry's own key.
  void write(const Entry& entry) { write(entry.key(), entry); }

  /// Puts the file in its place, durably. REQUIRES: not called before.
  void finish();

  /// Entries written so far.
  [[nodiscard]] std::uint64_t entries() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace forage::warc
