// Has an entry point that describes nothing.
#include "forage/plugin.h"

extern "C" FORAGE_API const forage::PluginInfo* foragePlugin() noexcept;
extern "C" FORAGE_API const forage::PluginInfo* foragePlugin() noexcept { return nullptr; }
