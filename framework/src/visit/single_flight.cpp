#include "visit/single_flight.h"

#include <utility>

#include "model/text_hash.h"

namespace forage::visit {

SingleFlight::Ref::Ref(const Key& text) noexcept : key(text), hash(textHash(text)) {}

SingleFlight::Flight& SingleFlight::begin(Shard& shard, const Ref& ref) {
  if (shard.spare.empty()) return shard.flights[Name{Key(ref.key), ref.hash}];
  Flights::node_type node = std::move(shard.spare.back());
  shard.spare.pop_back();
  node.key().key = ref.key;  // in the memory that it has
  node.key().hash = ref.hash;
  return shard.flights.insert(std::move(node)).position->second;
}

void SingleFlight::end(Shard& shard, Flights::iterator flight) {
  flight->second.entry.reset();
  flight->second.parked.clear();
  flight->second.outdated = false;
  Flights::node_type node = shard.flights.extract(flight);
  if (shard.spare.size() < kMaxSpare && node.key().key.capacity() <= kMaxSpareKey) {
    shard.spare.push_back(std::move(node));
  }
}

SingleFlight::Joined SingleFlight::join(const Key& key, std::uint64_t issued, FlightHome* home,
                                        void* visit) {
  const Ref ref(key);
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  const auto flight = shard.flights.find(ref);
  if (flight == shard.flights.end()) {
    begin(shard, ref);
    // A mark is newer than `issued` only where something has been acknowledged since: most often
    // nothing has, and the marks, which lie far apart, are left alone.
    const bool look_again = sequence_.load() != issued && shard.marks.isNewer(ref.hash, issued);
    return {Role::kLeads, nullptr, look_again};
  }
  if (flight->second.entry) return {Role::kAnswered, flight->second.entry, false};
  if (flight->second.outdated) return {Role::kAlone, nullptr, false};
  if (home != nullptr) flight->second.parked.push_back({home, visit});
  return {Role::kParked, nullptr, false};
}

void SingleFlight::complete(const Key& key, const EntryPtr& entry, Then then, bool stale) {
  const Ref ref(key);
  std::vector<Parked> parked;
  if (then == Then::kHeld) {
    Shard& shard = shardOf(ref);
    const std::lock_guard lock(shard.mutex);
    const auto known = shard.flights.find(ref);
    Flight& flight = known == shard.flights.end() ? begin(shard, ref) : known->second;
    flight.entry = entry;
    parked = std::exchange(flight.parked, {});
  } else {
    parked = end(ref, then == Then::kMarked);
  }
  if (parked.empty()) return;
  const FlightAnswer answer{entry, {}, false, stale, then != Then::kEnds};
  for (const Parked& one : parked) one.home->answered(one.visit, answer);
}

void SingleFlight::retire(const Key& key, const EntryPtr& entry, bool stored) {
  const Ref ref(key);
  EntryPtr dropped;  // destroyed after the lock is released
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  const auto flight = shard.flights.find(ref);
  if (flight == shard.flights.end() || flight->second.entry != entry) return;
  dropped = std::move(flight->second.entry);
  if (stored) shard.marks.leave(ref.hash, ++sequence_);
  end(shard, flight);
}

std::vector<SingleFlight::Parked> SingleFlight::end(const Ref& ref, bool marked) {
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  if (marked) shard.marks.leave(ref.hash, ++sequence_);
  const auto flight = shard.flights.find(ref);
  if (flight == shard.flights.end()) return {};
  std::vector<Parked> parked = std::move(flight->second.parked);
  end(shard, flight);
  return parked;
}

void SingleFlight::fail(const Key& key, const Failure& failure) {
  const FlightAnswer answer{nullptr, failure};
  for (const Parked& one : end(Ref(key), false)) one.home->answered(one.visit, answer);
}

void SingleFlight::abandon(const Key& key) {
  Parked heir{};
  {
    const Ref ref(key);
    Shard& shard = shardOf(ref);
    const std::lock_guard lock(shard.mutex);
    const auto flight = shard.flights.find(ref);
    if (flight == shard.flights.end()) return;
    std::vector<Parked>& parked = flight->second.parked;
    if (parked.empty()) {
      end(shard, flight);
      return;
    }
    heir = parked.front();
    parked.erase(parked.begin());
    flight->second.outdated = false;  // the heir's fetch is yet to begin
  }
  heir.home->answered(heir.visit, {nullptr, {}, true});
}

void SingleFlight::beginErase(const Key& key) {
  const Ref ref(key);
  EntryPtr dropped;  // destroyed after the lock is released
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  ++shard.erasing[key];
  shard.outdated.leave(ref.hash, ++sequence_);
  any_erased_.store(true);
  const auto flight = shard.flights.find(ref);
  if (flight == shard.flights.end()) return;
  if (flight->second.entry == nullptr) {
    flight->second.outdated = true;
    return;
  }
  dropped = std::move(flight->second.entry);
  end(shard, flight);
}

void SingleFlight::endErase(const Key& key) {
  const Ref ref(key);
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  const auto one = shard.erasing.find(key);
  if (one == shard.erasing.end()) return;
  if (--one->second == 0) shard.erasing.erase(one);
  shard.erased.leave(ref.hash, ++sequence_);
}

bool SingleFlight::isErasedSince(const Key& key, std::uint64_t issued) noexcept {
  const Ref ref(key);
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  return shard.erasing.contains(key) || shard.erased.isNewer(ref.hash, issued);
}

bool SingleFlight::isOutdatedSince(const Key& key, std::uint64_t begun) noexcept {
  const Ref ref(key);
  Shard& shard = shardOf(ref);
  const std::lock_guard lock(shard.mutex);
  return shard.outdated.isNewer(ref.hash, begun);
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
