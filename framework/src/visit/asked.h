// What a request that is more than the URL of a list says to the cache, and the fields that are
// sent for it. Pure; thread-safe.
#pragma once

#include "forage/message.h"
#include "visit/trip.h"

namespace forage::visit {

/// Reads what `asked.spec` says to the cache.
void readWants(Asked& asked);

/// Sets trip.fields: the request's own, and of `usual` what it leaves out. REQUIRES: trip.asked.
void prepareFields(Trip& trip, const Headers& usual);

}  // namespace forage::visit
