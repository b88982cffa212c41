// Step 5 of a trip begins: whether its site lets it be fetched. And the trip that asks the site.
#include <utility>

#include "visit/pipeline.h"

namespace forage::visit {

Next Pipeline::passRobots(Trip& trip) {
  using Is = RobotsGate::Is;
  if (services_.robots == nullptr || trip.isRobots()) return Next::kFetch;
  RobotsGate::Pass pass = services_.robots->pass(trip.url, robots_home_, &trip);
  switch (pass.is) {
    case Is::kAllowed:
      if (pass.delay > Millis::zero()) services_.hosts.setDelay(trip.url.authority(), pass.delay);
      return Next::kFetch;
    case Is::kRefused:
      return fail(trip, {ErrorKind::kRobots, std::move(pass.why)});
    case Is::kWaiting:
    case Is::kAsking:
      break;
  }
  trip.awaits_robots = true;
  return pass.is == Is::kAsking ? Next::kAskRobots : Next::kParked;
}

const FetchLimits& Pipeline::limitsOf(const Trip& trip) const noexcept {
  return trip.isRobots() ? robots_limits_ : services_.job.fetch.limits;
}

/// The end of a trip that asks a site for its robots.txt: no visit, but an answer to those who
/// wait.
Next Pipeline::tellRobots(Trip& trip, const EntryPtr& entry, Failure failure) {
  if (failure.kind == ErrorKind::kCancelled) {
    services_.robots->giveUp(trip.robots_of);
    return Next::kDone;
  }
  Visit visit;
  visit.response = entry;
  visit.failure = std::move(failure);
  visit.redirects = trip.redirects;
  visit.decoded = std::move(trip.decoded);
  visit.max_content = robots_limits_.max_filesize;
  if (entry != nullptr) describe(trip, entry, visit);
  services_.robots->answer(trip.robots_of, visit);
  return Next::kDone;
}

}  // namespace forage::visit
