// What a plugin exports: one C function, `foragePlugin`, that describes it. A shared object is
// loaded with local symbols, checked for ABI and build before anything else of it is called, and
// never unloaded. Use forage_add_plugin() of CMake and FORAGE_PLUGIN to make one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/export.h"
#include "forage/fetcher.h"
#include "forage/settings.h"
#include "forage/sink.h"
#include "forage/version.h"

namespace forage {

/// One option of a plugin, for checking job files and for `forage plugins NAME`.
struct OptionInfo {
  const char* name;       ///< key in the plugin's table
  const char* type;       ///< "text", "flag", "integer", "duration", "size", "list" or "path"
  const char* fallback;   ///< default, as it would be written; "" for none
  const char* help;       ///< one line
  bool required = false;  ///< a job that uses the plugin has to set it
};

/// Options that a plugin may declare to receive general keys of the job: "url" of a cache
/// ([cache] url), "ca_file" and the like of a fetcher ([fetch] ca_file).

/// What the host lends to what a plugin makes; outlives it.
struct PluginContext {
  const Clock& clock;
};

/// Description of a plugin. Constant, and valid as long as the process.
struct PluginInfo {
  std::uint32_t abi = kAbi;
  std::uint32_t size = sizeof(PluginInfo);
  const char* build = FORAGE_BUILD;
  const char* name = "";
  const char* version = "";
  const char* summary = "";  ///< one line
  std::span<const OptionInfo> options = {};
  // What it can make; null for what it cannot. Each throws ConfigError for options it cannot use;
  // none connects anywhere.
  std::unique_ptr<Cache> (*make_cache)(const Settings&, const PluginContext&) = nullptr;
  std::unique_ptr<Fetcher> (*make_fetcher)(const Settings&, const PluginContext&) = nullptr;
  std::unique_ptr<Sink> (*make_sink)(const Settings&, const PluginContext&) = nullptr;
};

using PluginEntryPoint = const PluginInfo* (*)() noexcept;
inline constexpr const char* kPluginEntryPoint = "foragePlugin";

}  // namespace forage

/// Defines the entry point of a plugin: FORAGE_PLUGIN(kInfo) with a static constexpr PluginInfo.
#define FORAGE_PLUGIN(info)                                                  \
  extern "C" FORAGE_API const ::forage::PluginInfo* foragePlugin() noexcept; \
  extern "C" FORAGE_API const ::forage::PluginInfo* foragePlugin() noexcept { return &(info); }
