// A plugin of another ABI, for the test that it is refused by its number before anything else of it
// is looked at: all its pointers are null.
#include "forage/plugin.h"

namespace {

constexpr forage::PluginInfo foreign() {
  forage::PluginInfo info;
  info.abi = forage::kAbi + 1;
  info.size = sizeof(forage::PluginInfo) + 8;
  info.build = nullptr;
  info.name = nullptr;
  info.version = nullptr;
  info.summary = nullptr;
  return info;
}

constexpr forage::PluginInfo kInfo = foreign();

}  // namespace

FORAGE_PLUGIN(kInfo)
