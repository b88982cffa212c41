// robots.txt in a group loop: who waits for it, and the trip that fetches it.
#include <string>

#include "run/group_loop.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

/// True: the trip may get in line for its host.
bool GroupLoop::passGate(GroupRun& group, Trip& trip) {
  const Next next = pipeline_.passGate(trip);
  if (next == Next::kFetch) return true;
  if (next == Next::kDone) {
    finish(trip);
    makeRunnable(group);
    return false;
  }
  group.park(services_.metrics);
  if (next == Next::kAskRobots) askRobots(group, trip);
  return false;
}

/// A trip of the group like others, but that it is no visit.
void GroupLoop::askRobots(GroupRun& group, const Trip& for_whom) {
  Trip& trip = trips_.take();
  trip.group = &group;
  trip.robots_of = pipeline_.robotsSiteOf(for_whom);
  trip.home = for_whom.home;
  ++group.trips;
  if (!trip.url.assign(std::string(for_whom.url.origin()) + "/robots.txt")) return drop(trip);
  proceed(trip, pipeline_.begin(trip));
}

void GroupLoop::handle(visit::RobotsKnown& known) {
  Trip& trip = *static_cast<Trip*>(known.visit);
  if (!trip.awaits_robots) return;  // dropped by a stop
  trip.awaits_robots = false;
  GroupRun& group = groupOf(trip);
  group.unpark(services_.metrics);
  makeRunnable(group);
  proceed(trip, Next::kFetch);
}

}  // namespace forage::run
