// The stop of a group loop: what waits is dropped at once, what is being fetched has its grace
// period.
#include "run/group_loop.h"

namespace forage::run {

using visit::Trip;

void GroupLoop::drop(Trip& trip) {
  pipeline_.cancel(trip, trip.requests > 0 || trip.asked != nullptr);
  finish(trip);
}

/// Trips that wait for other processes, for the rules of their site or for their time, are waited
/// for no longer.
void GroupLoop::dropWaiting() {
  retries_ = RetryTimers();
  lease_waits_ = LeaseTimers();
  for (const std::unique_ptr<Trip>& trip : trips_.all()) {
    if (!trip->waits && !trip->retries && !trip->awaits_robots) continue;
    trip->retries = trip->awaits_robots = false;
    GroupRun& group = groupOf(*trip);
    group.unpark(services_.metrics);
    drop(*trip);
    makeRunnable(group);
  }
}

void GroupLoop::beginStop() {
  stopping_ = true;
  more_groups_ = false;
  grace_end_ = services_.clock.now() + context_.job.run.grace_period;
  for (auto& [group, owner] : groups_) {
    group->exhausted = true;
    for (Trip* trip : group->ready) drop(*trip);
    group->ready.clear();
    for (Trip* trip : group->queue) {
      trip->queued = false;
      if (trip->looked_up) drop(*trip);  // the others when their look-up returns
    }
    group->queue.clear();
    for (Trip* trip : gate_.clear(*group)) drop(*trip);
    makeRunnable(*group);
  }
  dropWaiting();
}

void GroupLoop::cancelFetches() {
  cancelled_ = true;
  for (const std::unique_ptr<Trip>& trip : trips_.all()) {
    if (!trip->fetching) continue;
    GroupRun& group = groupOf(*trip);
    session_.cancel(idOf(*trip));
    trip->fetching = false;
    --group.in_flight;
    services_.metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
    services_.hosts.release(trip->url.authority(), {});
    pipeline_.cancel(*trip, true);
    finish(*trip);
    makeRunnable(group);
  }
}

}  // namespace forage::run
