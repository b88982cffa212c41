#include "lease_waiters.h"

#include <algorithm>

namespace forage::redis {

bool LeaseWaiters::expect(const Key& key, LeaseHome& home) {
  const std::lock_guard lock(mutex_);
  auto at = find(key, home);
  if (at == waiters_.end()) {
    if (waiters_.size() >= max_) return false;
    at = waiters_.emplace(key, Waiter{&home});
  }
  at->second.asked = true;
  at->second.ended = false;
  return true;
}

bool LeaseWaiters::await(const Key& key, LeaseHome& home, TimePoint until) {
  const std::lock_guard lock(mutex_);
  const auto at = find(key, home);
  if (at == waiters_.end()) return false;  // forgotten meanwhile
  Waiter& waiter = at->second;
  if (waiter.ended) until = TimePoint::min();
  stopWaiting(waiter);
  waiter.asked = false;
  waiter.waits = true;
  waiter.timer = timers_.emplace(until, &*at);
  return until < next_;
}

void LeaseWaiters::drop(const Key& key, LeaseHome& home) {
  const std::lock_guard lock(mutex_);
  const auto at = find(key, home);
  if (at != waiters_.end()) erase(at);
}

void LeaseWaiters::forget(LeaseHome& home) noexcept {
  std::unique_lock lock(mutex_);
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    at = at->second.home == &home ? erase(at) : std::next(at);
  }
  std::erase_if(to_tell_, [&](const auto& one) { return one.first == &home; });
  // What a home does when it is told may be to end itself.
  if (teller_ == std::this_thread::get_id()) return;
  told_.wait(lock, [&] { return telling_ != &home; });
}

void LeaseWaiters::end(const Key& key) {
  const std::lock_guard lock(mutex_);
  auto [at, last] = waiters_.equal_range(key);
  while (at != last) at = end(at);
}

void LeaseWaiters::endAll() {
  const std::lock_guard lock(mutex_);
  for (auto at = waiters_.begin(); at != waiters_.end();) at = end(at);
}

TimePoint LeaseWaiters::endDue(TimePoint now) {
  const std::lock_guard lock(mutex_);
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const Node& due = *timers_.begin()->second;
    end(find(due.first, *due.second.home));
  }
  next_ = timers_.empty() ? kNever : timers_.begin()->first;
  return next_;
}

void LeaseWaiters::tell() noexcept {
  std::unique_lock lock(mutex_);
  teller_ = std::this_thread::get_id();
  while (!to_tell_.empty()) {
    const auto [home, key] = std::move(to_tell_.front());
    to_tell_.pop_front();
    telling_ = home;
    lock.unlock();
    home->leaseEnded(key);
    lock.lock();
    telling_ = nullptr;
    told_.notify_all();
  }
  teller_ = {};
}

LeaseWaiters::Waiters::iterator LeaseWaiters::find(const Key& key, const LeaseHome& home) {
  const auto [first, last] = waiters_.equal_range(key);
  const auto at = std::find_if(first, last, [&](const Node& n) { return n.second.home == &home; });
  return at == last ? waiters_.end() : at;
}

LeaseWaiters::Waiters::iterator LeaseWaiters::erase(Waiters::iterator at) {
  stopWaiting(at->second);
  return waiters_.erase(at);
}

void LeaseWaiters::stopWaiting(Waiter& waiter) {
  if (waiter.waits) timers_.erase(waiter.timer);
  waiter.waits = false;
}

// Has it told if it waits; one that the store has not answered yet stays, and is marked. Returns
// the next.
LeaseWaiters::Waiters::iterator LeaseWaiters::end(Waiters::iterator at) {
  Waiter& waiter = at->second;
  if (waiter.waits) to_tell_.emplace_back(waiter.home, at->first);
  if (!waiter.asked) return erase(at);
  stopWaiting(waiter);
  waiter.ended = true;
  return std::next(at);
}

}  // namespace forage::redis
