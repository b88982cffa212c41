// Trip: one URL on its way through the pipeline, from its group's list to its Visit. Owned by one
// group thread; others know it only as an opaque pointer in messages.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/fetcher.h"
#include "forage/metrics.h"
#include "forage/request_source.h"
#include "forage/url.h"
#include "forage/visit.h"
#include "http/cache_control.h"
#include "http/ranges.h"
#include "store/lease_desk.h"

namespace forage::visit {

/// A redirect that this trip has fetched: kept as an alias once it is known where it leads.
struct Hop {
  Key key;
  EntryPtr entry;
  std::uint64_t begun = 0;  ///< as in Trip
  bool has_lease = false;
};

/// Whom a trip belongs to.
struct TripGroup {
  std::size_t index = 0;
  std::string_view name;
  GroupMetrics* metrics = nullptr;
  std::optional<Millis> expire_after;
};

/// A request that is more than the URL of a list, and what it says to the cache.
struct Asked {
  RequestSpec spec;
  http::CacheControl wants;
  /// A GET or HEAD that the cache may answer; others go to the server.
  bool is_cacheable = false;
  /// The part that a GET asks for.
  std::optional<http::RangeSpec> range = {};

  // Of the present hop:
  /// The fields that came, where some of them were for the connection alone and are not kept.
  Headers received = {};
  EntryPtr part = {};         ///< what is stored of the URL where that is a part of it
  bool looks_beside = false;  ///< its look-up is that of a part or a head
  bool is_beside = false;     ///< and has found what is `found`, then `stored`
  bool completes = false;     ///< it is sent for what `part` lacks

  void beginHop() noexcept {
    received = Headers();
    part.reset();
    looks_beside = is_beside = completes = false;
  }
};

struct Trip {
  TripGroup* group = nullptr;
  std::uint64_t position = 0;
  Url url;                        ///< of the present hop
  std::string robots_of;          ///< the site whose robots.txt it is for; "": it is a visit
  std::string home;               ///< the host that the job names, once there are others; "": url's
  std::string first_url;          ///< of the first hop, once there has been a redirect
  std::unique_ptr<Asked> asked;   ///< null: GET with the run's own fields
  Key key;                        ///< of the present look-up
  Key base;                       ///< of the URL, while `key` is that of a variant or of its part
  std::uint64_t issued = 0;       ///< SingleFlight::now() before its look-up
  std::uint64_t base_issued = 0;  ///< the same of the look-up of `base`
  std::uint64_t known = 0;        ///< SingleFlight::now() when `stored` and `displaced` held
  std::uint64_t begun = 0;        ///< SingleFlight::now() before it joined, then before its fetch
  EntryPtr found;                 ///< what its look-up found
  EntryPtr displaced;             ///< another variant, which the URL's key holds
  EntryPtr stored;                ///< what is stored and may not answer as it stands
  bool stale_if_error = false;    ///< `stored` may answer where the server cannot
  bool looked_up = false;
  bool queued = false;         ///< in its group's queue, in the order of the list
  bool leads = false;          ///< it owes the flight of `key` an answer
  bool alone = false;          ///< it fetches for itself: no flight
  bool validates = false;      ///< its request asks whether `stored` still holds
  bool offers = false;         ///< its request asks whether `displaced` will do
  bool refused = false;        ///< the server has answered our condition with nonsense: no other
  bool delivered = false;      ///< answered with what was stale; what it does now is for the cache
  bool fetching = false;       ///< its fetch is under way
  bool retries = false;        ///< it waits for retry_at
  bool awaits_robots = false;  ///< it waits for the rules of its site
  unsigned attempts = 0;       ///< fetches of the present hop that have ended
  TimePoint first_attempt{};
  TimePoint last_attempt{};
  TimePoint retry_at{};
  store::LeaseState lease = store::LeaseState::kNone;  ///< of `key`
  store::LeaseWish wish = store::LeaseWish::kNone;     ///< of its next look-up
  std::uint64_t ticket = 0;           ///< while another process holds the lease; 0: that has ended
  std::uint64_t ended_ticket = 0;     ///< the newest that has ended; outlives resets, as tickets do
  bool lease_asked = false;           ///< for what is stored; once, and again after a wait
  TimePoint lease_wait_end = kNever;  ///< no waiting for leases of its key beyond; kNever: none yet
  bool waits = false;                 ///< for that end
  bool waited = false;                ///< has waited for one
  Request request;
  Headers fields;  ///< of the request, where they are not the run's own
  std::vector<Hop> hops;
  std::uint32_t redirects = 0;
  std::uint32_t requests = 0;
  Outcome source = Outcome::kHit;         ///< the dearest source of any hop
  Outcome hop_source = Outcome::kFailed;  ///< of the present hop, once it is known
  TimePoint started{};
  WallTime requested{};
  std::shared_ptr<const std::string> decoded;
  CacheStatus status;  ///< of the present hop

  [[nodiscard]] std::string_view method() const noexcept {
    return asked == nullptr ? std::string_view("GET") : std::string_view(asked->spec.method);
  }
  /// The key that its flight and its lease are of.
  [[nodiscard]] const Key& urlKey() const noexcept { return base.empty() ? key : base; }
  /// Whether its present URL is of a host that the job does not name.
  [[nodiscard]] bool isAway() const noexcept { return !home.empty() && url.host() != home; }
  [[nodiscard]] bool isRobots() const noexcept { return !robots_of.empty(); }
  [[nodiscard]] bool isCacheable() const noexcept {
    return asked == nullptr || asked->is_cacheable;
  }
  /// Says where the response of the present hop comes from. Of all hops the dearest counts.
  void addSource(Outcome outcome) noexcept {
    hop_source = outcome;
    if (costOf(outcome) > costOf(source)) source = outcome;
  }
  /// Forgets what belongs to one hop.
  void beginHop() noexcept {
    base.clear();
    found.reset();
    displaced.reset();
    stored.reset();
    stale_if_error = looked_up = alone = validates = refused = lease_asked = waits = waited = false;
    lease = store::LeaseState::kNone;
    wish = store::LeaseWish::kNone;
    ticket = 0;
    lease_wait_end = kNever;
    attempts = 0;
    decoded.reset();
    hop_source = Outcome::kFailed;
    status = {};
    if (asked != nullptr) asked->beginHop();
  }
  /// Makes it as new, keeping the memory of its strings.
  void reset() noexcept {
    asked.reset();
    beginHop();
    robots_of.clear();
    home.clear();
    first_url.clear();
    key.clear();
    issued = 0;
    queued = leads = delivered = fetching = retries = awaits_robots = false;
    hops.clear();
    redirects = requests = 0;
    source = Outcome::kHit;
  }

 private:
  static int costOf(Outcome outcome) noexcept {
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
  }
};

}  // namespace forage::visit
