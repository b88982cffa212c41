// What stands beside a URL's own key, so that it never stands where a page should: a part (206; RFC
// 9111, sections 3.3 and 3.4), and the answer to a HEAD (RFC 9110, section 9.3.2). One of each for
// a URL. Parts that touch become one, and, with the last that was missing, the page.
#include <string>
#include <utility>

#include "http/answer.h"
#include "http/parts.h"
#include "visit/pipeline.h"
#include "visit/stored_keys.h"

namespace forage::visit {

namespace {

constexpr int kPartial = 206;
/// Parts that grow beyond it are not put together, unless that makes the page: who reads a large
/// file piece by piece would have it written anew with each.
constexpr std::size_t kMaxPart = 4u << 20;

}  // namespace

/// Whether there may be something of use: a head, a part of what is asked for, or one for who asks
/// for all of it. REQUIRES: trip.asked.
bool Pipeline::mayStandBeside(const Trip& trip) const noexcept {
  if (!trip.asked->is_cacheable) return false;
  if (trip.method() == "HEAD") return true;
  if (trip.asked->range) return services_.rules.keepsParts();
  return services_.known_parts.has(trip.key) && !isForItself(trip);
}

/// There is no page that could answer.
Next Pipeline::lookBeside(Trip& trip) {
  Key own = trip.method() == "HEAD" ? headKey(trip.key) : partKey(trip.key);
  trip.base = std::exchange(trip.key, std::move(own));
  trip.base_issued = trip.issued;
  trip.asked->looks_beside = true;
  return lookUp(trip);
}

Next Pipeline::useBeside(Trip& trip) {
  const bool erased = trip.found != nullptr && isErased(trip, trip.base);
  trip.key = std::move(trip.base);
  trip.base.clear();
  trip.issued = trip.base_issued;
  trip.asked->looks_beside = false;
  EntryPtr found = std::move(trip.found);
  if (found == nullptr || erased || !services_.rules.matches(*found, trip)) return goOn(trip);
  if (trip.method() != "HEAD") {
    if (found->status() != kPartial) return goOn(trip);
    trip.status.forward = Forward::kPartial;
    trip.asked->part = found;
    const bool answers = trip.asked->range && http::answersRange(*found, trip.asked->spec.headers);
    if (!answers) return goOn(trip);
  }
  trip.asked->is_beside = true;
  trip.found = std::move(found);
  return useStored(trip, services_.clock.wallNow());
}

/// Stores the answer to a HEAD, where it tells of no page that is stored.
bool Pipeline::keepHead(const Trip& trip, const EntryPtr& head) {
  const Key own = headKey(trip.key);
  return put(own, underKey(own, head), trip.begun);
}

/// Makes the whole of `response`, what the part lacked, where it is that. False where it answers
/// nothing: the server did not keep to the condition, or has less than it said.
bool Pipeline::complete(Trip& trip, Response& response) const {
  trip.asked->completes = false;
  trip.fields.remove("Range");
  trip.fields.remove("If-Range");
  if (response.status != kPartial) return response.status != 416;
  const http::HeadMarks marks = http::markHead(response.headers);
  const EntryPtr rest = makeEntry(trip, std::move(response), nullptr, marks);
  trip.asked->received = Headers();
  std::optional<Response> whole = http::combined(*trip.asked->part, *rest, 0);
  if (whole) response = std::move(*whole);
  return whole.has_value();
}

Next Pipeline::finishPart(Trip& trip, const EntryPtr& part) {
  publish(trip, part, std::exchange(trip.leads, false), false);
  const bool kept = keepPart(trip, part);
  if (!kept && services_.rules.keepsParts()) services_.metrics.stores_refused.add();
  return deliver(trip, part, {}, kept);
}

/// Stores a part that was asked for, with what there is of the page already.
bool Pipeline::keepPart(Trip& trip, const EntryPtr& part) {
  const bool asked_for = trip.asked != nullptr && trip.asked->range.has_value();
  const auto held = http::heldBy(*part);
  // Parts of coded bodies are of no use to who gets bodies without their coding.
  if (!asked_for || !held || part->headers().find("Content-Encoding") || isOutdated(trip)) {
    return false;
  }
  const EntryPtr& known = trip.stored != nullptr ? trip.stored : trip.asked->part;
  if (known != nullptr && trip.hop_source == Outcome::kFetched) {
    if (auto sum = http::combined(*known, *part, kMaxPart)) {
      const http::HeadMarks marks = http::markHead(sum->headers);
      return keepCombined(trip, makeEntry(trip, std::move(*sum), nullptr, marks));
    }
    if (known->status() != kPartial) {
      // A page that has expired, without anything that tells whether it is still that.
      if (!trip.validates) return false;
      erase(trip.key);
    }
  }
  if (!held->isAll()) return keepCombined(trip, part);
  Response head = http::wholeHead(part->headers(), part->body().size());
  const http::HeadMarks marks = http::markHead(head.headers);
  return keepCombined(trip, makeEntry(trip, std::move(head), part, marks));
}

/// Stores `entry`, a part or the page that parts have become.
bool Pipeline::keepCombined(Trip& trip, const EntryPtr& entry) {
  const CacheRules& rules = services_.rules;
  if (entry->status() == kPartial) {
    if (!rules.mayStorePart(trip, entry->headers(), entry->body())) return false;
    const Key own = partKey(trip.key);
    services_.known_parts.add(trip.key);
    return put(own, underKey(own, entry), trip.begun);
  }
  return rules.mayStore(trip, entry->status(), entry->headers(), entry->body()) &&
         store(trip, entry);
}

}  // namespace forage::visit
