// What a trip changes in the cache: entries, the variants that they displace, and erasures.
#include <string>
#include <utility>

#include "http/stored_fields.h"
#include "http/storing.h"
#include "visit/pipeline.h"
#include "visit/stored_keys.h"
#include "visit/variants.h"

namespace forage::visit {

/// Whether what the trip has fetched may be older than an erasure of its key.
bool Pipeline::isOutdated(const Trip& trip) const noexcept {
  return services_.flights.isOutdated(trip.key, trip.begun);
}

/// Whether what the look-up found under trip.key is of before an erasure of it, or of before a
/// change that was made with other credentials than those in `url_key`.
bool Pipeline::isErased(const Trip& trip, const Key& url_key) const {
  if (services_.flights.isErased(trip.key, trip.issued)) return true;
  const std::string_view plain = withoutDigest(url_key);
  const Entry& found = trip.found != nullptr ? *trip.found : *trip.displaced;
  return !plain.empty() && services_.changed_urls.hasSince(plain, url_key, found.requested());
}

/// Answers those who wait for what the trip has fetched, and stores it.
void Pipeline::publish(const Trip& trip, const EntryPtr& entry, bool led, bool storable) {
  if (services_.writes == nullptr) {
    const bool stored = storable && keep(trip, entry);
    if (led) services_.flights.complete(trip.key, entry, stored ? Then::kMarked : Then::kEnds);
    return;
  }
  // Retired when the store is acknowledged.
  if (led) services_.flights.complete(trip.key, entry, storable ? Then::kHeld : Then::kEnds);
  if (storable && !keep(trip, entry)) services_.flights.retire(trip.key, entry, false);
}

bool Pipeline::keep(const Trip& trip, const EntryPtr& entry) {
  const bool is_head = trip.asked != nullptr && trip.method() == "HEAD";
  return is_head ? keepHead(trip, entry) : store(trip, entry);
}

/// Returns false where it is not to be kept for any time.
bool Pipeline::store(const Trip& trip, const EntryPtr& entry) {
  const EntryPtr& other = trip.displaced;
  if (other != nullptr && isDefault(*other) && !isDefault(*entry)) {
    // The default stays where it is, and nobody waits for this under the URL's key.
    services_.flights.retire(trip.key, entry, false);
    const Key own = variantKey(trip.key, entry->variant());
    return put(own, underKey(own, entry), trip.begun);
  }
  if (other != nullptr && !other->variant().empty() && other->variant() != entry->variant()) {
    // The URL's key holds the newest variant; the one before moves to a key of its own.
    const Key own = variantKey(trip.key, other->variant());
    (void)put(own, underKey(own, other), trip.begun);
  }
  return put(trip.key, entry, trip.begun);
}

/// Aliases are kept where what they lead to is.
void Pipeline::keepHops(Trip& trip, bool final_is_kept) {
  for (Hop& hop : trip.hops) {
    const bool stored = final_is_kept && put(hop.key, hop.entry, hop.begun);
    // Otherwise retired when the store is acknowledged.
    if (!stored || services_.writes == nullptr) {
      services_.flights.retire(hop.key, hop.entry, stored);
    }
    if (hop.has_lease) dropLease(hop.key);
  }
  trip.hops.clear();
}

bool Pipeline::put(const Key& key, const EntryPtr& entry, std::uint64_t begun) {
  const Millis lifetime = lifetimeUntil(entry->expires(), services_.clock.wallNow());
  if (lifetime <= Millis::zero()) return false;
  if (services_.writes != nullptr) {
    services_.writes->push({key, entry, lifetime, false});
  } else {
    keep_.key = key;
    keep_.entry = entry;
    keep_.lifetime = lifetime;
    services_.cache.store(std::span(&keep_, 1));
    keep_.entry.reset();
  }
  // Another thread's erasure may have come first, and is then to be the last.
  if (services_.flights.isOutdated(key, begun)) erase(key);
  return true;
}

void Pipeline::erase(const Key& key) {
  services_.flights.beginErase(key);
  if (services_.writes != nullptr) {
    services_.writes->pushErase(key);
    return;
  }
  services_.cache.erase(std::span(&key, 1));
  services_.flights.endErase(key);
}

void Pipeline::eraseAll(const Key& key) {
  erase(key);
  erase(headKey(key));
  if (services_.rules.keepsParts()) erase(partKey(key));
}

/// What an unsafe method has changed must be asked for again (RFC 9111, section 4.4).
void Pipeline::invalidate(const Trip& trip, const Response& response) {
  Trip other;
  other.group = trip.group;
  for (Url& url : http::invalidated(response.status, response.headers, trip.url)) {
    other.url = std::move(url);
    Key key;
    services_.rules.makeKey(other, key);
    eraseAll(key);
    // What was stored for this client's own credentials has a key of its own, which is known.
    Key own;
    services_.rules.makeKey(trip, other.url, own);
    if (own != key) eraseAll(own);
    const std::string_view plain = withoutDigest(key);
    services_.changed_urls.add(plain.empty() ? std::string_view(key) : plain, own,
                               services_.clock.wallNow());
  }
}

/// A HEAD tells whether what is stored of GET still holds (RFC 9111, section 4.3.5).
void Pipeline::updateByHead(const Trip& trip, const Response& response) {
  if (trip.stored == nullptr || trip.asked->is_beside || response.status != 200) return;
  const Entry& stored = *trip.stored;
  const auto same = [&](std::string_view name, std::string_view otherwise) {
    const auto now = response.headers.find(name);
    return !now || *now == stored.headers().find(name).value_or(otherwise);
  };
  const std::string length = std::to_string(stored.body().size());
  if (stored.status() != 200 || !same("ETag", "") || !same("Last-Modified", "") ||
      !same("Content-Length", length)) {
    return erase(trip.key);
  }
  Response merged;
  merged.status = stored.status();
  merged.reason = stored.reason();
  merged.headers = http::updatedFields(stored.headers(), response.headers);
  if (isOutdated(trip) || !services_.rules.mayStoreHead(trip, merged.status, merged.headers)) {
    return;
  }
  const http::HeadMarks marks = http::markHead(merged.headers);
  (void)store(trip, makeEntry(trip, std::move(merged), trip.stored, marks));
}

}  // namespace forage::visit
