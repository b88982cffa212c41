// A trip that leads in this process may have to wait for another one: leases.
#include <utility>

#include "visit/pipeline.h"

namespace forage::visit {

/// What is missing is to be fetched by one process. Variants and parts have no leases of their own.
store::LeaseWish Pipeline::wishOf(const Trip& trip) const noexcept {
  const bool wanted = services_.leases != nullptr && trip.base.empty() && trip.method() == "GET" &&
                      trip.lease != store::LeaseState::kMine &&
                      !(trip.asked != nullptr && isForItself(trip));
  return wanted ? store::LeaseWish::kIfMissing : store::LeaseWish::kNone;
}

/// It leads in this process; in others somebody may lead as well.
Next Pipeline::mayFetch(Trip& trip) {
  if (services_.leases == nullptr || services_.job.cache.mode != CacheMode::kNormal) {
    return Next::kFetch;
  }
  switch (trip.lease) {
    case store::LeaseState::kMine:
      return Next::kFetch;
    case store::LeaseState::kOthers:
      if (trip.delivered) return leaveToOthers(trip);
      if (trip.ticket == 0) return leaseEnded(trip);
      trip.waits = true;
      return Next::kParked;
    case store::LeaseState::kNone:
      break;
  }
  // What is stored has to be validated: no lease has been asked for yet. Or none is to be had.
  if (trip.stored == nullptr || std::exchange(trip.lease_asked, true)) return Next::kFetch;
  return lookAgain(trip, store::LeaseWish::kAlways);
}

/// Another process validates what has answered already.
Next Pipeline::leaveToOthers(Trip& trip) {
  trip.leads = false;
  services_.flights.abandon(trip.key);
  return Next::kDone;
}

Next Pipeline::leaseEnded(Trip& trip) {
  trip.waits = trip.lease_asked = false;
  if (!trip.waited) services_.metrics.lease_waits.add();  // once, however often it has to
  trip.waited = true;
  return lookAgain(trip, trip.wish);
}

/// Looks its key up once more, as one that leads.
Next Pipeline::lookAgain(Trip& trip, store::LeaseWish wish) {
  trip.displaced.reset();
  trip.stored.reset();
  trip.status = {};
  trip.lease = store::LeaseState::kNone;
  trip.found.reset();
  trip.looked_up = false;
  trip.wish = wish;
  return Next::kLookUp;
}

void Pipeline::dropLease(const Key& key) {
  const std::uint64_t hold = services_.leases->drop(key);
  if (hold != 0) services_.writes->pushRelease({key, hold});
}

void Pipeline::ended(Trip& trip) {
  // Given up while it looked for its variant, it has the URL's key there.
  if (trip.lease == store::LeaseState::kMine) dropLease(trip.base.empty() ? trip.key : trip.base);
  trip.lease = store::LeaseState::kNone;
}

}  // namespace forage::visit
