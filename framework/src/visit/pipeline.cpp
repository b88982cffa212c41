#include "visit/pipeline.h"

#include <algorithm>
#include <string>
#include <utility>

#include "forage/cache_key.h"
#include "forage/config.h"
#include "http/content_coding.h"
#include "http/freshness.h"
#include "http/redirect.h"

namespace forage::visit {

namespace {

/// Of two sources of one visit's hops, the one that says more of what it cost.
Outcome dearer(Outcome a, Outcome b) noexcept {
  const auto rank = [](Outcome outcome) {
    return outcome == Outcome::kFetched ? 2 : outcome == Outcome::kJoined ? 1 : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace

// --- 1 key, 2 look up -------------------------------------------------------------------------

Next Pipeline::begin(Trip& trip) {
  trip.started = services_.clock.now();
  makeCacheKey(services_.job.cache.key_prefix, trip.url.text(), trip.key);
  return lookUp(trip);
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
  if (!services_.cache.answersWithoutIo()) return Next::kLookUp;
  trip.issued = services_.flights.now();
  services_.cache.find(std::span(&trip.key, 1), std::span(&trip.found, 1));
  trip.looked_up = true;
  return use(trip);
}

// --- 3 judge, 4 join --------------------------------------------------------------------------

Next Pipeline::use(Trip& trip) {
  if (trip.found != nullptr &&
      http::isFreshByAge(trip.found->received(), services_.job.cache.expire_after,
                         services_.clock.wallNow())) {
    const EntryPtr entry = std::move(trip.found);
    if (trip.leads) {  // looked again, and it had come in meanwhile
      trip.leads = false;
      services_.flights.complete(trip.key, entry, false);
    }
    return answerFrom(trip, entry, Outcome::kHit);
  }
  trip.found.reset();
  if (trip.leads) return Next::kFetch;
  const SingleFlight::Joined joined = services_.flights.join(trip.key, trip.issued, home_, &trip);
  switch (joined.role) {
    case SingleFlight::Role::kParked:
      return Next::kParked;
    case SingleFlight::Role::kAnswered:
      return answerFrom(trip, joined.entry, Outcome::kJoined);
    case SingleFlight::Role::kLeads:
      break;
  }
  trip.leads = true;
  if (!joined.look_again) return Next::kFetch;
  services_.metrics.lookups_again.add();
  return lookUp(trip);
}

Next Pipeline::answered(Trip& trip, const FlightAnswer& answer) {
  if (answer.lead) {
    trip.leads = true;
    return Next::kFetch;
  }
  if (answer.entry != nullptr) return answerFrom(trip, answer.entry, Outcome::kJoined);
  trip.source = dearer(trip.source, Outcome::kJoined);
  return deliver(trip, nullptr, answer.failure, false);
}

Next Pipeline::answerFrom(Trip& trip, const EntryPtr& entry, Outcome source) {
  trip.source = dearer(trip.source, source);
  if (const auto location = http::redirectTarget(entry->status(), entry->headers())) {
    return follow(trip, entry, *location);
  }
  return deliver(trip, entry, {}, isStorable(entry->status()));
}

// --- 6 fetch ----------------------------------------------------------------------------------

void Pipeline::fetching(Trip& trip) {
  trip.requested = services_.clock.wallNow();
  trip.request = {"GET", &trip.url, services_.request_headers.view(), {}};
  services_.metrics.in_flight.fetch_add(1, std::memory_order_relaxed);
  if (RunObserver* observer = services_.delivery.observer()) {
    observer->fetching(trip.group->name, trip.url.text());
  }
}

// --- 7 settle ---------------------------------------------------------------------------------

Next Pipeline::settle(Trip& trip, Fetched&& fetched) {
  Metrics& metrics = services_.metrics;
  metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
  metrics.requests.add(fetched.requests);
  metrics.bytes.add(fetched.wire_bytes);
  trip.group->metrics->requests.add(fetched.requests);
  trip.group->metrics->bytes.add(fetched.wire_bytes);
  if (fetched.reused) metrics.connections_reused.add();
  trip.requests += fetched.requests;
  trip.source = Outcome::kFetched;
  if (auto* failure = std::get_if<Failure>(&fetched.result)) return fail(trip, std::move(*failure));
  return settleResponse(trip, std::move(std::get<Response>(fetched.result)));
}

Next Pipeline::settleResponse(Trip& trip, Response&& response) {
  if (Failure failure = checkContent(trip, response)) return fail(trip, std::move(failure));
  const WallTime received = services_.clock.wallNow();
  const WallTime expires = saturatingAdd(received, services_.job.cache.expire_after);
  const auto entry = std::make_shared<const Entry>(
      trip.key, std::move(response), trip.requested, received,
      services_.job.cache.expire_after == kForever ? WallTime::max() : expires);
  trip.leads = false;
  if (const auto location = http::redirectTarget(entry->status(), entry->headers())) {
    // Held: who asks for it before it is known where it leads follows it without a request.
    services_.flights.complete(trip.key, entry, true);
    trip.hops.push_back({trip.key, entry});
    return follow(trip, entry, *location);
  }
  const bool storable = isStorable(entry->status());
  services_.flights.complete(trip.key, entry, storable);
  if (storable) store(trip.key, entry);
  return deliver(trip, entry, {}, storable);
}

Failure Pipeline::checkContent(Trip& trip, const Response& response) const {
  if (response.body.empty() || !response.headers.find("Content-Encoding")) return {};
  http::Decoded decoded =
      http::decodeContent(response.headers, response.body, services_.job.fetch.limits.max_filesize);
  if (decoded.failure) return std::move(decoded.failure);
  if (!decoded.untouched && services_.delivery.isWatched()) {
    trip.decoded = std::make_shared<const std::string>(std::move(decoded.content));
  }
  return {};
}

Next Pipeline::follow(Trip& trip, const EntryPtr& entry, std::string_view location) {
  if (trip.redirects >= services_.job.fetch.max_redirs) {
    return fail(
        trip, {ErrorKind::kRedirect, "more than " + std::to_string(services_.job.fetch.max_redirs) +
                                         " redirects (fetch.max_redirs)"});
  }
  std::string why;
  std::optional<Url> target = trip.url.resolve(location, &why);
  if (!target) {
    return fail(trip, {ErrorKind::kRedirect, std::to_string(entry->status()) +
                                                 " leads to what cannot be fetched: " + why});
  }
  ++trip.redirects;
  services_.metrics.redirects.add();
  if (trip.first_url.empty()) trip.first_url = trip.url.text();
  trip.url = std::move(*target);
  trip.decoded.reset();
  makeCacheKey(services_.job.cache.key_prefix, trip.url.text(), trip.key);
  return lookUp(trip);
}

Next Pipeline::fail(Trip& trip, Failure failure) {
  if (trip.leads) {
    trip.leads = false;
    services_.flights.fail(trip.key, failure);
  }
  return deliver(trip, nullptr, std::move(failure), false);
}

void Pipeline::cancel(Trip& trip, bool taken_up) {
  if (trip.leads) {
    trip.leads = false;
    services_.flights.abandon(trip.key);
  }
  if (taken_up) {
    trip.source = Outcome::kFailed;
    (void)deliver(trip, nullptr, {ErrorKind::kCancelled, "the run was stopped"}, false);
  } else {
    keepHops(trip, false);
  }
}

bool Pipeline::isStorable(int status) const noexcept {
  const std::vector<int>& codes = services_.job.cache.allowable_codes;
  return services_.job.cache.expire_after > Millis::zero() &&
         std::find(codes.begin(), codes.end(), status) != codes.end();
}

void Pipeline::store(const Key& key, const EntryPtr& entry) {
  if (services_.writes != nullptr) {
    // Retires the flight when it is acknowledged.
    services_.writes->push({key, entry, services_.job.cache.expire_after, false});
    return;
  }
  keep_.key = key;
  keep_.entry = entry;
  keep_.lifetime = services_.job.cache.expire_after;
  services_.cache.store(std::span(&keep_, 1));
  keep_.entry.reset();
  services_.flights.retire(key, entry, true);
}

void Pipeline::keepHops(Trip& trip, bool final_is_kept) {
  for (Hop& hop : trip.hops) {
    if (final_is_kept) {
      store(hop.key, hop.entry);
    } else {
      services_.flights.retire(hop.key, hop.entry, false);
    }
  }
  trip.hops.clear();
}

// --- 8 deliver --------------------------------------------------------------------------------

Next Pipeline::deliver(Trip& trip, const EntryPtr& entry, Failure failure, bool stored) {
  keepHops(trip, stored);
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
  if (!visit.failure && visit.status() >= 400) {
    visit.failure = {ErrorKind::kStatus,
                     std::to_string(visit.status()) + " " + std::string(entry->reason())};
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

}  // namespace forage::visit
