// A trip that leads in this process may have to wait for another one: leases.
#include <algorithm>
#include <utility>

#include "visit/pipeline.h"

namespace forage::visit {

/// What is missing is to be fetched by one process. Variants and parts have no leases of their own.
store::LeaseWish Pipeline::wishOf(const Trip& trip) const noexcept {
  const bool wanted = services_.leases != nullptr && trip.base.empty() && !trip.isRobots() &&
                      trip.method() == "GET" && trip.lease != store::LeaseState::kMine &&
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
      return trip.delivered ? leaveToOthers(trip) : awaitLease(trip);
    case store::LeaseState::kNone:
      break;
  }
  // What is stored has to be validated: no lease has been asked for yet. Or none is to be had.
  if (trip.stored == nullptr || std::exchange(trip.lease_asked, true)) return Next::kFetch;
  return lookAgain(trip, store::LeaseWish::kAlways);
}

/// Nobody waits for ever: what another process has in its queue may wait there for something that
/// we hold, and a lock may have no life.
Next Pipeline::awaitLease(Trip& trip) {
  const TimePoint now = services_.clock.now();
  if (trip.lease_wait_end == kNever) {
    const auto most = std::chrono::duration_cast<Millis>(kNever - now) - Millis(1);
    trip.lease_wait_end = now + std::min(services_.job.cache.lease_wait, most);
  }
  if (now >= trip.lease_wait_end) return waitedEnough(trip);
  if (trip.ticket == 0) return leaseEnded(trip);
  letHopsGo(trip);
  trip.waits = true;
  return Next::kParked;
}

/// Fetches what another process has not fetched in time.
Next Pipeline::waitedEnough(Trip& trip) {
  countWait(trip);
  trip.waits = false;
  trip.ticket = 0;
  trip.lease = store::LeaseState::kNone;
  return Next::kFetch;
}

/// Before a wait. Who waits for a key holds leases of smaller keys alone: so no circle of processes
/// that follow the same redirects from several ends waits for itself.
void Pipeline::letHopsGo(Trip& trip) {
  for (Hop& hop : trip.hops) {
    if (hop.has_lease && hop.key >= trip.key) {
      hop.has_lease = false;
      dropLease(hop.key);
    }
  }
}

/// Another process validates what has answered already.
Next Pipeline::leaveToOthers(Trip& trip) {
  trip.leads = false;
  services_.flights.abandon(trip.key);
  return Next::kDone;
}

Next Pipeline::leaseEnded(Trip& trip) {
  countWait(trip);
  trip.waits = trip.lease_asked = false;
  return lookAgain(trip, trip.wish);
}

/// Once, however often it has to.
void Pipeline::countWait(Trip& trip) const {
  if (!std::exchange(trip.waited, true)) services_.metrics.lease_waits.add();
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
  if (trip.lease == store::LeaseState::kMine) dropLease(trip.urlKey());
  trip.lease = store::LeaseState::kNone;
}

}  // namespace forage::visit
