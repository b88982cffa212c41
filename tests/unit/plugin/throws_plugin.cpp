// Throws what its option says when it is asked for a cache.
#include <stdexcept>

#include "forage/plugin.h"

namespace {

constexpr forage::OptionInfo kOptions[] = {{"what", "text", "", "What to throw"},
                                           {"url", "text", "", "The general key"}};

std::unique_ptr<forage::Cache> makeCache(const forage::Settings& settings,
                                         const forage::PluginContext&) {
  const std::string what = settings.text("what", "");
  if (what == "config") settings.fail("what", "is refused");
  if (what == "missing") settings.fail("url", "is missing");
  if (what == "cache") throw forage::CacheError("a cache error");
  if (what == "poco") throw Poco::IOException("a Poco exception");
  throw std::runtime_error("a standard exception");
}

constexpr forage::PluginInfo kInfo{.name = "throws",
                                   .version = "1",
                                   .summary = "For tests",
                                   .options = kOptions,
                                   .make_cache = makeCache};

}  // namespace

FORAGE_PLUGIN(kInfo)
