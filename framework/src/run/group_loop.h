// The event loop of one group thread. It carries its groups side by side: reads their lists, looks
// URLs up ahead, keeps many fetches in flight and takes the answers of other threads from its
// mailbox. It waits in one place only, the fetch session, and never for a store.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "forage/fetcher.h"
#include "run/group_run.h"
#include "run/run_context.h"
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
  void wait();
  void sessionFailed();
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
  void gate(GroupRun& group, visit::Trip& trip);
  void startFetch(GroupRun& group, visit::Trip& trip);
  void finish(visit::Trip& trip);
  // Look-ups.
  void fillWindow(GroupRun& group);
  void enqueueLookup(visit::Trip& trip);
  void flushLookups();
  // Hosts.
  void startNext(GroupRun& group, GroupRun::HostLine& line);
  using HostEntry = std::pair<const std::string, GroupRun::HostLine>;
  void queueUp(GroupRun& group, HostEntry& entry);
  void remember(GroupRun& group, HostEntry& entry);
  bool serveLine(GroupRun& group, std::string_view host);
  bool serveDeclined(GroupRun& group);
  // Back-pressure.
  bool isBlocked(GroupRun& group);
  void askAgain();
  // group_loop_events.cpp: what wakes the loop, and the stop
  void handleMessages();
  void handle(std::unique_ptr<store::LookupBatch>& batch);
  void handle(visit::FlightAnswered& answered);
  void handle(visit::SlotGranted& granted);
  void handle(visit::LeaseEnded& ended);
  void handle(visit::RoomAgain&);
  void handleFetched(Fetched&& fetched);
  void beginStop();
  void drop(visit::Trip& trip);
  void dropWaiting();
  void cancelFetches();
  [[nodiscard]] TimePoint waitUntil() const;

  RunContext& context_;
  const visit::Services& services_;
  const std::unique_ptr<FetchSession> session_;
  visit::Mailbox mailbox_;
  visit::Pipeline pipeline_;

  std::unordered_map<GroupRun*, std::unique_ptr<GroupRun>> groups_;  // under way
  std::deque<GroupRun*> runnable_;
  bool more_groups_ = true;

  std::vector<std::unique_ptr<visit::Trip>> trips_;  // every trip made
  std::vector<visit::Trip*> free_trips_;
  std::unique_ptr<store::LookupBatch> batch_;
  std::vector<visit::Message> messages_;
  std::vector<Fetched> fetched_;
  bool stopping_ = false;
  bool cancelled_ = false;
  bool session_failed_ = false;
  TimePoint grace_end_ = kNever;
  TimePoint ask_again_at_ = kNever;
};

}  // namespace forage::run
