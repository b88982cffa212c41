// Stores of a cache that does I/O: a bounded queue, written by a thread of its own in batches. It
// never blocks who pushes; when it is full the run stops admitting fetches until there is room.
// Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "store/guarded_cache.h"
#include "store/lease_desk.h"

namespace forage::store {

/// Is told when a queue that was full has room again. Called by the queue's thread.
class RoomListener {
 public:
  virtual ~RoomListener() = default;
  virtual void hasRoom() noexcept = 0;
};

class WriteBehind {
 public:
  static constexpr std::size_t kMaxItems = 64;             ///< of a batch
  static constexpr std::size_t kMaxBatchBytes = 4u << 20;  ///< of a batch, beyond its first item

  enum class Kind : std::uint8_t { kStore, kErase, kRelease };
  /// What is to be done with a key; `keep` has an entry for kStore.
  struct Write {
    Kind kind;
    Keep keep;
    std::uint64_t hold = 0;  ///< of a lease, for kRelease
  };
  /// Called by the writing thread for each batch that the cache (or its fallback) has taken.
  using Acknowledged = std::function<void(std::span<const Write>)>;

  /// `cache` and `leases` outlive this. `max_bytes` is when the queue counts as full.
  WriteBehind(GuardedCache& cache, LeaseDesk& leases, std::size_t max_bytes,
              Acknowledged acknowledged);
  ~WriteBehind();
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  /// Queues an item, full or not: what has been fetched is not dropped.
  void push(Keep item) { push(Write{Kind::kStore, std::move(item)}); }
  /// Erases what is stored under `key`, after what was pushed before.
  void pushErase(Key key) { push(Write{Kind::kErase, {std::move(key), nullptr}}); }
  /// Releases a lease that was dropped, after what was pushed before.
  void pushRelease(LeaseDesk::Dropped one) {
    push(Write{Kind::kRelease, {std::move(one.key), nullptr}, one.hold});
  }

  [[nodiscard]] bool full() const noexcept {
    return bytes_.load(std::memory_order_relaxed) >= max_bytes_;
  }
  /// If the queue is full, has `listener` told once when it no longer is, and returns true. The
  /// listener outlives this, or has been told.
  [[nodiscard]] bool listenIfFull(RoomListener& listener);

  /// Returns when everything pushed has been taken, and what is owed to the cache written back
  /// where the cache is there (asked once more if it was away).
  void flush();

 private:
  static std::size_t bytesOf(const Write& write) noexcept;
  void push(Write write);
  std::vector<Write> takeBatch(std::size_t& bytes);
  void write();
  void gather(std::unique_lock<std::mutex>& lock);
  void writeBatch(std::unique_lock<std::mutex>& lock);
  void apply(std::span<const Write> batch);

  GuardedCache& cache_;
  LeaseDesk& leases_;
  const std::size_t max_bytes_;
  const Acknowledged acknowledged_;
  std::atomic<std::size_t> bytes_{0};

  std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<Write> queue_;
  std::vector<RoomListener*> listeners_;
  bool writing_ = false;
  bool flushing_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace forage::store
