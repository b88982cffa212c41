#include "store/look_ahead.h"

#include <utility>

namespace forage::store {

LookAhead::LookAhead(GuardedCache& cache, LeaseDesk& desk) : cache_(cache), desk_(desk) {
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { answer(); });
}

LookAhead::~LookAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void LookAhead::submit(std::unique_ptr<LookupBatch> batch) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(batch));
  }
  work_.notify_one();
}

/// In the same go as the look-up, so that what is missing costs one waking.
void LookAhead::askForLeases(LookupBatch& batch) {
  std::vector<LeaseDesk::Request> requests;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < batch.keys.size(); ++i) {
    const LeaseWish wish = batch.wishes[i];
    const bool wanted =
        wish == LeaseWish::kAlways || (wish == LeaseWish::kIfMissing && batch.found[i] == nullptr);
    if (!wanted) continue;
    requests.push_back({&batch.keys[i], batch.owners[i], batch.home, LeaseState::kNone, 0});
    places.push_back(i);
  }
  batch.leases.assign(batch.keys.size(), LeaseState::kNone);
  batch.tickets.assign(batch.keys.size(), 0);
  desk_.ask(requests);
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    batch.leases[places[i]] = requests[i].state;
    batch.tickets[places[i]] = requests[i].ticket;
    if (requests[i].stored_meanwhile) again.push_back(places[i]);
  }
  if (!again.empty()) lookAgain(batch, again);
}

/// Between a look-up and the lease that followed it another process may have stored the entry and
/// let its lease go: who holds it now looks once more.
void LookAhead::lookAgain(LookupBatch& batch, std::span<const std::size_t> places) {
  std::vector<Key> keys;
  keys.reserve(places.size());
  for (const std::size_t place : places) keys.push_back(batch.keys[place]);
  std::vector<EntryPtr> found(keys.size());
  cache_.find(keys, found);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (found[i] != nullptr) batch.found[places[i]] = std::move(found[i]);
  }
}

void LookAhead::answer() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::unique_ptr<LookupBatch> batch = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    batch->found.resize(batch->keys.size());
    cache_.find(batch->keys, batch->found);
    if (cache_.hasLeases()) askForLeases(*batch);
    LookupHome& home = *batch->home;
    home.lookedUp(std::move(batch));
    lock.lock();
  }
}

}  // namespace forage::store
