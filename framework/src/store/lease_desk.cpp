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
    const std::lock_guard lock(mutex_);
    asking_.push_back(&ended);
  }
  std::vector<Leases::State> states(keys.size(), Leases::State::kOthers);
  if (!cache_.acquire(keys, states, *this)) states.clear();
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    std::erase(asking_, &ended);
    if (!states.empty()) told = enter(requests, states, ended);
  }
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
      ++held_[*one.key];
      continue;
    }
    one.state = LeaseState::kOthers;
    one.ticket = ++tickets_;
    const bool over = std::ranges::find(ended, *one.key) != ended.end();
    (over ? told : waiting_[*one.key]).push_back({one.visit, one.waiter, one.ticket});
  }
  return told;
}

bool LeaseDesk::drop(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(key);
  if (held == held_.end() || --held->second > 0) return false;
  held_.erase(held);
  return true;
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
