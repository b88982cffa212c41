#include "visit/single_flight.h"

#include <functional>
#include <utility>

namespace forage::visit {

namespace {

std::uint64_t hashOf(const Key& key) noexcept { return std::hash<Key>{}(key); }

}  // namespace

bool SingleFlight::mayPredate(const Shard& shard, std::uint64_t hash,
                              std::uint64_t issued) noexcept {
  if (shard.forgotten > issued) return true;
  const auto mark = shard.marks.find(hash);
  return mark != shard.marks.end() && mark->second > issued;
}

void SingleFlight::leaveMark(Shard& shard, std::uint64_t hash) {
  const Mark mark{hash, ++sequence_};
  shard.marks[hash] = mark.sequence;
  if (shard.ring.size() < kMarks) {
    shard.ring.push_back(mark);
    return;
  }
  Mark& oldest = shard.ring[shard.next];
  shard.forgotten = oldest.sequence;
  const auto known = shard.marks.find(oldest.hash);
  if (known != shard.marks.end() && known->second == oldest.sequence) shard.marks.erase(known);
  oldest = mark;
  shard.next = (shard.next + 1) % kMarks;
}

SingleFlight::Joined SingleFlight::join(const Key& key, std::uint64_t issued, FlightHome& home,
                                        void* visit) {
  const std::uint64_t hash = hashOf(key);
  Shard& shard = shardOf(hash);
  const std::lock_guard lock(shard.mutex);
  const auto [flight, leads] = shard.flights.try_emplace(key);
  if (leads) return {Role::kLeads, nullptr, mayPredate(shard, hash, issued)};
  if (flight->second.entry) return {Role::kAnswered, flight->second.entry, false};
  flight->second.parked.push_back({&home, visit});
  return {Role::kParked, nullptr, false};
}

void SingleFlight::complete(const Key& key, const EntryPtr& entry, bool held) {
  std::vector<Parked> parked;
  if (held) {
    Shard& shard = shardOf(hashOf(key));
    const std::lock_guard lock(shard.mutex);
    Flight& flight = shard.flights[key];
    flight.entry = entry;
    parked = std::exchange(flight.parked, {});
  } else {
    parked = end(key);
  }
  const FlightAnswer answer{entry, {}, false};
  for (const Parked& one : parked) one.home->answered(one.visit, answer);
}

void SingleFlight::retire(const Key& key, const EntryPtr& entry, bool stored) {
  const std::uint64_t hash = hashOf(key);
  EntryPtr dropped;  // destroyed after the lock is released
  Shard& shard = shardOf(hash);
  const std::lock_guard lock(shard.mutex);
  const auto flight = shard.flights.find(key);
  if (flight == shard.flights.end() || flight->second.entry != entry) return;
  dropped = std::move(flight->second.entry);
  if (stored) leaveMark(shard, hash);
  shard.flights.erase(flight);
}

std::vector<SingleFlight::Parked> SingleFlight::end(const Key& key) {
  Shard& shard = shardOf(hashOf(key));
  const std::lock_guard lock(shard.mutex);
  const auto flight = shard.flights.find(key);
  if (flight == shard.flights.end()) return {};
  std::vector<Parked> parked = std::move(flight->second.parked);
  shard.flights.erase(flight);
  return parked;
}

void SingleFlight::fail(const Key& key, const Failure& failure) {
  const FlightAnswer answer{nullptr, failure, false};
  for (const Parked& one : end(key)) one.home->answered(one.visit, answer);
}

void SingleFlight::abandon(const Key& key) {
  Parked heir{};
  {
    Shard& shard = shardOf(hashOf(key));
    const std::lock_guard lock(shard.mutex);
    const auto flight = shard.flights.find(key);
    if (flight == shard.flights.end()) return;
    std::vector<Parked>& parked = flight->second.parked;
    if (parked.empty()) {
      shard.flights.erase(flight);
      return;
    }
    heir = parked.front();
    parked.erase(parked.begin());
  }
  heir.home->answered(heir.visit, {nullptr, {}, true});
}

std::size_t SingleFlight::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.flights.size();
  }
  return count;
}

}  // namespace forage::visit
