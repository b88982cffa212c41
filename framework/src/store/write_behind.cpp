#include "store/write_behind.h"

#include <algorithm>
#include <utility>

namespace forage::store {

namespace {

/// How soon the writing thread sees by itself that a cache came back and is owed entries.
constexpr Millis kLookForDebts{100};

/// How long the first of a batch waits for others: one round trip for many, and one waking.
constexpr Millis kGather{2};

}  // namespace

WriteBehind::WriteBehind(GuardedCache& cache, LeaseDesk& leases, std::size_t max_bytes,
                         Acknowledged acknowledged)
    : cache_(cache),
      leases_(leases),
      max_bytes_(max_bytes),
      acknowledged_(std::move(acknowledged)) {
  thread_ = std::thread([this] { write(); });
}

WriteBehind::~WriteBehind() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

std::size_t WriteBehind::bytesOf(const Write& write) noexcept {
  const EntryPtr& entry = write.keep.entry;
  return write.keep.key.size() + (entry != nullptr ? entry->footprint() : sizeof(Write));
}

void WriteBehind::push(Write write) {
  const std::size_t bytes = bytesOf(write);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(write));
    bytes_.fetch_add(bytes);
    // Otherwise the thread is awake, about to be, or will be soon.
    if (queue_.size() != 1 && queue_.size() != kMaxItems && !full()) return;
  }
  work_.notify_one();
}

bool WriteBehind::listenIfFull(RoomListener& listener) {
  const std::lock_guard lock(mutex_);
  if (!full()) return false;
  if (std::find(listeners_.begin(), listeners_.end(), &listener) == listeners_.end()) {
    listeners_.push_back(&listener);
  }
  return true;
}

void WriteBehind::flush() {
  std::unique_lock lock(mutex_);
  flushing_ = true;
  work_.notify_all();
  idle_.wait(lock, [this] { return queue_.empty() && !writing_ && !flushing_; });
}

std::vector<WriteBehind::Write> WriteBehind::takeBatch(std::size_t& bytes) {
  std::vector<Write> batch;
  bytes = 0;
  while (!queue_.empty() && batch.size() < kMaxItems) {
    const std::size_t next = bytesOf(queue_.front());
    if (!batch.empty() && bytes + next > kMaxBatchBytes) break;
    bytes += next;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void WriteBehind::gather(std::unique_lock<std::mutex>& lock) {
  work_.wait_for(lock, kGather,
                 [this] { return stopping_ || flushing_ || full() || queue_.size() >= kMaxItems; });
}

/// In the order in which they were pushed, neighbours of a kind together; but releases come last,
/// in one call: each is pushed between two stores, and a little later is as good.
void WriteBehind::apply(std::span<const Write> batch) {
  std::vector<Keep> items;
  std::vector<Key> erased;
  std::vector<LeaseDesk::Dropped> released;
  for (const Write& write : batch) {
    switch (write.kind) {
      case Kind::kStore:
        if (!erased.empty()) cache_.erase(std::exchange(erased, {}));
        items.push_back(write.keep);
        break;
      case Kind::kErase:
        if (!items.empty()) cache_.store(std::exchange(items, {}));
        erased.push_back(write.keep.key);
        break;
      case Kind::kRelease:
        released.push_back({write.keep.key, write.hold});
        break;
    }
  }
  if (!items.empty()) cache_.store(items);
  if (!erased.empty()) cache_.erase(erased);
  if (!released.empty()) leases_.release(released);
}

void WriteBehind::writeBatch(std::unique_lock<std::mutex>& lock) {
  std::size_t bytes = 0;
  std::vector<Write> batch = takeBatch(bytes);
  writing_ = true;
  lock.unlock();
  apply(batch);
  acknowledged_(batch);
  lock.lock();
  writing_ = false;
  bytes_.fetch_sub(bytes);
  if (listeners_.empty() || full()) return;
  const std::vector<RoomListener*> told = std::exchange(listeners_, {});
  lock.unlock();
  for (RoomListener* listener : told) listener->hasRoom();
  lock.lock();
}

void WriteBehind::write() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!queue_.empty()) {
      gather(lock);
      writeBatch(lock);
      continue;
    }
    if (stopping_) return;
    const bool last = flushing_;
    writing_ = true;
    lock.unlock();
    if (last) {
      cache_.probe();
      cache_.offerDeclined();
    }
    while (cache_.writeBack() && last) {
    }
    lock.lock();
    writing_ = false;
    if (last && queue_.empty()) flushing_ = false;
    idle_.notify_all();
    const auto woken = [this] { return stopping_ || flushing_ || !queue_.empty(); };
    if (cache_.owes()) continue;
    if (cache_.degraded()) {
      work_.wait_for(lock, kLookForDebts, woken);
    } else {
      work_.wait(lock, woken);
    }
  }
}

}  // namespace forage::store
