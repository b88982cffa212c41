// Steps 6 and 7 of a trip: what is sent, and what becomes of what came back.
#include <string>
#include <utility>

#include "http/content_coding.h"
#include "http/http_date.h"
#include "http/redirect.h"
#include "http/stored_fields.h"
#include "http/storing.h"
#include "http/validation.h"
#include "visit/asked.h"
#include "visit/pipeline.h"

namespace forage::visit {

namespace {

/// Errors of a server that stand for its absence (RFC 5861, section 4).
bool isAbsence(int status) noexcept {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

/// The key that a displaced variant goes to.
Key keyOfVariant(const Key& base, const Entry& entry) {
  return base + "#" + std::string(entry.variant());
}

}  // namespace

// --- 6 fetch ------------------------------------------------------------------------------------

void Pipeline::fetching(Trip& trip) {
  trip.requested = services_.clock.wallNow();
  trip.validates =
      trip.stored != nullptr && trip.method() == "GET" && http::hasValidator(*trip.stored);
  HeadersView fields = services_.request_headers.view();
  if (trip.asked != nullptr || trip.validates) {
    if (trip.asked == nullptr) trip.fields = services_.request_headers;
    if (trip.validates) http::addValidators(trip.fields, *trip.stored);
    fields = trip.fields.view();
  }
  trip.request = {trip.method(), &trip.url, fields,
                  trip.asked == nullptr ? std::string_view() : trip.asked->spec.body};
  services_.metrics.in_flight.fetch_add(1, std::memory_order_relaxed);
  if (RunObserver* observer = services_.delivery.observer()) {
    observer->fetching(trip.group->name, trip.url.text());
  }
}

// --- 7 settle -----------------------------------------------------------------------------------

Next Pipeline::settle(Trip& trip, Fetched&& fetched) {
  Metrics& metrics = services_.metrics;
  metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
  metrics.requests.add(fetched.requests);
  metrics.bytes.add(fetched.wire_bytes);
  trip.group->metrics->requests.add(fetched.requests);
  trip.group->metrics->bytes.add(fetched.wire_bytes);
  if (fetched.reused) metrics.connections_reused.add();
  trip.requests += fetched.requests;
  if (auto* failure = std::get_if<Failure>(&fetched.result)) {
    return settleError(trip, std::move(*failure));
  }
  return settleResponse(trip, std::move(std::get<Response>(fetched.result)));
}

Next Pipeline::settleError(Trip& trip, Failure failure) {
  if (trip.stored != nullptr && trip.stale_if_error) return answerStale(trip);
  trip.source = Outcome::kFetched;
  return fail(trip, std::move(failure));
}

/// The server cannot answer; what is stored does.
Next Pipeline::answerStale(Trip& trip) {
  const EntryPtr entry = std::move(trip.stored);
  if (trip.leads) {
    trip.leads = false;
    services_.flights.complete(trip.key, entry, false, true);
  }
  return answerFrom(trip, entry, Outcome::kStale);
}

Next Pipeline::settleResponse(Trip& trip, Response&& response) {
  if (Failure failure = checkContent(trip, response)) return settleError(trip, std::move(failure));
  trip.status.forward_status = response.status;
  if (trip.validates && response.status == 304) return settleNotModified(trip, std::move(response));
  if (trip.stored != nullptr && trip.stale_if_error && isAbsence(response.status)) {
    return answerStale(trip);
  }
  trip.source = Outcome::kFetched;
  if (!trip.isCacheable() || trip.method() != "GET") {
    return settlePassing(trip, std::move(response));
  }
  const std::string_view content =
      trip.decoded != nullptr ? std::string_view(*trip.decoded) : std::string_view(response.body);
  const bool storable = services_.rules.mayStore(trip, response, content);
  if (!storable && services_.rules.isAllowable(response.status)) {
    services_.metrics.stores_refused.add();
  }
  return finishFetched(trip, makeEntry(trip, std::move(response), nullptr), storable);
}

/// The stored response still holds, with the fields that came (RFC 9111, section 4.3.4).
Next Pipeline::settleNotModified(Trip& trip, Response&& response) {
  const bool own_condition = trip.asked != nullptr && trip.alone;
  if (!http::isUpdateOf(response.headers, *trip.stored)) {
    if (own_condition) {  // it is the client's own copy that has not changed
      trip.source = Outcome::kFetched;
      return finishFetched(trip, makeEntry(trip, std::move(response), nullptr), false);
    }
    // A server that confirms what it was not asked about: once more, without a condition.
    trip.stored.reset();
    trip.fields = Headers();
    if (trip.asked != nullptr) prepareFields(trip, services_.request_headers);
    return Next::kFetch;
  }
  Response merged;
  merged.status = trip.stored->status();
  merged.reason = trip.stored->reason();
  merged.headers = http::updatedFields(trip.stored->headers(), response.headers);
  const EntryPtr entry = makeEntry(trip, std::move(merged), trip.stored);
  trip.source = Outcome::kRevalidated;
  return finishFetched(trip, entry, true);
}

/// The response to a request that a cache never answers; it may change what is stored.
Next Pipeline::settlePassing(Trip& trip, Response&& response) {
  if (!http::isSafe(trip.method())) invalidate(trip, response);
  if (trip.method() == "HEAD") updateByHead(trip, response);
  const bool storable =
      trip.method() == "POST" && services_.rules.mayStore(trip, response, response.body);
  return finishFetched(trip, makeEntry(trip, std::move(response), nullptr), storable);
}

/// Whether what came takes the place of what is stored although it may not be stored itself.
bool Pipeline::replacesStored(const Trip& trip, const Entry& entry) const {
  return services_.rules.followsRfc9111() && trip.stored != nullptr && trip.method() == "GET" &&
         entry.status() < 500 && entry.status() != 206 && entry.status() != 304;
}

Next Pipeline::finishFetched(Trip& trip, const EntryPtr& entry, bool storable) {
  const bool led = std::exchange(trip.leads, false);
  const bool as_alias = !services_.rules.followsRfc9111();
  if (leadsOn(trip, *entry)) {
    if (!as_alias && storable) store(trip, trip.key, entry);
    // Held: who asks for it before it is known where it leads follows it without a request.
    if (led) services_.flights.complete(trip.key, entry, as_alias || storable);
    if (led && as_alias) {
      // Its lease goes with it: it is stored once it is known where it leads.
      const bool has_lease =
          std::exchange(trip.lease, store::LeaseState::kNone) == store::LeaseState::kMine;
      trip.hops.push_back({trip.key, entry, has_lease});
    }
    return follow(trip, entry);
  }
  if (led) services_.flights.complete(trip.key, entry, storable);
  if (storable) {
    store(trip, trip.key, entry);
  } else if (replacesStored(trip, *entry)) {
    erase(trip.key);
  }
  return deliver(trip, entry, {}, storable);
}

/// What a cache keeps differs from what came: without the fields of the connection, and with the
/// date of its arrival where it says none (RFC 9110, section 6.6.1).
void Pipeline::completeFields(const Trip& trip, Headers& fields, WallTime received) const {
  const bool dateless = services_.rules.followsRfc9111() && !fields.find("Date");
  const bool has_connection = http::hasConnectionFields(fields);
  if (!dateless && !has_connection) return;
  if (trip.asked != nullptr) trip.asked->received = fields;
  if (has_connection) fields = http::withoutConnectionFields(fields);
  if (dateless) fields.add("Date", http::formatHttpDate(received));
}

EntryPtr Pipeline::makeEntry(const Trip& trip, Response&& response, const EntryPtr& body_of) const {
  const WallTime received = services_.clock.wallNow();
  if (body_of == nullptr) completeFields(trip, response.headers, received);
  const Entry* known = trip.stored != nullptr ? trip.stored.get() : trip.displaced.get();
  const std::string variant = services_.rules.variantOf(response.headers, trip, known, received);
  const auto entry = body_of != nullptr
                         ? std::make_shared<Entry>(trip.key, std::move(response), body_of,
                                                   trip.requested, received, received, variant)
                         : std::make_shared<Entry>(trip.key, std::move(response), trip.requested,
                                                   received, received, variant);
  const Millis lifetime = services_.rules.lifetime(*entry, trip, received);
  entry->setExpires(lifetime == kForever ? WallTime::max() : saturatingAdd(received, lifetime));
  return entry;
}

Failure Pipeline::checkContent(Trip& trip, const Response& response) const {
  if (response.body.empty() || response.status == 206 ||
      !response.headers.find("Content-Encoding")) {
    return {};
  }
  http::Decoded decoded =
      http::decodeContent(response.headers, response.body, services_.job.fetch.limits.max_filesize);
  if (decoded.failure) return std::move(decoded.failure);
  if (!decoded.untouched && (services_.delivery.isWatched() || services_.rules.looksIntoBodies())) {
    trip.decoded = std::make_shared<const std::string>(std::move(decoded.content));
  }
  return {};
}

Next Pipeline::follow(Trip& trip, const EntryPtr& entry) {
  if (trip.redirects >= services_.job.fetch.max_redirs) {
    return fail(
        trip, {ErrorKind::kRedirect, "more than " + std::to_string(services_.job.fetch.max_redirs) +
                                         " redirects (fetch.max_redirs)"});
  }
  std::string why;
  const auto location = http::redirectTarget(entry->status(), entry->headers());
  std::optional<Url> target = trip.url.resolve(*location, &why);
  if (!target) {
    return fail(trip, {ErrorKind::kRedirect, std::to_string(entry->status()) +
                                                 " leads to what cannot be fetched: " + why});
  }
  ++trip.redirects;
  services_.metrics.redirects.add();
  if (trip.first_url.empty()) trip.first_url = trip.url.text();
  trip.url = std::move(*target);
  ended(trip);
  trip.beginHop();
  services_.rules.makeKey(trip, trip.key);
  if (services_.job.cache.mode == CacheMode::kForceRefresh) return goOn(trip);
  return lookUp(trip);
}

Next Pipeline::fail(Trip& trip, Failure failure) {
  if (trip.leads) {
    trip.leads = false;
    services_.flights.fail(trip.key, failure);
  }
  return deliver(trip, nullptr, std::move(failure), false);
}

// --- what the cache holds -----------------------------------------------------------------------

void Pipeline::store(const Trip& trip, const Key& key, const EntryPtr& entry) {
  const EntryPtr& other = trip.displaced;
  if (other != nullptr && !other->variant().empty() && other->variant() != entry->variant()) {
    // The URL's key holds the newest variant; the one before moves to a key of its own.
    const Key own = keyOfVariant(key, *other);
    Response head;
    head.status = other->status();
    head.reason = other->reason();
    head.headers = Headers(std::string(other->headers().block()));
    const auto moved =
        std::make_shared<const Entry>(own, std::move(head), other, other->requested(),
                                      other->received(), other->expires(), other->variant());
    put(own, moved);
  }
  put(key, entry);
}

void Pipeline::put(const Key& key, const EntryPtr& entry) {
  const Millis lifetime = entry->expires() == WallTime::max()
                              ? kForever
                              : Millis(entry->expires() - services_.clock.wallNow());
  if (lifetime <= Millis::zero()) {
    services_.flights.retire(key, entry, false);
    return;
  }
  if (services_.writes != nullptr) {
    // Retires the flight when it is acknowledged.
    services_.writes->push({key, entry, lifetime, false});
    return;
  }
  keep_.key = key;
  keep_.entry = entry;
  keep_.lifetime = lifetime;
  services_.cache.store(std::span(&keep_, 1));
  keep_.entry.reset();
  services_.flights.retire(key, entry, true);
}

void Pipeline::erase(const Key& key) {
  if (services_.writes == nullptr) {
    services_.cache.erase(std::span(&key, 1));
    return;
  }
  services_.flights.beginErase(key);
  services_.writes->pushErase(key);
}

/// What an unsafe method has changed must be asked for again (RFC 9111, section 4.4).
void Pipeline::invalidate(const Trip& trip, const Response& response) {
  Trip other;
  other.group = trip.group;
  for (Url& url : http::invalidated(response.status, response.headers, trip.url)) {
    other.url = std::move(url);
    Key key;
    services_.rules.makeKey(other, key);
    erase(key);
    // What was stored for this client's own credentials has a key of its own.
    if (trip.asked == nullptr) continue;
    Key own;
    services_.rules.makeKey(trip, other.url, own);
    if (own != key) erase(own);
  }
}

/// A HEAD tells whether what is stored of GET still holds (RFC 9111, section 4.3.5).
void Pipeline::updateByHead(const Trip& trip, const Response& response) {
  if (trip.stored == nullptr || response.status != 200) return;
  const auto same = [&](std::string_view name) {
    const auto now = response.headers.find(name);
    const auto then = trip.stored->headers().find(name);
    return !now || (then && *now == *then);
  };
  if (!same("ETag") || !same("Last-Modified") || !same("Content-Length")) return erase(trip.key);
  Response merged;
  merged.status = trip.stored->status();
  merged.reason = trip.stored->reason();
  merged.headers = http::updatedFields(trip.stored->headers(), response.headers);
  store(trip, trip.key, makeEntry(trip, std::move(merged), trip.stored));
}

void Pipeline::keepHops(Trip& trip, bool final_is_kept) {
  for (Hop& hop : trip.hops) {
    if (final_is_kept) {
      put(hop.key, hop.entry);
    } else {
      services_.flights.retire(hop.key, hop.entry, false);
    }
    if (hop.has_lease) dropLease(hop.key);
  }
  trip.hops.clear();
}

}  // namespace forage::visit
