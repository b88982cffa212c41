#include "store/cache_probe.h"

#include <memory>
#include <span>
#include <utility>

#include "forage/entry.h"

namespace forage::store {

namespace {

/// A key that no run stores.
const Key kProbeKey = "forage:probe";
constexpr Millis kProbeLifetime{10'000};

}  // namespace

void probeCache(Cache& cache, WallTime now) {
  EntryPtr found;
  cache.find(std::span(&kProbeKey, 1), std::span(&found, 1));
  const WallTime end = saturatingAdd(now, kProbeLifetime);
  Response response;
  response.status = 204;
  const Keep probe{kProbeKey,
                   std::make_shared<const Entry>(kProbeKey, std::move(response), now, now, end),
                   kProbeLifetime, false};
  cache.store(std::span(&probe, 1));
  cache.erase(std::span(&kProbeKey, 1));
}

}  // namespace forage::store
