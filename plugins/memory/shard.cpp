#include "shard.h"

#include <algorithm>
#include <utility>

namespace forage::memory {

namespace {

/// Nodes looked at for expired entries each time that room is made.
constexpr NodeId kSweep = 8;

bool hasExpired(const Node& node, WallTime now) noexcept { return node.expires <= now; }

/// Bytes that were reserved, given back unless they were used.
class Reservation {
 public:
  Reservation(Budget& budget, std::size_t bytes) noexcept : budget_(budget), bytes_(bytes) {}
  ~Reservation() { budget_.release(bytes_); }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  void use(std::size_t bytes) noexcept { bytes_ -= bytes; }

 private:
  Budget& budget_;
  std::size_t bytes_;
};

}  // namespace

Shard::Shard(Budget& budget, std::atomic<std::uint64_t>& oldest) noexcept
    : budget_(budget), published_oldest_(oldest) {
  publishOldest();
}

Shard::~Shard() {
  for (NodeId id = newest_; id != kNoNode; id = nodes_[id].older) {
    if (nodes_[id].ownsKey()) delete[] nodes_[id].key;
  }
}

NodeId Shard::lookUp(std::string_view key, std::uint32_t tag) const {
  return table_.find(tag, [&](NodeId id) {
    const Node& node = nodes_[id];
    // What a hit touches next lies in four places: fetched side by side instead of in turn.
    __builtin_prefetch(node.entry.get());
    if (node.newer != kNoNode) __builtin_prefetch(&nodes_[node.newer]);
    if (node.older != kNoNode) __builtin_prefetch(&nodes_[node.older]);
    return node.keyView() == key;
  });
}

EntryPtr Shard::find(std::string_view key, std::uint32_t tag, std::uint64_t tick,
                     std::uint64_t slack, WallTime now, Dropped& dropped) {
  const NodeId id = lookUp(key, tag);
  if (id == kNoNode) {
    ++misses_;
    return nullptr;
  }
  Node& node = nodes_[id];
  if (hasExpired(node, now)) {
    ++misses_;
    ++expired_;
    drop(id, dropped);
    return nullptr;
  }
  ++hits_;
  EntryPtr entry = node.entry;
  if (tick - node.used >= slack && id != newest_) {
    unlink(id);
    link(id, tick);
  }
  return entry;
}

Shard::Put Shard::put(Item& item, std::uint64_t tick, WallTime now, Dropped& dropped,
                      std::size_t& needed) {
  const NodeId id = lookUp(item.key, item.tag);
  if (id == kNoNode) return insert(item, tick, needed);
  const bool expired = hasExpired(nodes_[id], now);
  if (item.only_if_absent && !expired) return Put::kAlreadyThere;
  const Put put = replace(id, item, tick, dropped, needed);
  if (put == Put::kStored && expired) ++expired_;
  return put;
}

Shard::Put Shard::replace(NodeId id, Item& item, std::uint64_t tick, Dropped& dropped,
                          std::size_t& needed) {
  Node& node = nodes_[id];
  if (item.charge > node.charge) {
    needed = item.charge - node.charge;
    if (!budget_.tryReserve(needed)) return Put::kNoRoom;
  } else {
    budget_.release(node.charge - item.charge);
  }
  if (node.ownsKey()) dropped.key.reset(node.key);
  dropped.entry = std::move(node.entry);
  countMortal(node, std::size_t(-1));
  fill(node, item);
  countMortal(node, 1);
  unlink(id);
  link(id, tick);
  ++stores_;
  return Put::kStored;
}

Shard::Put Shard::insert(Item& item, std::uint64_t tick, std::size_t& needed) {
  if (!makeReady(item.charge, needed)) return Put::kNoRoom;
  const NodeId id = nodes_.take();
  Node& node = nodes_[id];
  fill(node, item);
  countMortal(node, 1);
  table_.insert(item.tag, id);
  link(id, tick);
  ++size_;
  ++stores_;
  return Put::kStored;
}

/// Reserves `charge` and sees to it that there are a node and a slot; false: nothing has changed.
bool Shard::makeReady(std::size_t charge, std::size_t& needed) {
  const std::size_t slab = nodes_.isFull() ? NodePool::kSlabBytes : 0;
  const std::size_t table = table_.isFull() ? table_.bytesGrown() : 0;
  needed = charge + slab + table;
  if (!budget_.tryReserve(needed)) return false;
  Reservation reservation(budget_, needed);
  if (slab != 0) {
    nodes_.grow();
    reservation.use(slab);
  }
  if (table != 0) {
    const std::size_t old = table_.bytes();
    table_.grow();
    reservation.use(table);
    budget_.release(old);
  }
  reservation.use(charge);
  return true;
}

void Shard::fill(Node& node, Item& item) noexcept {
  node.entry = *item.entry;
  node.key = item.own_key ? item.own_key.release() : node.entry->key().data();
  node.key_size = static_cast<std::uint32_t>(item.key.size());
  node.tag = item.tag;
  node.charge = item.charge;
  node.expires = item.expires;
}

bool Shard::erase(std::string_view key, std::uint32_t tag, WallTime now, Dropped& dropped) {
  const NodeId id = lookUp(key, tag);
  if (id == kNoNode) return false;
  const bool expired = hasExpired(nodes_[id], now);
  if (expired) ++expired_;
  drop(id, dropped);
  return !expired;
}

bool Shard::dropOne(WallTime now, Dropped& dropped) {
  if (size_ == 0) return false;
  if (dropExpired(now, dropped)) return true;
  ++evictions_;
  drop(oldest_, dropped);
  return true;
}

bool Shard::dropExpired(WallTime now, Dropped& dropped) noexcept {
  if (mortal_ == 0) return false;
  for (NodeId i = 0; i < kSweep; ++i) {
    if (sweep_ >= nodes_.capacity()) sweep_ = 0;
    const NodeId id = sweep_++;
    if (nodes_[id].entry == nullptr || !hasExpired(nodes_[id], now)) continue;
    ++expired_;
    drop(id, dropped);
    return true;
  }
  return false;
}

void Shard::drop(NodeId id, Dropped& dropped) noexcept {
  Node& node = nodes_[id];
  table_.erase(node.tag, id);
  unlink(id);
  countMortal(node, std::size_t(-1));
  budget_.release(node.charge);
  if (node.ownsKey()) dropped.key.reset(node.key);
  dropped.entry = std::move(node.entry);
  nodes_.giveBack(id);
  if (--size_ != 0) return;
  budget_.release(nodes_.bytes() + table_.bytes());
  nodes_.clear();
  table_.clear();
}

NodeId Shard::collect(NodeId from, NodeId count, std::vector<Seen>& seen) const {
  const NodeId capacity = nodes_.capacity();
  if (from >= capacity) return kNoNode;
  const NodeId end = from + std::min(count, capacity - from);
  for (NodeId id = from; id < end; ++id) {
    const Node& node = nodes_[id];
    if (node.entry == nullptr) continue;
    const bool owns = node.ownsKey();
    seen.push_back(
        {node.entry, owns ? std::string(node.keyView()) : std::string(), owns, node.expires});
  }
  return end < capacity ? end : kNoNode;
}

void Shard::addTo(CacheStats& stats) const noexcept {
  stats.entries += size_;
  stats.hits += hits_;
  stats.misses += misses_;
  stats.stores += stores_;
  stats.evictions += evictions_;
  stats.expired += expired_;
}

void Shard::link(NodeId id, std::uint64_t tick) noexcept {
  Node& node = nodes_[id];
  node.used = tick;
  node.newer = kNoNode;
  node.older = newest_;
  if (newest_ != kNoNode) nodes_[newest_].newer = id;
  newest_ = id;
  if (oldest_ != kNoNode) return;
  oldest_ = id;
  publishOldest();
}

void Shard::unlink(NodeId id) noexcept {
  const Node& node = nodes_[id];
  (node.newer == kNoNode ? newest_ : nodes_[node.newer].older) = node.older;
  (node.older == kNoNode ? oldest_ : nodes_[node.older].newer) = node.newer;
  if (node.older == kNoNode) publishOldest();
}

void Shard::publishOldest() noexcept {
  const std::uint64_t tick = oldest_ == kNoNode ? kEmpty : nodes_[oldest_].used;
  published_oldest_.store(tick, std::memory_order_relaxed);
}

void Shard::countMortal(const Node& node, std::size_t by) noexcept {
  if (node.expires != WallTime::max()) mortal_ += by;
}

}  // namespace forage::memory
