#include "shard.h"

#include <algorithm>
#include <utility>

#include "lru_order.h"
#include "s3_fifo_order.h"

namespace forage::memory {

namespace {

/// Nodes looked at for expired entries each time that room is made.
constexpr int kSweep = 8;

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

template <typename Order>
Shard<Order>::Shard(Budget& budget, NodeArena& arena, typename Order::Shared& shared,
                    std::size_t index) noexcept
    : nodes_(arena), order_(nodes_, shared, index), budget_(budget) {}

template <typename Order>
Shard<Order>::~Shard() {
  for (std::size_t place = 0; place < nodes_.capacity(); ++place) {
    const Node& node = nodes_[nodes_.at(place)];
    if (node.entry != nullptr && node.ownsKey()) delete[] node.key;
  }
}

template <typename Order>
NodeId Shard<Order>::lookUp(std::string_view key, std::uint32_t tag) const {
  return table_.find(tag, [&](NodeId id) {
    const Node& node = nodes_[id];
    // What a hit touches next lies in several places: fetched side by side instead of in turn.
    __builtin_prefetch(node.entry.get());
    order_.prefetch(node, size_);
    return node.keyView() == key;
  });
}

template <typename Order>
void Shard<Order>::prefetchNode(std::uint32_t tag) const noexcept {
  (void)table_.find(tag, [&](NodeId id) {
    __builtin_prefetch(&nodes_[id]);
    return true;
  });
}

template <typename Order>
void Shard<Order>::prefetchEntry(std::uint32_t tag) const noexcept {
  (void)table_.find(tag, [&](NodeId id) {
    __builtin_prefetch(nodes_[id].key);
    __builtin_prefetch(nodes_[id].entry.get());
    return true;
  });
}

template <typename Order>
EntryPtr Shard<Order>::find(std::string_view key, std::uint32_t tag, WallTime now,
                            Dropped& dropped) {
  const NodeId id = lookUp(key, tag);
  if (id == kNoNode) {
    ++misses_;
    return nullptr;
  }
  const Node& node = nodes_[id];
  if (hasExpired(node, now)) {
    ++misses_;
    ++expired_;
    drop(id, dropped);
    return nullptr;
  }
  ++hits_;
  order_.used(id, size_);
  return node.entry;
}

template <typename Order>
typename Shard<Order>::Put Shard<Order>::put(Item& item, WallTime now, Dropped& dropped,
                                             std::size_t& needed) {
  const NodeId id = lookUp(item.key, item.tag);
  if (id == kNoNode) return insert(item, needed);
  const bool expired = hasExpired(nodes_[id], now);
  if (item.only_if_absent && !expired) return Put::kAlreadyThere;
  const Put put = replace(id, item, dropped, needed);
  if (put == Put::kStored && expired) ++expired_;
  return put;
}

template <typename Order>
typename Shard<Order>::Put Shard<Order>::replace(NodeId id, Item& item, Dropped& dropped,
                                                 std::size_t& needed) {
  Node& node = nodes_[id];
  const std::size_t old_charge = node.charge;
  if (item.charge > old_charge) {
    needed = item.charge - old_charge;
    if (!budget_.tryReserve(needed)) return Put::kNoRoom;
  } else if (item.charge < old_charge) {
    budget_.release(old_charge - item.charge);
  }
  if (node.ownsKey()) dropped.key.reset(node.key);
  dropped.entry = std::move(node.entry);
  countMortal(node, std::size_t(-1));
  fill(node, item);
  countMortal(node, 1);
  order_.replaced(id, old_charge);
  ++stores_;
  return Put::kStored;
}

template <typename Order>
typename Shard<Order>::Put Shard<Order>::insert(Item& item, std::size_t& needed) {
  if (!makeReady(item.charge, needed)) return Put::kNoRoom;
  const NodeId id = nodes_.take();
  Node& node = nodes_[id];
  fill(node, item);
  countMortal(node, 1);
  table_.insert(item.tag, id);
  order_.added(id);
  ++size_;
  ++stores_;
  return Put::kStored;
}

/// Reserves `charge` and sees to it that there are a node and a slot; false: nothing has changed.
template <typename Order>
bool Shard<Order>::makeReady(std::size_t charge, std::size_t& needed) {
  const std::size_t slab = nodes_.isFull() ? NodePool::kSlabBytes : 0;
  const std::size_t table = table_.isFull() ? table_.bytesGrown() : 0;
  const std::size_t order = order_.bytesGrown(size_ + 1);
  needed = charge + slab + table + order;
  if (!budget_.tryReserve(needed)) return false;
  Reservation reservation(budget_, needed);
  if (slab != 0) {
    nodes_.grow();
    reservation.use(slab);
  }
  if (order != 0) {
    const std::size_t old = order_.bytes();
    order_.grow();
    reservation.use(order);
    budget_.release(old);
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

template <typename Order>
void Shard<Order>::fill(Node& node, Item& item) noexcept {
  node.entry = *item.entry;
  node.key = item.own_key ? item.own_key.release() : node.entry->key().data();
  node.key_size = static_cast<std::uint32_t>(item.key.size());
  node.tag = item.tag;
  node.charge = item.charge;
  node.expires = item.expires;
}

template <typename Order>
bool Shard<Order>::erase(std::string_view key, std::uint32_t tag, WallTime now, Dropped& dropped) {
  const NodeId id = lookUp(key, tag);
  if (id == kNoNode) return false;
  const bool expired = hasExpired(nodes_[id], now);
  if (expired) ++expired_;
  drop(id, dropped);
  return !expired;
}

template <typename Order>
void Shard<Order>::dropOne(typename Order::Choice choice, WallTime now, Dropped& dropped) {
  if (dropExpired(now, dropped)) return;
  const NodeId id = order_.victim(choice);
  if (id == kNoNode) return;
  ++evictions_;
  order_.evicted(id);
  drop(id, dropped);
}

template <typename Order>
bool Shard<Order>::dropExpired(WallTime now, Dropped& dropped) noexcept {
  if (mortal_ == 0) return false;
  for (int i = 0; i < kSweep; ++i) {
    if (sweep_ >= nodes_.capacity()) sweep_ = 0;
    const NodeId id = nodes_.at(sweep_++);
    if (nodes_[id].entry == nullptr || !hasExpired(nodes_[id], now)) continue;
    ++expired_;
    drop(id, dropped);
    return true;
  }
  return false;
}

template <typename Order>
void Shard<Order>::drop(NodeId id, Dropped& dropped) noexcept {
  Node& node = nodes_[id];
  table_.erase(node.tag, id);
  order_.removed(id);
  countMortal(node, std::size_t(-1));
  budget_.release(node.charge);
  if (node.ownsKey()) dropped.key.reset(node.key);
  dropped.entry = std::move(node.entry);
  nodes_.giveBack(id);
  if (--size_ != 0) return;
  budget_.release(nodes_.bytes() + table_.bytes() + order_.bytes());
  nodes_.clear();
  order_.clear();
  table_.clear();
}

template <typename Order>
std::size_t Shard<Order>::collect(std::size_t from, std::size_t count,
                                  std::vector<Seen>& seen) const {
  const std::size_t end = std::min(from + count, nodes_.capacity());
  for (std::size_t place = from; place < end; ++place) {
    const Node& node = nodes_[nodes_.at(place)];
    if (node.entry == nullptr) continue;
    const bool owns = node.ownsKey();
    seen.push_back(
        {node.entry, owns ? std::string(node.keyView()) : std::string(), owns, node.expires});
  }
  return end < nodes_.capacity() ? end : kEnd;
}

template <typename Order>
void Shard<Order>::addTo(CacheStats& stats) const noexcept {
  stats.entries += size_;
  stats.hits += hits_;
  stats.misses += misses_;
  stats.stores += stores_;
  stats.evictions += evictions_;
  stats.expired += expired_;
}

template <typename Order>
void Shard<Order>::countMortal(const Node& node, std::size_t by) noexcept {
  if (node.expires != WallTime::max()) mortal_ += by;
}

template class Shard<LruOrder>;
template class Shard<S3FifoOrder>;

}  // namespace forage::memory
