#include "visit/pipeline.h"

#include <string>
#include <utility>

#include "forage/config.h"
#include "http/answer.h"
#include "http/redirect.h"
#include "visit/asked.h"
#include "visit/variants.h"

namespace forage::visit {

// --- 1 key, 2 look up -------------------------------------------------------------------------

Next Pipeline::begin(Trip& trip) {
  trip.started = services_.clock.now();
  return beginHop(trip);
}

Next Pipeline::beginHop(Trip& trip) {
  if (trip.asked != nullptr) prepareFields(trip, services_.request_headers);
  services_.rules.makeKey(trip, trip.key);
  if (trip.isCacheable() && services_.job.cache.mode != CacheMode::kForceRefresh) {
    return lookUp(trip);
  }
  // What a cache never answers; HEAD and unsafe methods change what it holds all the same.
  trip.status.forward = trip.isCacheable()       ? Forward::kRequest
                        : trip.method() == "GET" ? Forward::kBypass
                                                 : Forward::kMethod;
  trip.alone = !trip.isCacheable();
  trip.looked_up = true;
  return services_.cache.answersWithoutIo() ? goOn(trip) : Next::kReady;
}

void Pipeline::reject(Trip& trip, std::string_view text, std::string why) {
  trip.started = services_.clock.now();
  trip.first_url = redacted(text);  // as written, so that it may still hold a password
  trip.source = Outcome::kFailed;
  (void)deliver(trip, nullptr, {ErrorKind::kUrl, std::move(why)}, false);
}

Next Pipeline::lookUp(Trip& trip) {
  trip.looked_up = false;
  trip.found.reset();
  trip.wish = wishOf(trip);
  if (!services_.cache.answersWithoutIo()) return Next::kLookUp;
  trip.issued = services_.flights.now();
  services_.cache.find(std::span(&trip.key, 1), std::span(&trip.found, 1));
  trip.looked_up = true;
  return use(trip);
}

/// The URL's key holds another variant than the one that is asked for, which may have a key of its
/// own.
Next Pipeline::lookForVariant(Trip& trip) {
  trip.displaced = std::move(trip.found);
  Key own = services_.rules.variantKey(trip.key, *trip.displaced, trip);
  trip.status.forward = Forward::kVaryMiss;
  if (own.empty()) return goOn(trip);
  trip.base = std::exchange(trip.key, std::move(own));
  trip.base_issued = trip.issued;
  return lookUp(trip);
}

/// The variant's own key has been looked at. The default that the URL's key may hold answers where
/// no fresh response with Vary does (RFC 9111, section 4.1).
void Pipeline::chooseVariant(Trip& trip) const {
  trip.base.clear();
  if (trip.found != nullptr && !services_.rules.matches(*trip.found, trip)) trip.found.reset();
  if (trip.displaced == nullptr || !isDefault(*trip.displaced)) return;
  const WallTime now = services_.clock.wallNow();
  if (trip.found == nullptr || !services_.rules.judge(*trip.found, trip, now).lasts()) {
    trip.found = std::move(trip.displaced);
    trip.displaced.reset();
  }
}

// --- 3 judge ----------------------------------------------------------------------------------

Next Pipeline::use(Trip& trip) {
  const bool is_variant = !trip.base.empty();  // or a part
  if (is_variant) {
    if (trip.asked != nullptr && trip.asked->looks_beside) return useBeside(trip);
    std::swap(trip.key, trip.base);
    trip.issued = trip.base_issued;  // what it found is of the past if the URL's key is
  }
  trip.known = services_.flights.now();
  const bool has_any = trip.found != nullptr || trip.displaced != nullptr;
  if (has_any && services_.flights.hasErased() && isErased(trip, trip.key)) {
    trip.found.reset();
    trip.displaced.reset();
  }
  if (is_variant) {
    chooseVariant(trip);
  } else if (trip.found != nullptr && !trip.found->variant().empty() &&
             (isDefault(*trip.found) || !services_.rules.matches(*trip.found, trip))) {
    return lookForVariant(trip);
  }
  if (trip.found != nullptr) return useStored(trip, services_.clock.wallNow());
  if (trip.status.forward == Forward::kNone) trip.status.forward = Forward::kUriMiss;
  return trip.asked != nullptr && mayStandBeside(trip) ? lookBeside(trip) : goOn(trip);
}

Next Pipeline::useStored(Trip& trip, WallTime now) {
  const bool watched = trip.asked != nullptr || services_.delivery.isWatched();
  if (!watched && services_.rules.isFresh(*trip.found, trip, now)) {
    const bool is_first = !trip.leads && !trip.waited && trip.redirects == 0 && !trip.isRobots();
    if (!is_first || trip.found->status() >= 300) return answerHit(trip, Outcome::kHit);
    // Most hits of most runs: there is nothing to be done but to count them.
    services_.delivery.count(Outcome::kHit, *trip.group->metrics);
    return Next::kDone;
  }
  const http::Judgement judged = services_.rules.judge(*trip.found, trip, now);
  if (services_.witness != nullptr) services_.witness->judged(trip, judged);
  trip.status.ttl.reset();
  if (judged.lifetime.span != kForever) {
    trip.status.ttl = std::chrono::floor<http::Seconds>(judged.lifetime.span - judged.age);
  }
  switch (judged.reuse) {
    case http::Reuse::kFresh:
      return answerHit(trip, Outcome::kHit);
    case http::Reuse::kStale:
      return answerHit(trip, Outcome::kStale);
    case http::Reuse::kStaleWhileRevalidate:
      // What follows must not come of what has expired; and who wants a part, or a head, must not
      // have all of it fetched.
      if (leadsOn(trip, *trip.found) || (trip.asked != nullptr && trip.asked->is_beside)) break;
      trip.stored = trip.found;
      return trip.delivered ? mayFetch(trip) : useStale(trip);
    case http::Reuse::kValidate:
      break;
  }
  trip.status.forward = judged.lasts() ? Forward::kRequest : Forward::kStale;
  trip.stored = std::move(trip.found);
  trip.stale_if_error = judged.stale_if_error;
  return goOn(trip);
}

/// Answers with what has expired, and goes on to validate it where nobody else does or has.
Next Pipeline::useStale(Trip& trip) {
  (void)answerHit(trip, Outcome::kStale);
  trip.delivered = true;
  if (trip.asked != nullptr) {
    if (trip.asked->wants.no_store) return Next::kDone;
    askForAll(trip);
  }
  const SingleFlight::Joined joined =
      services_.flights.join(trip.key, trip.issued, nullptr, nullptr);
  if (joined.role != SingleFlight::Role::kLeads) return Next::kDone;
  if (joined.look_again) {
    services_.flights.abandon(trip.key);
    return Next::kDone;
  }
  trip.leads = true;
  return mayFetch(trip);
}

/// What is validated for the cache is asked for as a whole, whatever part the client wanted.
void Pipeline::askForAll(Trip& trip) {
  trip.asked->spec.method = "GET";
  trip.asked->range.reset();
  for (const std::string_view name : {"Range", "If-Range", "If-None-Match", "If-Modified-Since"}) {
    trip.asked->spec.headers.remove(name);
    trip.fields.remove(name);
  }
}

Next Pipeline::answerHit(Trip& trip, Outcome source) {
  const EntryPtr entry = std::move(trip.found);
  if (trip.leads) {  // looked again, and it had come in meanwhile
    trip.leads = false;
    services_.flights.complete(trip.key, entry, Then::kEnds, source == Outcome::kStale);
  }
  trip.status.hit = true;
  trip.status.forward = Forward::kNone;
  return answerFrom(trip, entry, trip.waited ? Outcome::kJoined : source);
}

// --- 4 join -----------------------------------------------------------------------------------

/// Conditions, ranges and what must not be stored are between one client and the server. REQUIRES:
/// trip.asked.
bool Pipeline::isForItself(const Trip& trip) noexcept {
  return trip.method() != "GET" || trip.asked->wants.no_store || trip.fields.find("Range") ||
         trip.fields.find("If-None-Match") || trip.fields.find("If-Modified-Since");
}

/// Nothing that is stored may answer.
Next Pipeline::goOn(Trip& trip) {
  const bool offline = services_.job.cache.mode == CacheMode::kOffline;
  if (offline || (trip.asked != nullptr && trip.asked->wants.only_if_cached)) return refuse(trip);
  if (trip.leads) return mayFetch(trip);
  // Who fetches a page waits for its site's robots.txt, which waits for nobody: it may be that
  // page.
  if (trip.alone || trip.isRobots()) return Next::kFetch;
  if (trip.asked != nullptr && isForItself(trip)) {
    trip.alone = true;
    return Next::kFetch;
  }
  return join(trip);
}

Next Pipeline::join(Trip& trip) {
  trip.begun = services_.flights.now();
  const SingleFlight::Joined joined = services_.flights.join(trip.key, trip.issued, &home_, &trip);
  switch (joined.role) {
    case SingleFlight::Role::kParked:
      letHopsGo(trip);  // its leader may wait for another process
      return Next::kParked;
    case SingleFlight::Role::kAnswered:
      return answered(trip, {joined.entry, {}, false, false, true});
    case SingleFlight::Role::kAlone:
      trip.alone = true;
      return Next::kFetch;
    case SingleFlight::Role::kLeads:
      break;
  }
  trip.leads = true;
  if (!joined.look_again || services_.job.cache.mode == CacheMode::kForceRefresh) {
    return mayFetch(trip);
  }
  services_.metrics.lookups_again.add();
  trip.displaced.reset();
  trip.stored.reset();
  trip.status = {};
  return lookUp(trip);
}

Next Pipeline::answered(Trip& trip, const FlightAnswer& answer) {
  if (answer.lead) {
    trip.leads = true;
    return mayFetch(trip);
  }
  trip.status.collapsed = true;
  if (answer.entry == nullptr) {
    const bool refused = answer.failure.kind == ErrorKind::kRobots;
    if (trip.stored != nullptr && trip.stale_if_error && !refused) return answerStale(trip);
    trip.addSource(Outcome::kJoined);
    return deliver(trip, nullptr, answer.failure, false);
  }
  if (answer.stale ? trip.stale_if_error && services_.rules.matches(*answer.entry, trip)
                   : services_.rules.mayShare(*answer.entry, trip, services_.clock.wallNow())) {
    return answerFrom(trip, answer.entry, answer.stale ? Outcome::kStale : Outcome::kJoined);
  }
  // What is another's, or must be asked for by each; never in a chain of flights.
  if (answer.stored && !services_.rules.matches(*answer.entry, trip)) {
    trip.displaced = answer.entry;
    trip.known = trip.begun;
  }
  trip.status.collapsed = false;
  trip.alone = true;
  return Next::kFetch;
}

}  // namespace forage::visit
