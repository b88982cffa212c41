// Another ABI: nothing that follows the number may be read.
#include "null_cache.h"

namespace {
constexpr forage::PluginInfo kInfo{.abi = forage::kAbi + 1,
                                   .size = 8,
                                   .build = nullptr,
                                   .name = nullptr,
                                   .version = "1",
                                   .summary = "For tests",
                                   .make_cache = makeNullCache};
}  // namespace

FORAGE_PLUGIN(kInfo)
