// Step 6 of a trip: what is sent, and on which conditions.
#include <utility>

#include "http/parts.h"
#include "http/validation.h"
#include "visit/asked.h"
#include "visit/pipeline.h"

namespace forage::visit {

void Pipeline::fetching(Trip& trip) {
  trip.requested = services_.clock.wallNow();
  trip.begun = services_.flights.now();
  trip.last_attempt = services_.clock.now();
  if (trip.attempts++ == 0) trip.first_attempt = trip.last_attempt;
  if (services_.flights.isOutdated(trip.key, trip.known)) {  // erased since
    trip.stored.reset();
    trip.displaced.reset();
    if (trip.asked != nullptr) trip.asked->part.reset();
  }
  trip.validates =
      trip.stored != nullptr && trip.method() == "GET" && http::hasValidator(*trip.stored);
  trip.offers = trip.displaced != nullptr && mayOffer(trip);
  HeadersView fields = services_.request_headers.view();
  if (trip.asked != nullptr || trip.validates || trip.offers) {
    addConditions(trip);
    fields = trip.fields.view();
  }
  trip.request = {trip.method(), &trip.url, fields,
                  trip.asked == nullptr ? std::string_view() : trip.asked->spec.body};
  services_.metrics.in_flight.fetch_add(1, std::memory_order_relaxed);
  if (RunObserver* observer = services_.delivery.observer()) {
    observer->fetching(trip.group->name, trip.url.text());
  }
}

/// Whether the server is asked if another variant than the one that is wanted will do (RFC 9111,
/// section 4.3.1). Only where its tag is of no other representation.
bool Pipeline::mayOffer(const Trip& trip) noexcept {
  return trip.stored == nullptr && !trip.refused && http::hasStrongTag(*trip.displaced) &&
         (trip.asked == nullptr || !isForItself(trip));
}

void Pipeline::addConditions(Trip& trip) const {
  if (trip.asked == nullptr) {
    trip.fields = services_.request_headers;
  } else {
    const EntryPtr& part = trip.asked->part;
    trip.asked->completes =
        part != nullptr && !trip.alone && !trip.validates && http::askForRest(trip.fields, *part);
  }
  if (trip.validates) http::addValidators(trip.fields, *trip.stored);
  if (trip.offers) trip.fields.add("If-None-Match", *trip.displaced->headers().find("ETag"));
}

/// The other variant will do, if the server means that one.
bool Pipeline::takeOffered(Trip& trip, const Response& response) {
  const auto tag = response.headers.find("ETag");
  if (!tag || !http::matchesStrongly(*tag, *trip.displaced->headers().find("ETag"))) return false;
  trip.offers = false;
  trip.stored = trip.displaced;
  trip.validates = true;
  return true;
}

/// Once more, without a condition of ours.
Next Pipeline::fetchWhole(Trip& trip) {
  trip.stored.reset();
  trip.refused = true;
  trip.fields = Headers();
  if (trip.asked != nullptr) {
    trip.asked->part.reset();
    prepareFields(trip, services_.request_headers);
  }
  return Next::kFetch;
}

}  // namespace forage::visit
