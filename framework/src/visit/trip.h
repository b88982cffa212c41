// Trip: one URL on its way through the pipeline, from its group's list to its Visit. Owned by one
// group thread; others know it only as an opaque pointer in messages.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/fetcher.h"
#include "forage/metrics.h"
#include "forage/url.h"
#include "forage/visit.h"

namespace forage::visit {

/// A redirect that this trip has fetched: kept as an alias once it is known where it leads.
struct Hop {
  Key key;
  EntryPtr entry;
};

/// Whom a trip belongs to.
struct TripGroup {
  std::size_t index = 0;
  std::string_view name;
  GroupMetrics* metrics = nullptr;
};

struct Trip {
  TripGroup* group = nullptr;
  std::uint64_t position = 0;
  Url url;                   ///< of the present hop
  std::string first_url;     ///< of the first hop, once there has been a redirect
  Key key;                   ///< of the present hop
  std::uint64_t issued = 0;  ///< SingleFlight::now() before its look-up
  EntryPtr found;            ///< what its look-up found
  bool looked_up = false;
  bool queued = false;    ///< in its group's queue, in the order of the list
  bool leads = false;     ///< it owes the flight of `key` an answer
  bool fetching = false;  ///< its fetch is under way
  Request request;
  std::vector<Hop> hops;
  std::uint32_t redirects = 0;
  std::uint32_t requests = 0;
  Outcome source = Outcome::kHit;  ///< the dearest source of any hop
  TimePoint started{};
  WallTime requested{};
  std::shared_ptr<const std::string> decoded;

  /// Makes it as new, keeping the memory of its strings.
  void reset() noexcept {
    first_url.clear();
    key.clear();
    issued = 0;
    found.reset();
    looked_up = queued = leads = fetching = false;
    hops.clear();
    redirects = requests = 0;
    source = Outcome::kHit;
    decoded.reset();
  }
};

}  // namespace forage::visit
