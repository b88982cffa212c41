#include "held_leases.h"

#include <algorithm>

namespace forage::redis {

HeldLeases::Turn::~Turn() {
  if (nodes_.empty()) return;
  {
    const std::lock_guard lock(leases_.mutex_);
    for (Node* const node : nodes_) {
      node->second.of_turn = false;
      if (!node->second.held) leases_.leases_.erase(leases_.leases_.find(node->first));
    }
  }
  leases_.turn_ended_.notify_all();
}

std::vector<HeldLeases::Ended> HeldLeases::Turn::leases() const {
  std::vector<Ended> leases;
  leases.reserve(nodes_.size());
  for (const Node* const node : nodes_) leases.push_back({node->first, node->second.until});
  return leases;
}

std::vector<HeldLeases::Standing> HeldLeases::begin(std::span<const Key> keys, Turn& turn) {
  std::vector<Standing> standings;
  standings.reserve(keys.size());
  turn.nodes_.reserve(keys.size());
  std::unique_lock lock(mutex_);
  // All at once, so that no two threads wait for each other.
  turn_ended_.wait(lock, [&] { return !anyOfTurn(keys); });
  for (const Key& key : keys) standings.push_back(stand(key, turn));
  return standings;
}

bool HeldLeases::anyOfTurn(std::span<const Key> keys) const {
  return std::ranges::any_of(keys, [this](const Key& key) {
    const auto at = leases_.find(key);
    return at != leases_.end() && at->second.of_turn;
  });
}

// No other turn has the key.
HeldLeases::Standing HeldLeases::stand(const Key& key, Turn& turn) {
  const auto at = leases_.find(key);
  if (at != leases_.end()) return at->second.held ? Standing::kHeld : Standing::kTwin;
  if (leases_.size() >= max_) return Standing::kNoRoom;
  turn.nodes_.push_back(&*leases_.emplace(key, Lease{true}).first);
  return Standing::kTurn;
}

void HeldLeases::hold(const Key& key, TimePoint until) {
  {
    const std::lock_guard lock(mutex_);
    Lease& lease = leases_.find(key)->second;
    lease.held = true;
    lease.number = ++number_;
    lease.until = until;
    if (++held_ > 1) return;
  }
  keeping_.notify_all();
}

void HeldLeases::end(std::span<const Key> keys, Turn& turn) {
  std::unique_lock lock(mutex_);
  turn_ended_.wait(lock, [&] { return !anyOfTurn(keys); });
  for (const Key& key : keys) {
    const auto at = leases_.find(key);
    if (at == leases_.end() || !at->second.held) continue;
    at->second.held = false;
    at->second.of_turn = true;
    --held_;
    turn.nodes_.push_back(&*at);
  }
}

std::size_t HeldLeases::renewed(std::span<const Held> held, std::span<const std::size_t> lost,
                                TimePoint until) {
  std::size_t ended = 0;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto at = leases_.find(held[i].key);
    if (at == leases_.end() || !at->second.held || at->second.number != held[i].number) continue;
    if (std::ranges::find(lost, i) == lost.end()) {
      at->second.until = until;
      continue;
    }
    ++ended;
    --held_;
    at->second.held = false;
    if (!at->second.of_turn) leases_.erase(at);
  }
  return ended;
}

std::vector<HeldLeases::Held> HeldLeases::awaitRenewal(Millis period) {
  std::vector<Held> all;
  std::unique_lock lock(mutex_);
  while (all.empty() && !stopping_) {
    keeping_.wait(lock, [this] { return stopping_ || held_ > 0; });
    if (keeping_.wait_for(lock, period, [this] { return stopping_; })) break;
    for (const auto& [key, lease] : leases_) {
      if (lease.held) all.push_back({key, lease.number});
    }
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
