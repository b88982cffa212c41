// What comes to a group loop from outside: answers of other threads, and ended fetches.
#include <algorithm>
#include <exception>
#include <utility>

#include "http/retry_after.h"
#include "run/group_loop.h"

namespace forage::run {

using visit::Next;
using visit::Trip;

namespace {

/// What its host is to be told of a fetch.
visit::FetchEnd endOf(const Fetched& fetched, TimePoint started, const Clock& clock) {
  using Kind = visit::FetchEnd::Kind;
  const Response* const response = std::get_if<Response>(&fetched.result);
  if (response == nullptr) return {Kind::kFailed, started};
  if (response->status != 429 && response->status != 503) {
    return {response->status < 400 ? Kind::kAnswered : Kind::kFailed, started};
  }
  return {Kind::kRefused, started, http::readRetryAfter(response->headers, clock.wallNow())};
}

}  // namespace

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
  group.unpark(services_.metrics);
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
  group.unpark(services_.metrics);
  proceed(trip, pipeline_.leaseEnded(trip));
  makeRunnable(group);
}

void GroupLoop::handle(visit::SlotGranted& granted) {
  if (stopping_) {  // the group may be gone
    services_.hosts.release(granted.host, {visit::FetchEnd::Kind::kUnused});
    return;
  }
  GroupRun& group = *static_cast<GroupRun*>(granted.who);
  const bool wants = group.hasPlace() && !isBlocked(group);
  gate_.granted(group, granted.host, wants);
  fetchNext();
  if (wants) makeRunnable(group);
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
    (void)gate_.serve(group, trip.url.authority());
    fetchNext();
  }
  services_.hosts.release(trip.url.authority(), endOf(fetched, trip.last_attempt, services_.clock));
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

}  // namespace forage::run
