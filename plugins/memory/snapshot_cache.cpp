#include "snapshot_cache.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "forage/error.h"
#include "forage/units.h"
#include "warc/warc_writer.h"

namespace forage::memory {

namespace {

struct Held {
  Key key;
  EntryPtr entry;
};

std::vector<Held> allOf(Cache& cache) {
  std::vector<Held> all;
  cache.scan("*", [&all](const Scanned& one) {
    all.push_back({std::string(one.key), one.entry});
    return true;
  });
  // In an order that is not of chance: snapshots are kept under version control.
  std::sort(all.begin(), all.end(), [](const Held& a, const Held& b) { return a.key < b.key; });
  return all;
}

}  // namespace

SnapshotCache::SnapshotCache(std::unique_ptr<Cache> inner, std::filesystem::path file, bool records,
                             const Clock& clock)
    : inner_(std::move(inner)), file_(std::move(file)), records_(records), clock_(clock) {
  if (records_) checkWritable();
  std::error_code error;
  const bool exists = std::filesystem::exists(file_, error);
  if (error) throw Error(file_.string() + ": cannot be read: " + error.message());
  if (exists) load();
  if (!exists && !records_) throw Error(file_.string() + ": no such file; record = true makes it");
}

/// A run of an hour must not end with what could have been said before it.
void SnapshotCache::checkWritable() const {
  const std::filesystem::path folder =
      file_.has_parent_path() ? file_.parent_path() : std::filesystem::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return;
  throw Error(file_.string() + ": cannot be written: the folder " + folder.string() + ": " +
              std::generic_category().message(errno));
}

void SnapshotCache::load() {
  const CacheStats before = inner_->stats();
  warc::ReadOptions options;
  options.max_body = static_cast<std::size_t>(before.capacity);
  options.max_remembered = options.max_body;
  warc::WarcReader reader(file_, options);
  while (const EntryPtr entry = reader.next()) {
    Keep keep{Key(entry->key()), entry};
    if (records_) {
      keep.lifetime = lifetimeUntil(entry->expires(), clock_.wallNow());
      if (keep.lifetime <= Millis::zero()) continue;
    }
    inner_->store({&keep, 1});
  }
  loaded_ = reader.counts();
  const CacheStats after = inner_->stats();
  const std::uint64_t lost = after.declined + after.evictions + loaded_.too_large;
  if (lost == 0) return;
  throw Error(file_.string() + ": holds more than max_size = " +
              formatSize(static_cast<std::size_t>(before.capacity)) +
              " has room for; a larger max_size is wanted");
}

CacheStats SnapshotCache::stats() const noexcept {
  CacheStats stats = inner_->stats();
  stats.damaged += loaded_.damaged;
  stats.more.emplace_back("snapshot_responses", loaded_.responses);
  stats.more.emplace_back("snapshot_passed", loaded_.passed);
  stats.more.emplace_back("snapshot_unresolved", loaded_.unresolved);
  return stats;
}

void SnapshotCache::flush() {
  if (!records_) return;
  try {
    write();
  } catch (const Error& error) {
    throw CacheError("the snapshot is not recorded: " + error.message());
  }
  const CacheStats stats = inner_->stats();
  const std::uint64_t lost = stats.evictions + stats.declined;
  if (lost == 0) return;
  throw CacheError(file_.string() + " lacks " + std::to_string(lost) +
                   " entries for which max_size = " +
                   formatSize(static_cast<std::size_t>(stats.capacity)) + " had no room");
}

void SnapshotCache::write() {
  warc::WarcWriter writer(file_, clock_);
  for (const Held& held : allOf(*inner_)) writer.write(held.key, *held.entry);
  writer.finish();
}

}  // namespace forage::memory
