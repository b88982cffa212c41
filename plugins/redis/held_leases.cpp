#include "held_leases.h"

#include <algorithm>

namespace forage::redis {

HeldLeases::Turn::~Turn() {
  if (keys_.empty()) return;
  {
    const std::lock_guard lock(leases_.mutex_);
    for (const Key& key : keys_) leases_.of_turns_.erase(key);
  }
  leases_.turn_ended_.notify_all();
}

std::vector<HeldLeases::Standing> HeldLeases::begin(std::span<const Key> keys, Turn& turn) {
  std::vector<Standing> standings;
  standings.reserve(keys.size());
  std::unique_lock lock(mutex_);
  // All at once, so that no two threads wait for each other.
  turn_ended_.wait(lock, [&] {
    return std::ranges::none_of(keys, [&](const Key& key) { return of_turns_.contains(key); });
  });
  for (const Key& key : keys) {
    if (held_.contains(key)) {
      standings.push_back(Standing::kHeld);
    } else if (of_turns_.contains(key)) {
      standings.push_back(Standing::kTwin);
    } else if (held_.size() + of_turns_.size() >= max_) {
      standings.push_back(Standing::kNoRoom);
    } else {
      turn.keys_.push_back(key);
      of_turns_.insert(key);
      standings.push_back(Standing::kTurn);
    }
  }
  return standings;
}

void HeldLeases::hold(const Key& key) {
  {
    const std::lock_guard lock(mutex_);
    held_.emplace(key, ++number_);
    if (held_.size() > 1) return;
  }
  keeping_.notify_all();
}

void HeldLeases::end(std::span<const Key> keys, Turn& turn) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys) {
    if (held_.erase(key) == 0) continue;
    turn.keys_.push_back(key);
    of_turns_.insert(key);
  }
}

bool HeldLeases::lose(const Held& held) {
  const std::lock_guard lock(mutex_);
  const auto at = held_.find(held.key);
  if (at == held_.end() || at->second != held.number) return false;
  held_.erase(at);
  return true;
}

std::vector<HeldLeases::Held> HeldLeases::awaitRenewal(Millis period) {
  std::vector<Held> all;
  std::unique_lock lock(mutex_);
  while (all.empty() && !stopping_) {
    keeping_.wait(lock, [this] { return stopping_ || !held_.empty(); });
    if (keeping_.wait_for(lock, period, [this] { return stopping_; })) break;
    for (const auto& [key, number] : held_) all.push_back({key, number});
  }
  return all;
}

void HeldLeases::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  keeping_.notify_all();
}

}  // namespace forage::redis
