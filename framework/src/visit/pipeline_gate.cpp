// Step 5 of a trip begins: whether the job and the site let it be fetched. And the trip that asks
// the site.
#include <algorithm>
#include <string>
#include <utility>

#include "forage/address_space.h"
#include "visit/pipeline.h"

namespace forage::visit {

/// A page must not lead into the network that Forage runs in, unless the job names the host itself.
bool Pipeline::keepsPublic(const Trip& trip) const noexcept {
  return services_.job.fetch.public_only.value_or(trip.isAway());
}

Next Pipeline::passGate(Trip& trip) {
  using Is = RobotsGate::Is;
  // Names are for the fetcher, which knows their addresses; a proxy may keep them to itself.
  if (keepsPublic(trip) && !isPublicHost(trip.url.host()).value_or(true)) {
    return fail(trip, {ErrorKind::kPolicy,
                       std::string(trip.url.host()) + " is no public address (fetch.public_only)"});
  }
  if (services_.robots == nullptr || trip.isRobots()) return Next::kFetch;
  RobotsGate::Pass pass = services_.robots->pass(trip.url, keepsPublic(trip), robots_home_, &trip);
  switch (pass.is) {
    case Is::kAllowed:
      services_.hosts.setDelay(trip.url.authority(),
                               std::max(services_.job.polite.delay, pass.delay));
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

std::string Pipeline::robotsSiteOf(const Trip& trip) const {
  return RobotsGate::siteOf(trip.url, keepsPublic(trip));
}

FetchLimits Pipeline::limitsOf(const Trip& trip) const {
  FetchLimits limits = services_.job.fetch.limits;
  limits.public_only = keepsPublic(trip);
  if (trip.isRobots()) {
    // Too large a file forbids all: what the job says of pages is not to be the reason.
    limits.max_filesize =
        std::max<std::size_t>(limits.max_filesize, 8 * http::RobotsTxt::kMaxBytes);
  }
  return limits;
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
  visit.max_content = limitsOf(trip).max_filesize;
  if (entry != nullptr) describe(trip, entry, visit);
  services_.robots->answer(trip.robots_of, visit);
  return Next::kDone;
}

}  // namespace forage::visit
