// Step 7 of a trip: what becomes of what came back.
#include <string>
#include <utility>

#include "http/content_coding.h"
#include "http/http_date.h"
#include "http/redirect.h"
#include "http/robots_answer.h"
#include "http/stored_fields.h"
#include "http/storing.h"
#include "http/validation.h"
#include "visit/asked.h"
#include "visit/pipeline.h"
#include "visit/stored_keys.h"

namespace forage::visit {

namespace {

/// Errors of a server that stand for its absence (RFC 5861, section 4).
bool isAbsence(int status) noexcept {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

/// The request that follows a redirect: without its body where it becomes a GET, and without the
/// client's credentials where it goes to another server.
void redirectRequest(Asked& asked, int status, bool same_origin) {
  RequestSpec& spec = asked.spec;
  const std::string_view method = http::redirectedMethod(status, spec.method);
  if (method != spec.method) {
    spec.method = method;
    spec.body.clear();
    for (const std::string_view name :
         {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"}) {
      spec.headers.remove(name);
    }
  }
  if (!same_origin) {
    for (const std::string_view name : {"Authorization", "Cookie", "Proxy-Authorization"}) {
      spec.headers.remove(name);
    }
  }
  readWants(asked);
}

}  // namespace

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
  const bool refused = failure.kind == ErrorKind::kPolicy;  // by us, and not for want of a server
  if (trip.stored != nullptr && trip.stale_if_error && !refused) return answerStale(trip);
  if (isSentAgain(trip, nullptr, failure.kind)) return Next::kRetry;
  trip.addSource(Outcome::kFetched);
  return fail(trip, std::move(failure));
}

/// The server cannot answer; what is stored does.
Next Pipeline::answerStale(Trip& trip) {
  const EntryPtr entry = std::move(trip.stored);
  trip.decoded.reset();  // of the error
  if (trip.leads) {
    trip.leads = false;
    services_.flights.complete(trip.key, entry, Then::kEnds, true);
  }
  return answerFrom(trip, entry, Outcome::kStale);
}

Next Pipeline::settleResponse(Trip& trip, Response&& response) {
  trip.status.forward_status = response.status;
  if (trip.asked != nullptr && trip.asked->completes && !complete(trip, response)) {
    return fetchWhole(trip);
  }
  const http::HeadMarks marks = http::markHead(response.headers);
  if (marks.is_coded) {
    if (Failure failure = decode(trip, response)) return settleError(trip, std::move(failure));
  }
  if (response.status == 304) {
    if (trip.offers && !takeOffered(trip, response)) return fetchWhole(trip);
    if (trip.validates) return settleNotModified(trip, std::move(response));
  }
  if (trip.stored != nullptr && trip.stale_if_error && isAbsence(response.status)) {
    return answerStale(trip);
  }
  if (response.status >= 400 && isSentAgain(trip, &response, ErrorKind::kNone)) return Next::kRetry;
  trip.addSource(Outcome::kFetched);
  const std::string_view content =
      trip.decoded != nullptr ? std::string_view(*trip.decoded) : std::string_view(response.body);
  bool storable = services_.rules.mayStore(trip, response.status, response.headers, content);
  if (trip.asked != nullptr && !http::isSafe(trip.method())) {
    invalidate(trip, response);
    trip.begun = services_.flights.now();  // what it stores itself is newer
  } else if (trip.asked != nullptr && trip.method() == "HEAD") {
    updateByHead(trip, response);
    storable = storable && (trip.stored == nullptr || trip.asked->is_beside);
    if (!storable && trip.asked->is_beside) erase(headKey(trip.key));
  } else if (!storable && response.status != 206 && services_.rules.isAllowable(response.status)) {
    services_.metrics.stores_refused.add();
  }
  return finishFetched(trip, makeEntry(trip, std::move(response), nullptr, marks), storable);
}

/// The stored response still holds, with the fields that came (RFC 9111, section 4.3.4).
Next Pipeline::settleNotModified(Trip& trip, Response&& response) {
  const bool own_condition = trip.asked != nullptr && trip.alone;
  const HeadersView own = trip.asked != nullptr ? trip.asked->spec.headers.view() : HeadersView();
  if (!http::isUpdateOf(response.headers, *trip.stored, own)) {
    if (own_condition) {  // it is the client's own copy that has not changed
      trip.addSource(Outcome::kFetched);
      const http::HeadMarks marks = http::markHead(response.headers);
      return finishFetched(trip, makeEntry(trip, std::move(response), nullptr, marks), false);
    }
    return fetchWhole(trip);  // a server that confirms what it was not asked about
  }
  Response merged;
  merged.status = trip.stored->status();
  merged.reason = trip.stored->reason();
  merged.headers = http::updatedFields(trip.stored->headers(), response.headers);
  const bool storable = services_.rules.mayStoreHead(trip, merged.status, merged.headers);
  trip.addSource(Outcome::kRevalidated);
  const http::HeadMarks marks = http::markHead(merged.headers);
  return finishFetched(trip, makeEntry(trip, std::move(merged), trip.stored, marks), storable);
}

/// Whether what came takes the place of what is stored although it may not be stored itself.
bool Pipeline::replacesStored(const Trip& trip, const Entry& entry) const {
  return services_.rules.followsRfc9111() && trip.stored != nullptr && trip.method() == "GET" &&
         trip.source == Outcome::kFetched && entry.status() < 500 && entry.status() != 304 &&
         entry.status() != 416;
}

Next Pipeline::finishFetched(Trip& trip, const EntryPtr& entry, bool storable) {
  if (entry->status() == 206) return finishPart(trip, entry);
  const bool led = std::exchange(trip.leads, false);
  const bool outdated = isOutdated(trip);
  storable = storable && !outdated;
  if (!leadsOn(trip, *entry)) {
    publish(trip, entry, led, storable);
    if (!storable && replacesStored(trip, *entry)) erase(trip.key);
    return deliver(trip, entry, {}, storable);
  }
  if (led && !outdated && !services_.rules.followsRfc9111()) {
    // Under ttl an alias: who asks for it before it is known where it leads follows it without a
    // request, and it is stored once that is known. Its lease goes with it.
    services_.flights.complete(trip.key, entry, Then::kHeld);
    const bool has_lease =
        std::exchange(trip.lease, store::LeaseState::kNone) == store::LeaseState::kMine;
    trip.hops.push_back({trip.key, entry, trip.begun, has_lease});
  } else {
    publish(trip, entry, led, storable);
  }
  return follow(trip, entry);
}

/// What a cache keeps differs from what came: without the fields of the connection, and with the
/// date of its arrival where it says none (RFC 9110, section 6.6.1).
void Pipeline::completeFields(const Trip& trip, Headers& fields, const http::HeadMarks& marks,
                              WallTime received) const {
  const bool dateless = services_.rules.followsRfc9111() && !fields.find("Date");
  if (!dateless && !marks.for_connection) return;
  if (trip.asked != nullptr) trip.asked->received = fields;
  if (marks.for_connection) http::dropConnectionFields(fields);
  if (dateless) fields.add("Date", http::formatHttpDate(received));
}

EntryPtr Pipeline::makeEntry(const Trip& trip, Response&& response, const EntryPtr& body_of,
                             const http::HeadMarks& marks) const {
  const WallTime received = services_.clock.wallNow();
  if (body_of == nullptr) completeFields(trip, response.headers, marks, received);
  const Entry* known = trip.stored != nullptr ? trip.stored.get() : trip.displaced.get();
  std::string variant;
  if (marks.varies || (known != nullptr && !known->variant().empty())) {
    variant = services_.rules.variantOf(response.headers, trip, known, trip.begun);
  }
  const auto entry = body_of != nullptr
                         ? std::make_shared<Entry>(trip.key, std::move(response), body_of,
                                                   trip.requested, received, received, variant)
                         : std::make_shared<Entry>(trip.key, std::move(response), trip.requested,
                                                   received, received, variant);
  const Millis lifetime = services_.rules.lifetime(*entry, trip, received);
  entry->setExpires(lifetime == kForever ? WallTime::max() : saturatingAdd(received, lifetime));
  return entry;
}

/// A body that does not decode is no response. A part never does, and need not.
Failure Pipeline::decode(Trip& trip, const Response& response) const {
  if (response.body.empty() || response.status == 206) return {};
  http::Decoded decoded =
      http::decodeContent(response.headers, response.body, limitsOf(trip).max_filesize);
  if (decoded.failure) return std::move(decoded.failure);
  if (!decoded.untouched && (services_.delivery.isWatched() || services_.rules.looksIntoBodies())) {
    trip.decoded = std::make_shared<const std::string>(std::move(decoded.content));
  }
  return {};
}

Next Pipeline::follow(Trip& trip, const EntryPtr& entry) {
  const std::uint32_t most =
      trip.isRobots() ? http::kMaxRobotsRedirects : services_.job.fetch.max_redirs;
  if (trip.redirects >= most) {
    return fail(trip, {ErrorKind::kRedirect,
                       "more than " + std::to_string(most) + " redirects (fetch.max_redirs)"});
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
  if (trip.home.empty()) trip.home = trip.url.host();
  if (trip.asked != nullptr) {
    redirectRequest(*trip.asked, entry->status(), target->origin() == trip.url.origin());
  }
  trip.url = std::move(*target);
  ended(trip);
  trip.beginHop();
  return beginHop(trip);
}

Next Pipeline::fail(Trip& trip, Failure failure) {
  if (trip.leads) {
    trip.leads = false;
    // What is refused to who was led there may be another's own choice.
    if (failure.kind == ErrorKind::kPolicy) {
      services_.flights.abandon(trip.key);
    } else {
      services_.flights.fail(trip.key, failure);
    }
  }
  return deliver(trip, nullptr, std::move(failure), false);
}

}  // namespace forage::visit
