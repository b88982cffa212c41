#include "visit/pipeline.h"

#include <string>
#include <utility>

#include "forage/config.h"
#include "http/answer.h"
#include "http/redirect.h"
#include "http/validation.h"
#include "visit/asked.h"

namespace forage::visit {

namespace {

/// Of two sources of one visit's hops, the one that says more of what it cost.
Outcome dearer(Outcome a, Outcome b) noexcept {
  const auto rank = [](Outcome outcome) {
    switch (outcome) {
      case Outcome::kFetched:
        return 4;
      case Outcome::kRevalidated:
        return 3;
      case Outcome::kJoined:
        return 2;
      case Outcome::kStale:
        return 1;
      default:
        return 0;
    }
  };
  return rank(a) >= rank(b) ? a : b;
}

/// What is missing is to be fetched by one process. Variants have no leases of their own.
store::LeaseWish wishOf(const Trip& trip) noexcept {
  const bool wanted =
      trip.base.empty() && trip.method() == "GET" && trip.lease != store::LeaseState::kMine;
  return wanted ? store::LeaseWish::kIfMissing : store::LeaseWish::kNone;
}

std::chrono::seconds wholeSeconds(Millis span) noexcept {
  return std::chrono::floor<std::chrono::seconds>(span);
}

}  // namespace

// --- 1 key, 2 look up -------------------------------------------------------------------------

Next Pipeline::begin(Trip& trip) {
  trip.started = services_.clock.now();
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
  return goOn(trip);
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
  if (services_.leases != nullptr) trip.wish = wishOf(trip);
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
  return lookUp(trip);
}

// --- 3 judge ----------------------------------------------------------------------------------

Next Pipeline::use(Trip& trip) {
  const bool is_variant = !trip.base.empty();
  if (is_variant) std::swap(trip.key, trip.base);
  if (trip.found != nullptr && services_.flights.isErased(trip.key, trip.issued)) {
    trip.found.reset();
    trip.displaced.reset();
  }
  if (trip.found != nullptr && !services_.rules.matches(*trip.found, trip)) {
    if (!is_variant) return lookForVariant(trip);
    trip.found.reset();
  }
  trip.base.clear();
  if (trip.found != nullptr) return useStored(trip, services_.clock.wallNow());
  if (trip.status.forward == Forward::kNone) trip.status.forward = Forward::kUriMiss;
  return goOn(trip);
}

Next Pipeline::useStored(Trip& trip, WallTime now) {
  const bool watched = trip.asked != nullptr || services_.delivery.isWatched();
  if (!watched && services_.rules.isFresh(*trip.found, trip, now)) {
    return answerHit(trip, Outcome::kHit);
  }
  const http::Judgement judged = services_.rules.judge(*trip.found, trip, now);
  trip.status.ttl.reset();
  if (judged.lifetime.span != kForever) {
    trip.status.ttl = wholeSeconds(judged.lifetime.span - judged.age);
  }
  switch (judged.reuse) {
    case http::Reuse::kFresh:
      return answerHit(trip, Outcome::kHit);
    case http::Reuse::kStale:
      return answerHit(trip, Outcome::kStale);
    case http::Reuse::kStaleWhileRevalidate:
      if (leadsOn(trip, *trip.found)) break;  // what follows must not come of what has expired
      trip.stored = trip.found;
      return useStale(trip);
    case http::Reuse::kValidate:
      break;
  }
  const bool expired = judged.lifetime.span != kForever && judged.age >= judged.lifetime.span;
  trip.status.forward = expired ? Forward::kStale : Forward::kRequest;
  trip.stored = std::move(trip.found);
  trip.stale_if_error = judged.stale_if_error;
  return goOn(trip);
}

/// Answers with what has expired, and goes on to validate it where nobody else does.
Next Pipeline::useStale(Trip& trip) {
  (void)answerHit(trip, Outcome::kStale);
  if (trip.delivered || services_.job.cache.mode == CacheMode::kOffline) return Next::kDone;
  trip.delivered = true;
  trip.source = Outcome::kHit;
  trip.status = {};
  const SingleFlight::Joined joined =
      services_.flights.join(trip.key, trip.issued, nullptr, nullptr);
  if (joined.role != SingleFlight::Role::kLeads) return Next::kDone;
  trip.leads = true;
  trip.validates = http::hasValidator(*trip.stored);
  return Next::kFetch;
}

Next Pipeline::answerHit(Trip& trip, Outcome source) {
  const EntryPtr entry = std::move(trip.found);
  if (trip.leads) {  // looked again, and it had come in meanwhile
    trip.leads = false;
    services_.flights.complete(trip.key, entry, false);
  }
  trip.status.hit = true;
  trip.status.forward = Forward::kNone;
  return answerFrom(trip, entry, trip.waited ? Outcome::kJoined : source);
}

// --- 4 join -----------------------------------------------------------------------------------

/// Nothing that is stored may answer.
Next Pipeline::goOn(Trip& trip) {
  const bool offline = services_.job.cache.mode == CacheMode::kOffline;
  if (offline || (trip.asked != nullptr && trip.asked->wants.only_if_cached)) return refuse(trip);
  if (trip.leads) return mayFetch(trip);
  if (trip.alone) return Next::kFetch;
  // Conditions, ranges and what must not be stored are between one client and the server.
  if (trip.asked != nullptr &&
      (trip.method() != "GET" || trip.asked->wants.no_store || trip.fields.find("Range") ||
       trip.fields.find("If-None-Match") || trip.fields.find("If-Modified-Since"))) {
    trip.alone = true;
    return Next::kFetch;
  }
  return join(trip);
}

Next Pipeline::join(Trip& trip) {
  const SingleFlight::Joined joined = services_.flights.join(trip.key, trip.issued, &home_, &trip);
  switch (joined.role) {
    case SingleFlight::Role::kParked:
      return Next::kParked;
    case SingleFlight::Role::kAnswered:
      return answered(trip, {joined.entry, {}, false, false});
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
    trip.source = dearer(trip.source, Outcome::kJoined);
    return deliver(trip, nullptr, answer.failure, false);
  }
  if (answer.stale) return answerFrom(trip, answer.entry, Outcome::kStale);
  if (!services_.rules.mayShare(*answer.entry, trip, services_.clock.wallNow())) {
    trip.status.collapsed = false;
    trip.alone = true;
    return Next::kFetch;
  }
  return answerFrom(trip, answer.entry, Outcome::kJoined);
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
      if (trip.ticket == 0) return leaseEnded(trip);
      trip.waits = true;
      return Next::kParked;
    case store::LeaseState::kNone:
      break;
  }
  // What is stored has to be validated: no lease has been asked for yet. Or none is to be had.
  if (trip.stored == nullptr || trip.wish == store::LeaseWish::kAlways) return Next::kFetch;
  return lookAgain(trip, store::LeaseWish::kAlways);
}

Next Pipeline::leaseEnded(Trip& trip) {
  trip.waits = false;
  trip.waited = true;
  services_.metrics.lease_waits.add();
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
  if (services_.leases->drop(key)) services_.writes->pushRelease(key);
}

void Pipeline::ended(Trip& trip) {
  if (trip.lease == store::LeaseState::kMine) dropLease(trip.key);
  trip.lease = store::LeaseState::kNone;
}

/// Only the cache may be asked, and it cannot answer: for the job's own URLs a failure, for a
/// request that said so the response that it expects (RFC 9111, section 5.2.1.7).
Next Pipeline::refuse(Trip& trip) {
  const bool own = trip.asked == nullptr;
  if (trip.leads) {
    trip.leads = false;
    services_.flights.abandon(trip.key);
  }
  trip.source = Outcome::kFailed;
  if (own) {
    return deliver(trip, nullptr,
                   {ErrorKind::kOffline, "not in the cache, and no request is allowed"}, false);
  }
  return deliver(trip,
                 http::ownResponse(504, "Gateway Timeout", trip.key, services_.clock.wallNow()), {},
                 false);
}

/// Whether `entry` is a redirect that this trip follows.
bool Pipeline::leadsOn(const Trip& trip, const Entry& entry) noexcept {
  if (trip.delivered || (trip.asked != nullptr && !trip.asked->spec.follow_redirects)) return false;
  return http::redirectTarget(entry.status(), entry.headers()).has_value();
}

Next Pipeline::answerFrom(Trip& trip, const EntryPtr& entry, Outcome source) {
  trip.source = dearer(trip.source, source);
  if (leadsOn(trip, *entry)) return follow(trip, entry);
  return deliver(trip, entry, {}, services_.rules.isAllowable(entry->status()));
}

void Pipeline::cancel(Trip& trip, bool taken_up) {
  if (trip.leads) {
    trip.leads = false;
    services_.flights.abandon(trip.key);
  }
  if (taken_up && !trip.delivered) {
    trip.source = Outcome::kFailed;
    (void)deliver(trip, nullptr, {ErrorKind::kCancelled, "the run was stopped"}, false);
  } else {
    keepHops(trip, false);
  }
}

// --- 8 deliver --------------------------------------------------------------------------------

Next Pipeline::deliver(Trip& trip, const EntryPtr& entry, Failure failure, bool stored) {
  keepHops(trip, stored);
  if (trip.delivered) return Next::kDone;
  if (entry != nullptr && !failure && entry->status() < 400 && !services_.delivery.isWatched()) {
    services_.delivery.count(trip.source, *trip.group->metrics);
    return Next::kDone;
  }
  Visit visit;
  visit.group_index = trip.group->index;
  visit.group = trip.group->name;
  visit.position = trip.position;
  visit.source = trip.source;
  visit.response = entry;
  visit.failure = std::move(failure);
  visit.requests = trip.requests;
  visit.redirects = trip.redirects;
  visit.stored = stored && trip.source == Outcome::kFetched;
  visit.decoded = std::move(trip.decoded);
  visit.max_content = services_.job.fetch.limits.max_filesize;
  if (trip.asked != nullptr) visit.tag = trip.asked->spec.tag;
  if (entry != nullptr) describe(trip, entry, visit);
  if (!visit.failure && visit.status() >= 400) {
    visit.failure = {ErrorKind::kStatus,
                     std::to_string(visit.status()) + " " + std::string(visit.response->reason())};
  }
  visit.outcome = visit.failure ? Outcome::kFailed : trip.source;
  if (services_.delivery.isWatched() || visit.failure) {
    visit.url = trip.first_url.empty() ? trip.url.text() : trip.first_url;
    if (trip.redirects > 0) visit.final_url = trip.url.text();
    visit.elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(services_.clock.now() - trip.started);
  }
  services_.delivery.deliver(std::move(visit), *trip.group->metrics);
  return Next::kDone;
}

/// What the cache did, and, for a request of its own, no more of the response than it asked for.
void Pipeline::describe(const Trip& trip, const EntryPtr& entry, Visit& visit) const {
  visit.cache_status = trip.status;
  visit.cache_status.stored = visit.stored;
  const bool from_cache =
      trip.status.hit || trip.source == Outcome::kStale || trip.source == Outcome::kRevalidated;
  if (from_cache) visit.age = wholeSeconds(http::currentAge(*entry, services_.clock.wallNow()));
  if (trip.asked == nullptr) return;
  if (trip.isCacheable() && (from_cache || trip.validates)) {
    visit.response = http::answerFrom(entry, trip.method(), trip.asked->spec.headers,
                                      trip.source == Outcome::kRevalidated);
  }
  if (trip.source == Outcome::kFetched && !trip.asked->received.block().empty()) {
    Response head;
    head.status = entry->status();
    head.reason = entry->reason();
    head.headers = trip.asked->received;
    visit.response =
        std::make_shared<const Entry>(entry->key(), std::move(head), entry, entry->requested(),
                                      entry->received(), entry->expires(), entry->variant());
    return;
  }
  if (visit.response != entry) visit.decoded.reset();
}

}  // namespace forage::visit
