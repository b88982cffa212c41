#include "store/lease_desk.h"

#include <algorithm>

namespace forage::store {

LeaseDesk::~LeaseDesk() { cache_.forget(*this); }

void LeaseDesk::ask(std::vector<Request>& requests) {
  if (requests.empty()) return;
  std::vector<Key> keys;
  keys.reserve(requests.size());
  for (const Request& one : requests) keys.push_back(*one.key);
  Ended ended;
  {
    std::unique_lock lock(mutex_);
    // Or it would be ours, and then released.
    changed_.wait(lock, [&] { return !isReleasing(keys); });
    asking_.push_back(&ended);
    for (const Key& key : keys) ++leases_[key].asking;
  }
  std::vector<Leases::State> states(keys.size(), Leases::State::kOthers);
  if (!cache_.acquire(keys, states, *this)) states.clear();
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    std::erase(asking_, &ended);
    if (!states.empty()) told = enter(requests, states, ended);
    endAsking(keys);
  }
  changed_.notify_all();
  for (const Waiting& one : told) one.waiter->leaseEnded(one.visit, one.ticket);
}

// Returns those whose wait is over already.
std::vector<LeaseDesk::Waiting> LeaseDesk::enter(std::vector<Request>& requests,
                                                 std::span<const Leases::State> states,
                                                 const Ended& ended) {
  std::vector<Waiting> told;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Request& one = requests[i];
    if (states[i] != Leases::State::kOthers) {
      one.state = LeaseState::kMine;
      one.stored_meanwhile = states[i] == Leases::State::kMine;
      Lease& lease = leases_[*one.key];
      ++lease.visits;
      lease.hold = ++holds_;
      continue;
    }
    one.state = LeaseState::kOthers;
    one.ticket = ++tickets_;
    const bool over = std::ranges::find(ended, *one.key) != ended.end();
    (over ? told : waiting_[*one.key]).push_back({one.visit, one.waiter, one.ticket});
  }
  return told;
}

void LeaseDesk::endAsking(std::span<const Key> keys) {
  for (const Key& key : keys) {
    const auto at = leases_.find(key);
    if (--at->second.asking == 0 && at->second.hold == 0) leases_.erase(at);
  }
}

std::uint64_t LeaseDesk::drop(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto at = leases_.find(key);
  if (at == leases_.end() || at->second.visits == 0 || --at->second.visits > 0) return 0;
  return at->second.hold;
}

// Whether one gets a lease while it is being released is for the cache to say, which would not tell
// the two apart: so neither begins before the other is over.
void LeaseDesk::release(std::span<const Dropped> dropped) noexcept {
  std::vector<Key> keys;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !isAskedFor(dropped); });
    for (const Dropped& one : dropped) {
      if (isHeldAnew(one)) continue;
      leases_.find(one.key)->second.releasing = true;
      keys.push_back(one.key);
    }
  }
  if (keys.empty()) return;
  cache_.release(keys);
  {
    const std::lock_guard lock(mutex_);
    for (const Key& key : keys) leases_.erase(key);
  }
  changed_.notify_all();
}

bool LeaseDesk::isReleasing(std::span<const Key> keys) const {
  return std::ranges::any_of(keys, [this](const Key& key) {
    const auto at = leases_.find(key);
    return at != leases_.end() && at->second.releasing;
  });
}

bool LeaseDesk::isAskedFor(std::span<const Dropped> dropped) const {
  return std::ranges::any_of(dropped, [this](const Dropped& one) {
    return !isHeldAnew(one) && leases_.find(one.key)->second.asking > 0;
  });
}

bool LeaseDesk::isHeldAnew(const Dropped& one) const {
  const auto at = leases_.find(one.key);
  return at == leases_.end() || at->second.hold != one.hold;
}

void LeaseDesk::leaseEnded(const Key& key) noexcept {
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    for (Ended* const ended : asking_) ended->push_back(key);
    const auto waiting = waiting_.find(key);
    if (waiting == waiting_.end()) return;
    told = std::move(waiting->second);
    waiting_.erase(waiting);
  }
  for (const Waiting& one : told) one.waiter->leaseEnded(one.visit, one.ticket);
}

}  // namespace forage::store
