#include "visit/host_budget.h"

#include <algorithm>

namespace forage::visit {

bool HostBudget::acquire(std::string_view host, SlotHome& home, void* who) {
  Shard& shard = shardOf(host);
  const std::lock_guard lock(shard.mutex);
  auto found = shard.hosts.find(host);
  if (found == shard.hosts.end()) found = shard.hosts.try_emplace(std::string(host)).first;
  Host& state = found->second;
  if (state.taken < slots_) {
    ++state.taken;
    return true;
  }
  auto waiting = std::find_if(state.line.begin(), state.line.end(),
                              [&home](const Waiting& one) { return one.home == &home; });
  if (waiting == state.line.end()) waiting = state.line.insert(waiting, {&home, {}});
  waiting->whos.push_back(who);
  return false;
}

void HostBudget::release(std::string_view host) {
  SlotHome* home = nullptr;
  void* who = nullptr;
  std::string name;
  {
    Shard& shard = shardOf(host);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.hosts.find(host);
    if (found == shard.hosts.end()) return;
    Host& state = found->second;
    if (!state.line.empty()) {
      const auto next = nextOf(state);
      home = next->home;
      who = next->whos.front();
      next->whos.pop_front();
      if (next->whos.empty()) state.line.erase(next);
      name = found->first;
    } else if (--state.taken == 0) {
      shard.hosts.erase(found);
    }
  }
  if (home != nullptr) home->granted(who, name);
}

// Who gets the slot that has come free; begins a turn where none goes on.
std::list<HostBudget::Waiting>::iterator HostBudget::nextOf(Host& state) const {
  const TimePoint now = clock_.now();
  if (state.turn_left > 0 && now < state.turn_end) {
    const auto in_turn =
        std::find_if(state.line.begin(), state.line.end(),
                     [&state](const Waiting& one) { return one.home == state.turn; });
    if (in_turn != state.line.end()) {
      --state.turn_left;
      return in_turn;
    }
  }
  // Who has had its turn and waits on goes behind the others.
  if (state.line.front().home == state.turn) {
    state.line.splice(state.line.end(), state.line, state.line.begin());
  }
  state.turn = state.line.front().home;
  state.turn_left = kTurnSlots - 1;
  state.turn_end = now + kTurnTime;
  return state.line.begin();
}

std::size_t HostBudget::hosts() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.hosts.size();
  }
  return count;
}

}  // namespace forage::visit
