// WarcReader: the responses in a WARC file (ISO 28500, versions 1.0 and 1.1), plain or in gzip
// members, as entries of a cache. A stream: it holds one record at a time, and of earlier ones what
// later ones may refer to. The file may be hostile: all it claims is bounded and checked, digests
// included. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>

#include "forage/entry.h"

namespace forage::warc {

struct ReadOptions {
  /// Before the canonical URL in the keys of responses that others have recorded.
  std::string key_prefix = "url:";
  /// What a larger response holds is read over.
  std::size_t max_body = 64u << 20;
  /// Earlier responses that are kept for revisit records, oldest dropped first.
  std::size_t max_remembered = 64u << 20;
};

/// What became of the records so far. Damaged are those that break a digest, WARC or HTTP, and
/// those that are incomplete.
struct ReadCounts {
  std::uint64_t responses = 0;   ///< given out, revisits included
  std::uint64_t revisits = 0;    ///< of these, with the body of an earlier record
  std::uint64_t passed = 0;      ///< no pages: other types, other URLs than http(s), 206 and 304
  std::uint64_t damaged = 0;     ///< skipped
  std::uint64_t too_large = 0;   ///< skipped
  std::uint64_t unresolved = 0;  ///< revisits of what was not in the file before them; skipped
  std::string first_problem;     ///< of what was skipped: "byte 1234: why"; "" where nothing was
};

class WarcReader final {
 public:
  /// Opens `file`. Throws Error: "FILE: cannot be read: why".
  explicit WarcReader(const std::filesystem::path& file, ReadOptions options = {});
  /// Reads `in`, which outlives the reader and is called `name` in messages.
  WarcReader(std::istream& in, std::string name, ReadOptions options = {});
  ~WarcReader();
  WarcReader(const WarcReader&) = delete;
  WarcReader& operator=(const WarcReader&) = delete;

  /// The next response; null at the end of the file. What WarcWriter wrote comes back with its key,
  /// times and variant; what others wrote was received at its WARC-Date and never expires. A
  /// response is taken for that of a GET. Throws Error: "FILE: byte N: why" where the file ends
  /// within a record, is no WARC file, or cannot be followed any further.
  [[nodiscard]] EntryPtr next();

  [[nodiscard]] const ReadCounts& counts() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace forage::warc
