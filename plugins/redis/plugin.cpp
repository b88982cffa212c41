// The entry point of the Redis cache.
#include "forage/plugin.h"

#include <memory>

#include "options.h"
#include "redis_cache.h"

namespace {

std::unique_ptr<forage::Cache> makeCache(const forage::Settings& settings,
                                         const forage::PluginContext& context) {
  return std::make_unique<forage::redis::RedisCache>(forage::redis::readOptions(settings),
                                                     context.clock);
}

const forage::PluginInfo& info() noexcept {
  static const forage::PluginInfo kInfo{
      .name = "redis",
      .version = FORAGE_VERSION,
      .summary =
          "Cache in Redis (one server, Sentinel, Cluster or REST), shared by all that use it",
      .options = forage::redis::optionInfos(),
      .make_cache = makeCache};
  return kInfo;
}

}  // namespace

FORAGE_PLUGIN(info())
