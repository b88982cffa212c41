// Entry point of the memory plugin.
#include "forage/plugin.h"

#include <array>
#include <memory>

#include "forage/units.h"
#include "lru_cache.h"

namespace {

constexpr std::size_t kDefaultSize = 256u << 20;

constexpr std::array<forage::OptionInfo, 1> kOptions{
    {{"max_size", "size", "256MiB", "bytes that entries and their index may occupy together"}}};

std::unique_ptr<forage::Cache> makeCache(const forage::Settings& settings,
                                         const forage::PluginContext& context) {
  using forage::memory::LruCache;
  const std::size_t size = settings.size("max_size", kDefaultSize);
  if (size < LruCache::kMinSize) {
    settings.fail("max_size", "wants at least " + forage::formatSize(LruCache::kMinSize));
  }
  return std::make_unique<LruCache>(size, context.clock);
}

constexpr forage::PluginInfo kInfo{.name = "memory",
                                   .version = FORAGE_VERSION,
                                   .summary = "least recently used entries in memory, by bytes",
                                   .options = kOptions,
                                   .make_cache = makeCache};

}  // namespace

FORAGE_PLUGIN(kInfo)
