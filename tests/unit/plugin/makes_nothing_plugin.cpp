// Offers nothing at all.
#include "forage/plugin.h"

namespace {
constexpr forage::PluginInfo kInfo{.name = "makes_nothing", .version = "1", .summary = "For tests"};
}  // namespace

FORAGE_PLUGIN(kInfo)
