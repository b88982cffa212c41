// Step 8 of a trip: how it ends, and what its visit says.
#include <string>
#include <utility>

#include "forage/config.h"
#include "http/answer.h"
#include "http/freshness.h"
#include "http/redirect.h"
#include "visit/pipeline.h"

namespace forage::visit {

namespace {

/// `entry` with the fields that came, those for the connection included.
EntryPtr asReceived(const Asked& asked, const EntryPtr& entry) {
  Response head;
  head.status = entry->status();
  head.reason = entry->reason();
  head.headers = asked.received;
  return std::make_shared<const Entry>(entry->key(), std::move(head), entry, entry->requested(),
                                       entry->received(), entry->expires(), entry->variant());
}

Outcome outcomeOf(const Failure& failure, Outcome source) noexcept {
  if (!failure) return source;
  const bool refused = failure.kind == ErrorKind::kRobots || failure.kind == ErrorKind::kPolicy;
  return refused ? Outcome::kBlocked : Outcome::kFailed;
}

}  // namespace

/// Only the cache may be asked, and it cannot answer: for the job's own URLs a failure, for a
/// request that said so the response that it expects (RFC 9111, section 5.2.1.7).
Next Pipeline::refuse(Trip& trip) {
  const bool own = trip.asked == nullptr;
  if (trip.leads) {
    trip.leads = false;
    services_.flights.abandon(trip.key);
  }
  trip.source = Outcome::kFailed;
  trip.status.forward = Forward::kNone;
  if (own) {
    const char* const why = trip.stored == nullptr ? "not in the cache, and no request is allowed"
                                                   : "must be validated, and no request is allowed";
    return deliver(trip, nullptr, {ErrorKind::kOffline, why}, false);
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
  trip.addSource(source);
  if (leadsOn(trip, *entry)) return follow(trip, entry);
  return deliver(trip, entry, {}, services_.rules.isAllowable(entry->status()));
}

void Pipeline::cancel(Trip& trip, bool taken_up) {
  if (trip.leads) {
    trip.leads = false;
    services_.flights.abandon(trip.urlKey());
  }
  if ((taken_up || trip.isRobots()) && !trip.delivered) {
    trip.source = Outcome::kFailed;
    (void)deliver(trip, nullptr, {ErrorKind::kCancelled, "the run was stopped"}, false);
  } else {
    keepHops(trip, false);
  }
}

Next Pipeline::deliver(Trip& trip, const EntryPtr& entry, Failure failure, bool stored) {
  keepHops(trip, stored);
  if (trip.delivered) return Next::kDone;
  if (trip.isRobots()) return tellRobots(trip, entry, std::move(failure));
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
  visit.stored = stored && trip.hop_source == Outcome::kFetched;
  visit.decoded = std::move(trip.decoded);
  visit.max_content = services_.job.fetch.limits.max_filesize;
  if (trip.asked != nullptr) visit.tag = trip.asked->spec.tag;
  if (entry != nullptr) describe(trip, entry, visit);
  if (!visit.failure && visit.status() >= 400) {
    visit.failure = {ErrorKind::kStatus,
                     std::to_string(visit.status()) + " " + std::string(visit.response->reason())};
  }
  visit.outcome = outcomeOf(visit.failure, trip.source);
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
  const bool from_cache = trip.status.hit || trip.hop_source == Outcome::kStale ||
                          trip.hop_source == Outcome::kRevalidated;
  if (from_cache) {
    visit.age =
        std::chrono::floor<http::Seconds>(http::currentAge(*entry, services_.clock.wallNow()));
  }
  if (trip.asked == nullptr) return;
  if (trip.isCacheable() && (from_cache || trip.validates)) {
    visit.response = http::answerFrom(entry, trip.method(), trip.asked->spec.headers,
                                      trip.hop_source == Outcome::kRevalidated);
    if (visit.response != entry) visit.decoded.reset();
  }
  if (visit.response == entry && !trip.asked->received.block().empty()) {
    visit.response = asReceived(*trip.asked, entry);
  }
}

}  // namespace forage::visit
