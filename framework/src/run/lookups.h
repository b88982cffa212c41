// The look-ups of a group loop: keys of its trips, sent to the look-up threads together. Used by
// one thread.
#pragma once

#include <memory>

#include "store/look_ahead.h"
#include "visit/single_flight.h"
#include "visit/trip.h"

namespace forage::run {

class Lookups {
 public:
  /// All outlive this, `home` also the batches that it gets back. `look_ahead` may be null: then
  /// nothing is added.
  Lookups(store::LookAhead* look_ahead, const visit::SingleFlight& flights,
          store::LookupHome& home) noexcept
      : look_ahead_(look_ahead), flights_(flights), home_(home) {}

  /// Adds the key of `trip`, which goes with it, and what it wishes; sends the batch once it is
  /// full.
  void add(visit::Trip& trip);

  /// Sends what there is.
  void send();

 private:
  store::LookAhead* const look_ahead_;
  const visit::SingleFlight& flights_;
  store::LookupHome& home_;
  std::unique_ptr<store::LookupBatch> batch_;  // being filled; null while empty
};

}  // namespace forage::run
