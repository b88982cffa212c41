// Built by another compiler.
#include "null_cache.h"

namespace {
constexpr forage::PluginInfo kInfo{.build = "gcc99 cxx11abi0 forage9.9.9",
                                   .name = "other_build",
                                   .version = "1",
                                   .summary = "For tests",
                                   .make_cache = makeNullCache};
}  // namespace

FORAGE_PLUGIN(kInfo)
