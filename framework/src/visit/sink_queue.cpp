#include "visit/sink_queue.h"

#include <algorithm>
#include <utility>

namespace forage::visit {

SinkQueue::SinkQueue(std::span<const std::unique_ptr<Sink>> sinks, Failed failed)
    : sinks_(sinks), failed_(std::move(failed)) {
  if (wanted()) thread_ = std::thread([this] { serve(); });
}

SinkQueue::~SinkQueue() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  thread_.join();
}

std::size_t SinkQueue::bytesOf(const Visit& visit) noexcept {
  return sizeof(Visit) + visit.url.size() + (visit.response ? visit.response->footprint() : 0) +
         (visit.decoded ? visit.decoded->size() : 0);
}

void SinkQueue::push(Visit&& visit) {
  bytes_.fetch_add(bytesOf(visit), std::memory_order_relaxed);
  visits_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(visit));
    if (queue_.size() != 1) return;
  }
  work_.notify_one();
}

bool SinkQueue::listenIfFull(store::RoomListener& listener) {
  const std::lock_guard lock(mutex_);
  if (!full()) return false;
  if (std::find(listeners_.begin(), listeners_.end(), &listener) == listeners_.end()) {
    listeners_.push_back(&listener);
  }
  return true;
}

void SinkQueue::close() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  thread_.join();
  std::exception_ptr failure;
  for (const auto& sink : sinks_) {
    if (sink.get() == broken_) continue;
    try {
      sink->close();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure && broken_ == nullptr) std::rethrow_exception(failure);  // else failed_ was told
}

void SinkQueue::serveAll(std::deque<Visit>& batch) {
  while (!batch.empty()) {
    const Visit& visit = batch.front();
    const std::size_t bytes = bytesOf(visit);  // before a sink has it decoded
    for (std::size_t i = 0; i < sinks_.size() && broken_ == nullptr; ++i) {
      try {
        sinks_[i]->accept(visit);
      } catch (...) {
        broken_ = sinks_[i].get();
        failed_(std::current_exception());
      }
    }
    visits_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    batch.pop_front();
  }
}

void SinkQueue::serve() {
  std::deque<Visit> batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    batch.swap(queue_);
    lock.unlock();
    serveAll(batch);
    lock.lock();
    const std::vector<store::RoomListener*> told = std::exchange(listeners_, {});
    lock.unlock();
    for (store::RoomListener* listener : told) listener->hasRoom();
    lock.lock();
  }
}

}  // namespace forage::visit
