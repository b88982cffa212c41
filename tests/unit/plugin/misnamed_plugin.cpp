// Calls itself by another name than its file.
#include "null_cache.h"

namespace {
constexpr forage::PluginInfo kInfo{
    .name = "another", .version = "1", .summary = "For tests", .make_cache = makeNullCache};
}  // namespace

FORAGE_PLUGIN(kInfo)
