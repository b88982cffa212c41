#include "run/group_loop.h"

#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "forage/error.h"
#include "model/target.h"
#include "visit/asked.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

namespace {

/// Between looks into the mailbox once the session has failed.
constexpr Millis kPoll{1};
/// Before a list is tried again that could not be opened.
constexpr Millis kAskAgain{10};

}  // namespace

GroupLoop::GroupLoop(RunContext& context)
    : context_(context),
      services_(context.services),
      session_(context.fetcher.open()),
      mailbox_(*session_),
      pipeline_(context.services, mailbox_) {}

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
  flushLookups();
  if (groups_.empty()) return;
  wait();
  for (Fetched& one : fetched_) handleFetched(std::move(one));
  fetched_.clear();
  handleMessages();
  askAgain();
  const bool grace_is_over = session_failed_ || services_.clock.now() >= grace_end_;
  if (stopping_ && !cancelled_ && grace_is_over) cancelFetches();
}

void GroupLoop::wait() {
  if (!session_failed_) {
    try {
      session_->wait(waitUntil(), fetched_);
    } catch (...) {
      sessionFailed();
    }
    return;
  }
  // What wakes the loop is gone: until it has ended it looks into its mailbox now and then.
  std::this_thread::sleep_for(kPoll);
}

/// A session that throws breaks its contract: the run ends, and nothing more is expected of it.
void GroupLoop::sessionFailed() {
  session_failed_ = true;
  context_.fail(std::current_exception());
}

TimePoint GroupLoop::waitUntil() const {
  const bool may_admit = more_groups_ && groups_.size() < kMaxGroups;
  if (!runnable_.empty() || may_admit || mailbox_.hasMail()) return TimePoint::min();
  return std::min(ask_again_at_, stopping_ && !cancelled_ ? grace_end_ : kNever);
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
    if (serveDeclined(group)) continue;
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

/// Lists that could not be read on for want of a descriptor are tried once more.
void GroupLoop::askAgain() {
  if (services_.clock.now() < ask_again_at_) return;
  ask_again_at_ = kNever;
  for (auto& [group, owner] : groups_) {
    if (group->starved) makeRunnable(*group);
  }
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
  UrlSource::State state = UrlSource::State::kEnd;
  try {
    state = group.source.next(text);
    if (state != UrlSource::State::kEnd || group.requests == nullptr) return state;
    asked = std::make_unique<visit::Asked>();
    switch (group.requests->next(asked->spec)) {
      case RequestSource::State::kWait:
        return UrlSource::State::kWait;
      case RequestSource::State::kEnd:
        return UrlSource::State::kEnd;
      case RequestSource::State::kRequest:
        break;
    }
    visit::readWants(*asked);
    text = asked->spec.url;
    return UrlSource::State::kUrl;
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
  if (free_trips_.empty()) {
    trips_.push_back(std::make_unique<Trip>());
    free_trips_.push_back(trips_.back().get());
  }
  Trip* trip = free_trips_.back();
  free_trips_.pop_back();
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
      ++group.parked;
      services_.metrics.parked.fetch_add(1, std::memory_order_relaxed);
      return;
    case Next::kLookUp:
    case Next::kReady:
    case Next::kFetch:
      if (stopping_) {
        drop(trip);
      } else if (next == Next::kLookUp) {
        enqueueLookup(trip);
      } else if (next == Next::kFetch) {
        gate(group, trip);
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
  trip.reset();
  free_trips_.push_back(&trip);
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

void GroupLoop::enqueueLookup(Trip& trip) {
  if (batch_ == nullptr) {
    batch_ = std::make_unique<store::LookupBatch>();
    batch_->keys.reserve(store::LookAhead::kMaxKeys);
    batch_->owners.reserve(store::LookAhead::kMaxKeys);
    batch_->wishes.reserve(store::LookAhead::kMaxKeys);
  }
  ++groupOf(trip).looking;
  batch_->keys.push_back(std::move(trip.key));
  batch_->owners.push_back(&trip);
  batch_->wishes.push_back(trip.wish);
  if (batch_->keys.size() == store::LookAhead::kMaxKeys) flushLookups();
}

void GroupLoop::flushLookups() {
  if (batch_ == nullptr) return;
  batch_->home = &mailbox_;
  batch_->issued = services_.flights.now();
  context_.look_ahead->submit(std::move(batch_));
}

// --- 5 gate, 6 fetch --------------------------------------------------------------------------

void GroupLoop::gate(GroupRun& group, Trip& trip) {
  const std::string_view host = trip.url.authority();
  auto line = group.lines.empty() ? group.lines.end() : group.lines.find(host);
  if (line == group.lines.end()) {
    const bool has_place = group.hasPlace();
    if (has_place && services_.hosts.acquire(host, mailbox_, &group)) {
      startFetch(group, trip);
      return;
    }
    line = group.lines.try_emplace(std::string(host)).first;
    line->second.places = has_place ? 1 : 0;
  }
  line->second.trips.push_back(&trip);
  ++group.parked;
  services_.metrics.parked.fetch_add(1, std::memory_order_relaxed);
  queueUp(group, *line);
  remember(group, *line);
}

/// What waits without a place in line is served when the group can use one.
void GroupLoop::remember(GroupRun& group, HostEntry& entry) {
  auto& [host, line] = entry;
  if (line.trips.empty() || line.places > 0 || line.declined) return;
  line.declined = true;
  group.declined.push_back(host);
}

void GroupLoop::startFetch(GroupRun& group, Trip& trip) {
  ++group.in_flight;
  trip.fetching = true;
  pipeline_.fetching(trip);
  try {
    session_->start(idOf(trip), trip.request, context_.job.fetch.limits);
  } catch (...) {
    sessionFailed();  // the fetch is cancelled with all others
  }
}

/// Takes a trip out of its line and fetches it: the slot is there.
void GroupLoop::startNext(GroupRun& group, GroupRun::HostLine& line) {
  Trip& trip = *line.trips.front();
  line.trips.pop_front();
  --group.parked;
  services_.metrics.parked.fetch_sub(1, std::memory_order_relaxed);
  startFetch(group, trip);
}

/// Has the group wait for as many slots as it could use: a place in the budget's line for each trip
/// that waits, within what may be in flight.
void GroupLoop::queueUp(GroupRun& group, HostEntry& entry) {
  auto& [host, line] = entry;
  while (line.places < line.trips.size() && group.in_flight + line.places < group.parallel_max) {
    if (services_.hosts.acquire(host, mailbox_, &group)) {
      startNext(group, line);
    } else {
      ++line.places;
    }
  }
}

bool GroupLoop::serveLine(GroupRun& group, std::string_view host) {
  const auto line = group.lines.find(host);
  if (line == group.lines.end()) return false;
  queueUp(group, *line);
  remember(group, *line);
  if (line->second.trips.empty() && !line->second.declined) group.lines.erase(line);
  return true;
}

bool GroupLoop::serveDeclined(GroupRun& group) {
  if (group.declined.empty()) return false;
  const std::string host = std::move(group.declined.front());
  group.declined.pop_front();
  const auto line = group.lines.find(host);
  if (line == group.lines.end()) return false;
  line->second.declined = false;
  return serveLine(group, host);
}

}  // namespace forage::run
