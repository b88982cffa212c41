// Makes a cache and a sink, which are null.
#include "forage/plugin.h"

namespace {

std::unique_ptr<forage::Cache> makeCache(const forage::Settings&, const forage::PluginContext&) {
  return nullptr;
}
std::unique_ptr<forage::Sink> makeSink(const forage::Settings&, const forage::PluginContext&) {
  return nullptr;
}

constexpr forage::PluginInfo kInfo{.name = "returns_null",
                                   .version = "1",
                                   .summary = "For tests",
                                   .make_cache = makeCache,
                                   .make_sink = makeSink};

}  // namespace

FORAGE_PLUGIN(kInfo)
