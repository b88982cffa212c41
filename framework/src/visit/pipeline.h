// The way of one URL, step by step (docs/architecture.md numbers them): key, look up, judge, join,
// gate, fetch, settle, deliver. This is the only place that orders the steps. Each function takes a
// trip as far as it can go without waiting and says what it needs next; the group loop does that
// and comes back. Used by one group thread; what it shares with others is passed in.
#pragma once

#include <random>

#include "forage/clock.h"
#include "forage/fetcher.h"
#include "forage/job.h"
#include "forage/metrics.h"
#include "http/stored_fields.h"
#include "store/guarded_cache.h"
#include "store/write_behind.h"
#include "visit/cache_rules.h"
#include "visit/changed_urls.h"
#include "visit/delivery.h"
#include "visit/host_budget.h"
#include "visit/known_parts.h"
#include "visit/retry_policy.h"
#include "visit/robots_gate.h"
#include "visit/single_flight.h"
#include "visit/trip.h"
#include "visit/witness.h"

namespace forage::visit {

/// What all pipelines of a run share. Everything outlives the pipelines.
struct Services {
  const Job& job;
  const Clock& clock;
  Metrics& metrics;
  store::GuardedCache& cache;
  store::WriteBehind* writes;  ///< null where the cache does no I/O
  SingleFlight& flights;
  KnownParts& known_parts;
  ChangedUrls& changed_urls;
  HostBudget& hosts;
  Delivery& delivery;
  const Headers& request_headers;
  const CacheRules& rules;
  store::LeaseDesk* leases;    ///< null where the cache has none
  RobotsGate* robots;          ///< null where robots.txt is not obeyed
  Witness* witness = nullptr;  ///< of runs there is none
};

/// What a trip needs next.
enum class Next {
  kLookUp,  ///< a look-up of trip.key by the look-up threads, then use()
  kReady,   ///< its turn, then use(): there is nothing to look up
  kParked,  ///< nothing: another trip fetches its key; answered() will follow
  kRetry,   ///< to wait until trip.retry_at, then as kFetch
  kFetch,   ///< a place in its group and a slot of its host, then fetching(), the fetch, settle()
  kDone,    ///< nothing: it has been delivered
  /// As kParked, until robotsKnown; and a trip for the robots.txt of its site, from begin() on.
  kAskRobots,
};

class Pipeline {
 public:
  /// The homes are told about parked trips.
  Pipeline(const Services& services, FlightHome& home, RobotsHome& robots_home);

  // pipeline.cpp: steps 1 to 4
  /// Step 1, with trip.url (and trip.asked) set; looks up in place where the cache can do that.
  [[nodiscard]] Next begin(Trip& trip);
  /// Delivers a text that is no URL.
  void reject(Trip& trip, std::string_view text, std::string why);
  /// Steps 3 and 4, once trip.found says what the look-up found.
  [[nodiscard]] Next use(Trip& trip);
  /// A parked trip has been answered, or leads now.
  [[nodiscard]] Next answered(Trip& trip, const FlightAnswer& answer);

  // pipeline_lease.cpp
  /// The lease of another process that a parked trip waits for has ended.
  [[nodiscard]] Next leaseEnded(Trip& trip);
  /// It has not ended by trip.lease_wait_end.
  [[nodiscard]] Next waitedEnough(Trip& trip);
  /// The trip has come to its end, whatever it was: what it holds of others is let go.
  void ended(Trip& trip);

  // pipeline_gate.cpp
  /// Step 5: kFetch where the trip may get in line for its host; else kDone, kParked or kAskRobots.
  [[nodiscard]] Next passGate(Trip& trip);
  /// What the trip asks for, where passGate() says kAskRobots.
  [[nodiscard]] std::string robotsSiteOf(const Trip& trip) const;
  /// Where its fetch may go, and what a response may be like.
  [[nodiscard]] FetchLimits limitsOf(const Trip& trip) const;

  // pipeline_fetch.cpp
  /// Step 6: its fetch starts now.
  void fetching(Trip& trip);

  // pipeline_settle.cpp
  /// Step 7.
  [[nodiscard]] Next settle(Trip& trip, Fetched&& fetched);

  // pipeline_deliver.cpp: step 8
  /// A stop: gives up what the trip leads. Delivers it only if `taken_up`, as cancelled.
  void cancel(Trip& trip, bool taken_up);

 private:
  using Forward = CacheStatus::Forward;
  using Then = SingleFlight::Then;

  Next beginHop(Trip& trip);
  Next lookUp(Trip& trip);
  Next lookForVariant(Trip& trip);
  void chooseVariant(Trip& trip) const;
  Next useStored(Trip& trip, WallTime now);
  Next useStale(Trip& trip);
  static void askForAll(Trip& trip);
  [[nodiscard]] static bool isForItself(const Trip& trip) noexcept;
  Next goOn(Trip& trip);
  Next join(Trip& trip);
  Next answerHit(Trip& trip, Outcome source);

  [[nodiscard]] store::LeaseWish wishOf(const Trip& trip) const noexcept;
  Next mayFetch(Trip& trip);
  Next awaitLease(Trip& trip);
  void letHopsGo(Trip& trip);
  void countWait(Trip& trip) const;
  Next leaveToOthers(Trip& trip);
  Next lookAgain(Trip& trip, store::LeaseWish wish);
  void dropLease(const Key& key);

  [[nodiscard]] static bool mayOffer(const Trip& trip) noexcept;
  void addConditions(Trip& trip) const;
  [[nodiscard]] static bool takeOffered(Trip& trip, const Response& response);
  Next fetchWhole(Trip& trip);

  // pipeline_retry.cpp
  bool isSentAgain(Trip& trip, const Response* response, ErrorKind failure);

  Next settleError(Trip& trip, Failure failure);
  Next answerStale(Trip& trip);
  Next settleResponse(Trip& trip, Response&& response);
  Next settleNotModified(Trip& trip, Response&& response);
  Next finishFetched(Trip& trip, const EntryPtr& entry, bool storable);
  EntryPtr makeEntry(const Trip& trip, Response&& response, const EntryPtr& body_of,
                     const http::HeadMarks& marks) const;
  Failure decode(Trip& trip, const Response& response) const;
  void completeFields(const Trip& trip, Headers& fields, const http::HeadMarks& marks,
                      WallTime received) const;
  [[nodiscard]] bool replacesStored(const Trip& trip, const Entry& entry) const;
  Next follow(Trip& trip, const EntryPtr& entry);
  Next fail(Trip& trip, Failure failure);

  Next answerFrom(Trip& trip, const EntryPtr& entry, Outcome source);
  Next refuse(Trip& trip);
  Next deliver(Trip& trip, const EntryPtr& entry, Failure failure, bool stored);
  [[nodiscard]] bool keepsPublic(const Trip& trip) const noexcept;
  Next tellRobots(Trip& trip, const EntryPtr& entry, Failure failure);
  void describe(const Trip& trip, const EntryPtr& entry, Visit& visit) const;
  [[nodiscard]] static bool leadsOn(const Trip& trip, const Entry& entry) noexcept;

  // pipeline_beside.cpp: parts of pages, and heads
  [[nodiscard]] bool mayStandBeside(const Trip& trip) const noexcept;
  Next lookBeside(Trip& trip);
  Next useBeside(Trip& trip);
  bool complete(Trip& trip, Response& response) const;
  Next finishPart(Trip& trip, const EntryPtr& part);
  bool keepHead(const Trip& trip, const EntryPtr& head);
  bool keepPart(Trip& trip, const EntryPtr& part);
  bool keepCombined(Trip& trip, const EntryPtr& entry);

  // pipeline_store.cpp: what the cache holds
  [[nodiscard]] bool isOutdated(const Trip& trip) const noexcept;
  [[nodiscard]] bool isErased(const Trip& trip, const Key& url_key) const;
  void publish(const Trip& trip, const EntryPtr& entry, bool led, bool storable);
  bool keep(const Trip& trip, const EntryPtr& entry);
  bool store(const Trip& trip, const EntryPtr& entry);
  void keepHops(Trip& trip, bool final_is_kept);
  bool put(const Key& key, const EntryPtr& entry, std::uint64_t begun);
  void erase(const Key& key);
  void eraseAll(const Key& key);
  void invalidate(const Trip& trip, const Response& response);
  void updateByHead(const Trip& trip, const Response& response);

  const Services& services_;
  FlightHome& home_;
  RobotsHome& robots_home_;
  const RetryOptions retry_options_;
  std::minstd_rand random_;
  Keep keep_;  // being stored in place; its memory is used again
};

}  // namespace forage::visit
