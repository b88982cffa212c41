// What `forage cache stat` says. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "cache/json_text.h"
#include "cache/tally.h"
#include "forage/cache.h"

namespace forage::app {

struct CacheSummary {
  std::string plugin;
  std::string key_prefix;
  Tally tally;
  std::uint64_t damaged = 0;
  CacheStats stats;
  WallTime now{};
};

[[nodiscard]] std::string statText(const CacheSummary& summary);
[[nodiscard]] Json statJson(const CacheSummary& summary);

}  // namespace forage::app
