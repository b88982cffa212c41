// What a group loop does when its time has come.
#include "run/group_loop.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

/// Lists that could not be read on for want of a descriptor are tried once more.
void GroupLoop::askAgain() {
  if (services_.clock.now() < ask_again_at_) return;
  ask_again_at_ = kNever;
  for (auto& [group, owner] : groups_) {
    if (group->starved) makeRunnable(*group);
  }
}

void GroupLoop::retryDue() {
  if (retries_.next() == kNever) return;
  const TimePoint now = services_.clock.now();
  while (Trip* trip = retries_.takeDue(now)) {
    GroupRun& group = groupOf(*trip);
    trip->retries = false;
    group.unpark(services_.metrics);
    makeRunnable(group);
    proceed(*trip, Next::kFetch);
  }
}

/// Leases of others that have not ended in time.
void GroupLoop::endLeaseWaits() {
  if (lease_waits_.next() == kNever) return;
  const TimePoint now = services_.clock.now();
  while (Trip* trip = lease_waits_.takeDue(now)) {
    GroupRun& group = groupOf(*trip);
    group.unpark(services_.metrics);
    makeRunnable(group);
    proceed(*trip, pipeline_.waitedEnough(*trip));
  }
}

}  // namespace forage::run
