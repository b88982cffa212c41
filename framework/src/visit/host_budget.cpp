#include "visit/host_budget.h"

#include <optional>

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
  state.line.push_back({&home, who});
  return false;
}

void HostBudget::release(std::string_view host) {
  std::optional<Waiter> next;
  std::string name;
  {
    Shard& shard = shardOf(host);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.hosts.find(host);
    if (found == shard.hosts.end()) return;
    Host& state = found->second;
    if (!state.line.empty()) {
      next = state.line.front();
      state.line.pop_front();
      name = found->first;
    } else if (--state.taken == 0) {
      shard.hosts.erase(found);
    }
  }
  if (next) next->home->granted(next->who, name);
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
