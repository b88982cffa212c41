// Calls a function that nobody defines.
#include "null_cache.h"

void definedNowhere();

namespace {

std::unique_ptr<forage::Cache> makeCache(const forage::Settings&, const forage::PluginContext&) {
  definedNowhere();
  return nullptr;
}

constexpr forage::PluginInfo kInfo{
    .name = "missing_symbol", .version = "1", .summary = "For tests", .make_cache = makeCache};

}  // namespace

FORAGE_PLUGIN(kInfo)
