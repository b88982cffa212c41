// A description of another size: nothing that follows it may be read.
#include "null_cache.h"

namespace {
constexpr forage::PluginInfo kInfo{.size = sizeof(forage::PluginInfo) + 8,
                                   .build = nullptr,
                                   .name = nullptr,
                                   .version = "1",
                                   .summary = "For tests",
                                   .make_cache = makeNullCache};
}  // namespace

FORAGE_PLUGIN(kInfo)
