#include "store/lease_desk.h"

#include <algorithm>

namespace forage::store {

LeaseDesk::~LeaseDesk() { cache_.forget(*this); }

void LeaseDesk::ask(std::vector<Request>& requests) {
  if (requests.empty()) return;
  std::vector<Key> keys;
  keys.reserve(requests.size());
  {
    // Who may have to wait is known before the cache is asked: it may tell at once.
    const std::lock_guard lock(mutex_);
    for (Request& one : requests) {
      one.ticket = ++tickets_;
      keys.push_back(*one.key);
      waiting_[*one.key].push_back({one.visit, one.waiter, one.ticket});
    }
  }
  std::vector<Leases::State> states(keys.size(), Leases::State::kOthers);
  const bool answered = cache_.acquire(keys, states, *this);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (answered && states[i] == Leases::State::kOthers) {
      requests[i].state = LeaseState::kOthers;
      continue;
    }
    const auto waiting = waiting_.find(keys[i]);
    if (waiting != waiting_.end()) {
      std::erase_if(waiting->second,
                    [&](const Waiting& one) { return one.ticket == requests[i].ticket; });
      if (waiting->second.empty()) waiting_.erase(waiting);
    }
    requests[i].state = answered ? LeaseState::kMine : LeaseState::kNone;
    if (answered) ++held_[keys[i]];
  }
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
    const auto waiting = waiting_.find(key);
    if (waiting == waiting_.end()) return;
    told = std::move(waiting->second);
    waiting_.erase(waiting);
  }
  for (const Waiting& one : told) one.waiter->leaseEnded(one.visit, one.ticket);
}

}  // namespace forage::store
