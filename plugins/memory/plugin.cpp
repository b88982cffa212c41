// Entry point of the memory plugin.
#include "forage/plugin.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "forage/error.h"
#include "forage/units.h"
#include "memory_cache.h"
#include "snapshot_cache.h"

namespace {

constexpr std::size_t kDefaultSize = 256u << 20;

constexpr std::array<forage::OptionInfo, 4> kOptions{
    {{"max_size", "size", "256MiB", "bytes that entries and their index may occupy together"},
     {"policy", "text", "lru",
      "which entries go first: lru, or s3-fifo, which scans do not wash out"},
     {"record", "flag", "false", "write what the cache holds to snapshot at the end of each run"},
     {"snapshot", "path", "", "WARC file with responses to begin with: .warc or .warc.gz"}}};

std::unique_ptr<forage::Cache> makeEmptyCache(const forage::Settings& settings,
                                              const forage::PluginContext& context) {
  using forage::memory::LruCache;
  using forage::memory::S3FifoCache;
  const std::size_t size = settings.size("max_size", kDefaultSize);
  if (size < LruCache::kMinSize) {
    settings.fail("max_size", "wants at least " + forage::formatSize(LruCache::kMinSize));
  }
  const std::string policy = settings.text("policy", "lru");
  if (policy == "lru") return std::make_unique<LruCache>(size, context.clock);
  if (policy == "s3-fifo") return std::make_unique<S3FifoCache>(size, context.clock);
  settings.fail("policy", "wants \"lru\" or \"s3-fifo\"");
}

std::unique_ptr<forage::Cache> makeCache(const forage::Settings& settings,
                                         const forage::PluginContext& context) {
  std::unique_ptr<forage::Cache> cache = makeEmptyCache(settings, context);
  const bool records = settings.flag("record", false);
  if (!settings.has("snapshot")) {
    if (records) settings.fail("record", "wants snapshot, the file to record into");
    return cache;
  }
  try {
    return std::make_unique<forage::memory::SnapshotCache>(
        std::move(cache), settings.path("snapshot"), records, context.clock);
  } catch (const forage::ConfigError&) {
    throw;
  } catch (const forage::Error& error) {
    settings.fail("snapshot", error.message());
  }
}

constexpr forage::PluginInfo kInfo{
    .name = "memory",
    .version = FORAGE_VERSION,
    .summary = "entries in memory, by bytes: the least recently used go first, or s3-fifo",
    .options = kOptions,
    .make_cache = makeCache};

}  // namespace

FORAGE_PLUGIN(kInfo)
