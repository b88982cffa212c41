#include "visit/host_budget.h"

#include <algorithm>

namespace forage::visit {

bool HostBudget::acquire(std::string_view host, SlotHome& home, void* who) {
  const TimePoint now = clock_.now();
  Shard& shard = shardOf(host);
  const std::lock_guard lock(shard.mutex);
  Host& state = hostOf(shard, host, now);
  if (state.taken < slots_ && state.line.empty() && state.pace.next(now) <= now) {
    ++state.taken;
    state.pace.started(now);
    return true;
  }
  auto waiting = std::find_if(state.line.begin(), state.line.end(),
                              [&home](const Waiting& one) { return one.home == &home; });
  if (waiting == state.line.end()) waiting = state.line.insert(waiting, {&home, {}});
  waiting->whos.push_back(who);
  if (state.taken < slots_) wakeFor(*shard.hosts.find(host), now);
  return false;
}

void HostBudget::setDelay(std::string_view host, Millis delay) {
  Shard& shard = shardOf(host);
  const std::lock_guard lock(shard.mutex);
  hostOf(shard, host, clock_.now()).pace.setDelay(delay);
}

void HostBudget::release(std::string_view host, const FetchEnd& end) {
  std::optional<Grant> grant;
  {
    const TimePoint now = clock_.now();
    Shard& shard = shardOf(host);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.hosts.find(host);
    if (found == shard.hosts.end()) return;
    --found->second.taken;
    found->second.pace.ended(end, now);
    if (found->second.line.empty()) return;
    grant = grantNext(*found, now);
    if (!grant) return;
  }
  grant->home->granted(grant->who, grant->host);
  // Two may be granted where one was given back unused, or where the pace had the others wait.
  if (end.kind == FetchEnd::Kind::kUnused) grantAll(host);
}

void HostBudget::grantDue(std::string_view host) {
  {
    Shard& shard = shardOf(host);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.hosts.find(host);
    if (found == shard.hosts.end()) return;
    found->second.wakes_at = kNever;
  }
  grantAll(host);
}

void HostBudget::grantAll(std::string_view host) {
  for (;;) {
    std::optional<Grant> grant;
    {
      Shard& shard = shardOf(host);
      const std::lock_guard lock(shard.mutex);
      const auto found = shard.hosts.find(host);
      if (found == shard.hosts.end()) return;
      grant = grantNext(*found, clock_.now());
    }
    if (!grant) return;
    grant->home->granted(grant->who, grant->host);
  }
}

// Nothing: nobody waits, or there is no slot, or it is too early; then the timer knows.
std::optional<HostBudget::Grant> HostBudget::grantNext(Hosts::value_type& entry, TimePoint now) {
  Host& state = entry.second;
  if (state.line.empty() || state.taken >= slots_) return std::nullopt;
  if (state.pace.next(now) > now) {
    wakeFor(entry, now);
    return std::nullopt;
  }
  const auto next = nextOf(state, now);
  Grant grant{next->home, next->whos.front(), entry.first};
  next->whos.pop_front();
  if (next->whos.empty()) state.line.erase(next);
  ++state.taken;
  state.pace.started(now);
  if (!state.line.empty() && state.taken < slots_) wakeFor(entry, now);
  return grant;
}

// Once it is time for the next, unless that has been said.
void HostBudget::wakeFor(Hosts::value_type& entry, TimePoint now) {
  const TimePoint at = entry.second.pace.next(now);
  if (at >= entry.second.wakes_at) return;
  entry.second.wakes_at = at;
  timer_.wakeAt(at, entry.first);
}

HostBudget::Host& HostBudget::hostOf(Shard& shard, std::string_view host, TimePoint now) {
  const auto found = shard.hosts.find(host);
  if (found != shard.hosts.end()) return found->second;
  if (shard.hosts.size() >= shard.tidy_at) tidy(shard, now);
  return shard.hosts.try_emplace(std::string(host), pace_).first->second;
}

// Forgets hosts of which nothing is known that counts. As often as their number has doubled.
void HostBudget::tidy(Shard& shard, TimePoint now) {
  std::erase_if(shard.hosts, [now](const auto& entry) {
    return !entry.second.isUsed() && entry.second.pace.isFresh(now);
  });
  shard.tidy_at = std::max(kFewHosts, 2 * shard.hosts.size());
}

// Who gets the slot that has come free; begins a turn where none goes on.
std::list<HostBudget::Waiting>::iterator HostBudget::nextOf(Host& state, TimePoint now) {
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

std::size_t HostBudget::taken() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [name, host] : shard.hosts) count += host.taken;
  }
  return count;
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
