#include "store/look_ahead.h"

#include <utility>

namespace forage::store {

LookAhead::LookAhead(GuardedCache& cache) : cache_(cache) {
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
    LookupHome& home = *batch->home;
    home.lookedUp(std::move(batch));
    lock.lock();
  }
}

}  // namespace forage::store
