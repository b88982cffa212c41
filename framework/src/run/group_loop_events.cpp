// What comes to a group loop from outside: answers of other threads, ended fetches, and the stop.
#include <algorithm>
#include <exception>
#include <utility>

#include "run/group_loop.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

// --- what wakes the loop ----------------------------------------------------------------------

void GroupLoop::handleMessages() {
  mailbox_.drain(messages_);
  for (visit::Message& message : messages_) {
    std::visit([this](auto& one) { handle(one); }, message);
  }
  messages_.clear();
}

void GroupLoop::handle(std::unique_ptr<store::LookupBatch>& batch) {
  for (std::size_t i = 0; i < batch->owners.size(); ++i) {
    Trip& trip = *static_cast<Trip*>(batch->owners[i]);
    GroupRun& group = groupOf(trip);
    trip.key = std::move(batch->keys[i]);
    trip.found = std::move(batch->found[i]);
    trip.issued = batch->issued;
    if (!batch->leases.empty() && batch->leases[i] != store::LeaseState::kNone) {
      trip.lease = batch->leases[i];
      const bool waits = trip.lease == store::LeaseState::kOthers;
      // What it would wait for may have ended before the answer to its look-up came.
      trip.ticket = waits && batch->tickets[i] != trip.ended_ticket ? batch->tickets[i] : 0;
    }
    trip.looked_up = true;
    --group.looking;
    if (stopping_) {
      drop(trip);
    } else if (!trip.queued) {
      group.ready.push_back(&trip);
    }
    makeRunnable(group);
  }
}

void GroupLoop::handle(visit::FlightAnswered& answered) {
  Trip& trip = *static_cast<Trip*>(answered.visit);
  GroupRun& group = groupOf(trip);
  --group.parked;
  services_.metrics.parked.fetch_sub(1, std::memory_order_relaxed);
  proceed(trip, pipeline_.answered(trip, answered.answer));
  makeRunnable(group);
}

void GroupLoop::handle(visit::LeaseEnded& ended) {
  Trip& trip = *static_cast<Trip*>(ended.visit);
  trip.ended_ticket = std::max(trip.ended_ticket, ended.ticket);
  if (trip.ticket != ended.ticket) return;  // it has gone on by other means, or is looked up yet
  trip.ticket = 0;
  if (!trip.waits) return;
  GroupRun& group = groupOf(trip);
  --group.parked;
  services_.metrics.parked.fetch_sub(1, std::memory_order_relaxed);
  proceed(trip, pipeline_.leaseEnded(trip));
  makeRunnable(group);
}

void GroupLoop::handle(visit::SlotGranted& granted) {
  if (stopping_) {  // the group may be gone
    services_.hosts.release(granted.host);
    return;
  }
  GroupRun& group = *static_cast<GroupRun*>(granted.who);
  const auto line = group.lines.find(granted.host);
  --line->second.places;
  if (!group.hasPlace() || isBlocked(group)) {
    services_.hosts.release(granted.host);
    remember(group, *line);
    return;
  }
  startNext(group, line->second);
  (void)serveLine(group, granted.host);
  makeRunnable(group);
}

void GroupLoop::handle(visit::RoomAgain&) {
  for (auto& [group, owner] : groups_) {
    if (group->blocked || group->waiting) makeRunnable(*group);
  }
}

void GroupLoop::handleFetched(Fetched&& fetched) {
  Trip& trip = *reinterpret_cast<Trip*>(fetched.id);
  GroupRun& group = groupOf(trip);
  --group.in_flight;
  trip.fetching = false;
  // In line before the slot is given back: it may come straight back to this thread.
  if (!group.lines.empty() && !group.blocked && !stopping_) {
    (void)serveLine(group, trip.url.authority());
  }
  services_.hosts.release(trip.url.authority());
  makeRunnable(group);
  Next next = Next::kDone;
  try {
    next = pipeline_.settle(trip, std::move(fetched));
  } catch (...) {  // out of memory: the run ends, and nobody waits for this trip
    context_.fail(std::current_exception());
    drop(trip);
    return;
  }
  proceed(trip, next);
}

// --- stop -------------------------------------------------------------------------------------

void GroupLoop::drop(Trip& trip) {
  pipeline_.cancel(trip, trip.requests > 0 || trip.asked != nullptr);
  finish(trip);
}

/// Trips that wait for other processes are waited for no longer.
void GroupLoop::dropWaiting() {
  for (const std::unique_ptr<Trip>& trip : trips_) {
    if (!trip->waits) continue;
    GroupRun& group = groupOf(*trip);
    --group.parked;
    services_.metrics.parked.fetch_sub(1, std::memory_order_relaxed);
    drop(*trip);
    makeRunnable(group);
  }
}

void GroupLoop::beginStop() {
  stopping_ = true;
  more_groups_ = false;
  grace_end_ = services_.clock.now() + context_.job.run.grace_period;
  for (auto& [group, owner] : groups_) {
    group->exhausted = true;
    for (Trip* trip : group->ready) drop(*trip);
    group->ready.clear();
    for (Trip* trip : group->queue) {
      trip->queued = false;
      if (trip->looked_up) drop(*trip);  // the others when their look-up returns
    }
    group->queue.clear();
    for (auto& [host, line] : group->lines) {
      group->parked -= line.trips.size();
      services_.metrics.parked.fetch_sub(static_cast<std::int64_t>(line.trips.size()),
                                         std::memory_order_relaxed);
      for (Trip* trip : line.trips) drop(*trip);
    }
    group->lines.clear();
    makeRunnable(*group);
  }
  dropWaiting();
}

void GroupLoop::cancelFetches() {
  cancelled_ = true;
  for (const std::unique_ptr<Trip>& trip : trips_) {
    if (!trip->fetching) continue;
    GroupRun& group = groupOf(*trip);
    try {
      session_->cancel(idOf(*trip));
    } catch (...) {
      sessionFailed();
    }
    trip->fetching = false;
    --group.in_flight;
    services_.metrics.in_flight.fetch_sub(1, std::memory_order_relaxed);
    services_.hosts.release(trip->url.authority());
    pipeline_.cancel(*trip, true);
    finish(*trip);
    makeRunnable(group);
  }
}

}  // namespace forage::run
