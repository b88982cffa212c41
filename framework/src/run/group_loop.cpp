#include "run/group_loop.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "forage/error.h"
#include "model/target.h"
#include "visit/asked.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

namespace {

/// Before a list is tried again that could not be opened.
constexpr Millis kAskAgain{10};

}  // namespace

GroupLoop::GroupLoop(RunContext& context)
    : context_(context),
      services_(context.services),
      session_(context.fetcher.open(), context.fail),
      mailbox_(session_.session()),
      pipeline_(context.services, mailbox_, mailbox_),
      lookups_(context.look_ahead, services_.flights, mailbox_),
      gate_(services_.hosts, services_.metrics, mailbox_) {}

GroupLoop::~GroupLoop() = default;

void GroupLoop::run(std::size_t first) {
  mailbox_.attach();
  const std::stop_callback wake(context_.stop.get_token(), [this] { mailbox_.wake(); });
  admit(first);
  while (!groups_.empty() || more_groups_) {
    try {
      turn();
    } catch (...) {
      // The loop goes on to its end: other threads may wait for what its trips lead.
      context_.fail(std::current_exception());
    }
  }
}

void GroupLoop::turn() {
  if (!stopping_ && context_.stop.stop_requested()) beginStop();
  admitNext();
  pumpRunnable();
  lookups_.send();
  if (groups_.empty()) return;
  session_.wait(waitUntil(), fetched_);
  for (Fetched& one : fetched_) handleFetched(std::move(one));
  fetched_.clear();
  handleMessages();
  askAgain();
  retryDue();
  endLeaseWaits();
  const bool grace_is_over = session_.hasFailed() || services_.clock.now() >= grace_end_;
  if (stopping_ && !cancelled_ && grace_is_over) cancelFetches();
}

TimePoint GroupLoop::waitUntil() const {
  const bool may_admit = more_groups_ && groups_.size() < kMaxGroups;
  if (!runnable_.empty() || may_admit || mailbox_.hasMail()) return TimePoint::min();
  return std::min({ask_again_at_, retries_.next(), lease_waits_.next(),
                   stopping_ && !cancelled_ ? grace_end_ : kNever});
}

// --- groups -----------------------------------------------------------------------------------

void GroupLoop::admit(std::size_t index) {
  const GroupSpec& spec = context_.job.groups[index];
  auto group = std::make_unique<GroupRun>(spec, index, context_.group_metrics[index],
                                          context_.job.fetch.parallel_max, context_.standard_input);
  // One group fills the batches alone; many fill them together, and each keeps less waiting.
  if (groups_.size() >= kManyGroups) group->window = GroupRun::kMinWindow;
  if (spec.urls_file && *spec.urls_file == "-") context_.standard_input->listen(mailbox_);
  if (spec.requests != nullptr) spec.requests->listen(&mailbox_);
  makeRunnable(*group);
  groups_.emplace(group.get(), std::move(group));
}

void GroupLoop::admitNext() {
  if (stopping_) more_groups_ = false;
  if (!more_groups_ || groups_.size() >= kMaxGroups) return;
  const std::size_t index = context_.next_group.fetch_add(1);
  if (index < context_.job.groups.size()) {
    admit(index);
  } else {
    more_groups_ = false;
  }
}

void GroupLoop::makeRunnable(GroupRun& group) {
  if (group.runnable) return;
  group.runnable = true;
  runnable_.push_back(&group);
}

void GroupLoop::pumpRunnable() {
  for (std::size_t left = runnable_.size(); left > 0; --left) {
    GroupRun& group = *runnable_.front();
    runnable_.pop_front();
    group.runnable = false;
    pump(group);
  }
}

void GroupLoop::pump(GroupRun& group) {
  std::size_t taken = 0;
  while (!stopping_ && group.hasPlace() && !isBlocked(group)) {
    if (gate_.serveDeclined(group)) {
      fetchNext();
      continue;
    }
    if (taken++ == kTurn) {
      makeRunnable(group);
      break;
    }
    if (!useNext(group)) break;
  }
  if (!stopping_ && context_.look_ahead != nullptr && !group.blocked) fillWindow(group);
  endIfDone(group);
}

void GroupLoop::endIfDone(GroupRun& group) {
  if (!group.isDone() || group.runnable) return;
  services_.metrics.groups_done.fetch_add(1, std::memory_order_relaxed);
  groups_.erase(&group);
}

bool GroupLoop::isBlocked(GroupRun& group) {
  group.blocked = (services_.writes != nullptr && services_.writes->full() &&
                   services_.writes->listenIfFull(mailbox_)) ||
                  (context_.sinks.full() && context_.sinks.listenIfFull(mailbox_));
  return group.blocked;
}

// --- the way of a trip ------------------------------------------------------------------------

UrlSource::State GroupLoop::nextOf(GroupRun& group, std::string_view& text,
                                   std::unique_ptr<visit::Asked>& asked) {
  try {
    return group.next(text, asked);
  } catch (const Error&) {
    context_.fail(std::current_exception());
  }
  return UrlSource::State::kEnd;
}

Trip* GroupLoop::takeUrl(GroupRun& group) {
  if (group.exhausted) return nullptr;
  std::string_view text;
  std::unique_ptr<visit::Asked> asked;
  const UrlSource::State state = nextOf(group, text, asked);
  group.waiting = state == UrlSource::State::kWait;
  group.starved = state == UrlSource::State::kAgain;
  if (group.starved) ask_again_at_ = std::min(ask_again_at_, services_.clock.now() + kAskAgain);
  group.exhausted = state == UrlSource::State::kEnd;
  if (state != UrlSource::State::kUrl) return nullptr;
  Trip* trip = &trips_.take();
  trip->group = &group;
  trip->position = group.next_position++;
  trip->asked = std::move(asked);
  ++group.trips;
  std::string why;
  if (readTarget(text, trip->url, &why)) return trip;
  pipeline_.reject(*trip, text, std::move(why));
  finish(*trip);
  makeRunnable(group);
  return nullptr;
}

Trip* GroupLoop::nextTrip(GroupRun& group) {
  if (!group.ready.empty()) {
    Trip* trip = group.ready.front();
    group.ready.pop_front();
    return trip;
  }
  if (group.parked >= GroupRun::kMaxParked) return nullptr;
  if (group.queue.empty() || !group.queue.front()->looked_up) {
    // It could go on and has nothing to go on with: look further ahead.
    const std::size_t most =
        groups_.size() > kManyGroups ? GroupRun::kMinWindow : GroupRun::kMaxWindow;
    group.window = std::max(group.window, std::min(group.window * 2, most));
    return nullptr;
  }
  Trip* trip = group.queue.front();
  group.queue.pop_front();
  trip->queued = false;
  return trip;
}

bool GroupLoop::useNext(GroupRun& group) {
  if (context_.look_ahead != nullptr) {
    Trip* trip = nextTrip(group);
    if (trip == nullptr) return false;
    proceed(*trip, pipeline_.use(*trip));
    return true;
  }
  if (group.parked >= GroupRun::kMaxParked) return false;
  Trip* trip = takeUrl(group);
  if (trip == nullptr) return false;
  proceed(*trip, pipeline_.begin(*trip));
  return true;
}

void GroupLoop::proceed(Trip& trip, Next next) {
  GroupRun& group = groupOf(trip);
  switch (next) {
    case Next::kDone:
      finish(trip);
      return;
    case Next::kParked:
      if (stopping_ && trip.waits) return drop(trip);
      group.park(services_.metrics);
      if (trip.waits) lease_waits_.add(trip);
      return;
    case Next::kAskRobots:  // passGate() has it
    case Next::kRetry:
    case Next::kLookUp:
    case Next::kReady:
    case Next::kFetch:
      if (stopping_) {
        drop(trip);
      } else if (next == Next::kRetry) {
        trip.retries = true;
        group.park(services_.metrics);
        retries_.add(trip);
      } else if (next == Next::kLookUp) {
        lookUp(trip);
      } else if (next == Next::kFetch) {
        enterGate(group, trip);
      } else {
        if (!trip.queued) group.ready.push_back(&trip);
        makeRunnable(group);
      }
      return;
  }
}

void GroupLoop::finish(Trip& trip) {
  pipeline_.ended(trip);
  --groupOf(trip).trips;
  trips_.give(trip);
}

// --- 2 look up --------------------------------------------------------------------------------

void GroupLoop::fillWindow(GroupRun& group) {
  // Not before half of it has been used: otherwise each URL that ends would send one key.
  if (group.queue.size() > group.window / 2) return;
  while (group.queue.size() < group.window && group.parked < GroupRun::kMaxParked) {
    Trip* trip = takeUrl(group);
    if (trip == nullptr) return;
    trip->queued = true;
    group.queue.push_back(trip);
    proceed(*trip, pipeline_.begin(*trip));
  }
}

void GroupLoop::lookUp(Trip& trip) {
  ++groupOf(trip).looking;
  lookups_.add(trip);
}

// --- 5 gate, 6 fetch --------------------------------------------------------------------------

void GroupLoop::enterGate(GroupRun& group, Trip& trip) {
  if (!passGate(group, trip)) return;
  if (gate_.enter(group, trip)) {
    fetch(trip);
  } else {
    fetchNext();
  }
}

void GroupLoop::fetch(Trip& trip) {
  pipeline_.fetching(trip);
  session_.start(idOf(trip), trip.request, pipeline_.limitsOf(trip));
}

/// Fetches what has come out of the lines.
void GroupLoop::fetchNext() {
  while (Trip* trip = gate_.next()) fetch(*trip);
}

}  // namespace forage::run
