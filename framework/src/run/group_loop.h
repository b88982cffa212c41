// The event loop of one group thread. It carries its groups side by side: reads their lists, looks
// URLs up ahead, keeps many fetches in flight and takes the answers of other threads from its
// mailbox. It waits in one place only, the fetch session, and never for a store.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forage/fetcher.h"
#include "run/gate.h"
#include "run/group_run.h"
#include "run/guarded_session.h"
#include "run/lease_timers.h"
#include "run/lookups.h"
#include "run/retry_timers.h"
#include "run/run_context.h"
#include "run/trip_pool.h"
#include "visit/mailbox.h"
#include "visit/pipeline.h"
#include "visit/trip.h"

namespace forage::run {

class GroupLoop {
 public:
  /// Opens a session of its own. `context` outlives the loop.
  explicit GroupLoop(RunContext& context);
  ~GroupLoop();
  GroupLoop(const GroupLoop&) = delete;
  GroupLoop& operator=(const GroupLoop&) = delete;

  /// Runs group `first`, then side by side with it whatever no thread has taken yet; returns when
  /// all of them have ended.
  void run(std::size_t first);

 private:
  /// Groups side by side on one thread; further ones wait until one ends.
  static constexpr std::size_t kMaxGroups = 1000;
  static constexpr std::size_t kManyGroups = 8;
  /// URLs of one group taken in one turn, before others and the network get theirs.
  static constexpr std::size_t kTurn = 128;

  static GroupRun& groupOf(const visit::Trip& trip) noexcept {
    return static_cast<GroupRun&>(*trip.group);
  }
  static FetchId idOf(visit::Trip& trip) noexcept { return reinterpret_cast<FetchId>(&trip); }

  // group_loop.cpp: turns, groups, and the way of a trip
  void turn();
  [[nodiscard]] TimePoint waitUntil() const;
  // Groups.
  void admit(std::size_t index);
  void admitNext();
  void makeRunnable(GroupRun& group);
  void pumpRunnable();
  void pump(GroupRun& group);
  void endIfDone(GroupRun& group);
  // The way of a trip.
  visit::Trip* nextTrip(GroupRun& group);
  UrlSource::State nextOf(GroupRun& group, std::string_view& text,
                          std::unique_ptr<visit::Asked>& asked);
  visit::Trip* takeUrl(GroupRun& group);
  bool useNext(GroupRun& group);
  void proceed(visit::Trip& trip, visit::Next next);
  void enterGate(GroupRun& group, visit::Trip& trip);
  void fetch(visit::Trip& trip);
  void fetchNext();
  void finish(visit::Trip& trip);
  // Look-ups.
  void fillWindow(GroupRun& group);
  void lookUp(visit::Trip& trip);
  // Back-pressure.
  bool isBlocked(GroupRun& group);
  // group_loop_robots.cpp
  [[nodiscard]] bool passGate(GroupRun& group, visit::Trip& trip);
  void askRobots(GroupRun& group, const visit::Trip& for_whom);
  void handle(visit::RobotsKnown& known);
  // group_loop_timers.cpp
  void askAgain();
  void retryDue();
  void endLeaseWaits();
  // group_loop_events.cpp: what wakes the loop
  void handleMessages();
  void handle(std::unique_ptr<store::LookupBatch>& batch);
  void handle(visit::FlightAnswered& answered);
  void handle(visit::SlotGranted& granted);
  void handle(visit::LeaseEnded& ended);
  void handle(visit::RoomAgain&);
  void handleFetched(Fetched&& fetched);
  // group_loop_stop.cpp
  void beginStop();
  void drop(visit::Trip& trip);
  void dropWaiting();
  void cancelFetches();

  RunContext& context_;
  const visit::Services& services_;
  GuardedSession session_;
  visit::Mailbox mailbox_;
  visit::Pipeline pipeline_;
  Lookups lookups_;
  Gate gate_;
  RetryTimers retries_;
  LeaseTimers lease_waits_;

  std::unordered_map<GroupRun*, std::unique_ptr<GroupRun>> groups_;  // under way
  std::deque<GroupRun*> runnable_;
  bool more_groups_ = true;

  TripPool trips_;
  std::vector<visit::Message> messages_;
  std::vector<Fetched> fetched_;
  bool stopping_ = false;
  bool cancelled_ = false;
  TimePoint grace_end_ = kNever;
  TimePoint ask_again_at_ = kNever;
};

}  // namespace forage::run
