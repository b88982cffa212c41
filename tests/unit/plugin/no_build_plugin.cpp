// Says nothing of its build.
#include "null_cache.h"

namespace {
constexpr forage::PluginInfo kInfo{.build = nullptr,
                                   .name = "no_build",
                                   .version = "1",
                                   .summary = "For tests",
                                   .make_cache = makeNullCache};
}  // namespace

FORAGE_PLUGIN(kInfo)
