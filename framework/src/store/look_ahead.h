// Look-ups of a cache that does I/O: batches are answered by threads of their own and come back to
// who sent them, so that no group thread waits for a store. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "forage/entry.h"
#include "store/guarded_cache.h"
#include "store/lease_desk.h"

namespace forage::store {

struct LookupBatch;

/// Takes answered batches. Called by look-up threads; quick, thread-safe.
class LookupHome : public LeaseWaiter {
 public:
  virtual void lookedUp(std::unique_ptr<LookupBatch> batch) noexcept = 0;
};

/// Keys to look up together, and what they belong to (the sender's business).
struct LookupBatch {
  std::vector<Key> keys;
  std::vector<void*> owners;           // of each key
  std::vector<LeaseWish> wishes;       // of each key
  std::vector<EntryPtr> found;         // of each key, once answered
  std::vector<LeaseState> leases;      // of each key, once answered
  std::vector<std::uint64_t> tickets;  // of each key, for LeaseState::kOthers
  std::uint64_t issued = 0;            // SingleFlight::now() when it was sent
  LookupHome* home = nullptr;          // outlives the batch
};

class LookAhead {
 public:
  static constexpr std::size_t kMaxKeys = 64;  ///< of a batch
  static constexpr std::size_t kThreads = 2;

  /// `cache` and `desk` outlive this.
  LookAhead(GuardedCache& cache, LeaseDesk& desk);
  /// Answers what has been submitted, then ends the threads.
  ~LookAhead();
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;

  void submit(std::unique_ptr<LookupBatch> batch);

 private:
  void answer();
  void askForLeases(LookupBatch& batch);
  void lookAgain(LookupBatch& batch, std::span<const std::size_t> places);

  GuardedCache& cache_;
  LeaseDesk& desk_;
  std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable work_;
  std::deque<std::unique_ptr<LookupBatch>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace forage::store
