// Asks a cache that was away whether it is back.
#pragma once

#include "forage/cache.h"
#include "forage/clock.h"

namespace forage::store {

/// Looks up, stores and erases a key that no run uses: a cache is back when it takes what it is
/// given, too; a read-only one would be lost again at once. Throws what the cache throws.
void probeCache(Cache& cache, WallTime now);

}  // namespace forage::store
