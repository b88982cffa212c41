// SnapshotCache: a cache in memory that begins with the responses in a WARC file, and that writes
// what it holds into the file at the end of each run if it records. All else is left to the cache
// that it stands before. Thread-safe as that one is; does I/O when it is made and in flush() only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "forage/cache.h"
#include "forage/clock.h"
#include "warc/warc_reader.h"

namespace forage::memory {

class SnapshotCache final : public Cache {
 public:
  /// Loads `file`. What it holds does not expire, unless the cache `records`: then it is kept for
  /// what is left of its lifetime, and a file that does not exist yet is an empty one. `clock`
  /// outlives the cache. Throws Error: the file cannot be read or written, is damaged, or holds
  /// more than `inner` has room for.
  SnapshotCache(std::unique_ptr<Cache> inner, std::filesystem::path file, bool records,
                const Clock& clock);

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    inner_->find(keys, found);
  }
  void store(std::span<const Keep> items) override { inner_->store(items); }
  std::size_t erase(std::span<const Key> keys) override { return inner_->erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    inner_->scan(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override;
  /// Writes the file if the cache records. Throws CacheError: it cannot be written; or it has been,
  /// but lacks entries for which there was no room.
  void flush() override;

 private:
  void load();
  void checkWritable() const;
  void write();

  const std::unique_ptr<Cache> inner_;
  const std::filesystem::path file_;
  const bool records_;
  const Clock& clock_;
  warc::ReadCounts loaded_;
};

}  // namespace forage::memory
