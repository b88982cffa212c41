#include "visit/sink_queue.h"

#include <algorithm>
#include <utility>

namespace forage::visit {

namespace {

/// How long a visit may stay in the buffers of the sinks.
constexpr Millis kFlushAfter{100};

}  // namespace

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

template <typename Call>
void SinkQueue::callSinks(const Call& call) {
  for (std::size_t i = 0; i < sinks_.size() && broken_ == nullptr; ++i) {
    try {
      call(*sinks_[i]);
    } catch (...) {
      broken_ = sinks_[i].get();
      failed_(std::current_exception());
    }
  }
}

/// Returns false at the end. Flushes the sinks when that is due.
bool SinkQueue::waitForVisits(std::unique_lock<std::mutex>& lock) {
  const auto woken = [this] { return closing_ || !queue_.empty(); };
  const bool due = std::chrono::steady_clock::now() >= flush_due_;
  if (due || (flush_due_ != kNever && !work_.wait_until(lock, flush_due_, woken))) {
    lock.unlock();
    callSinks([](Sink& sink) { sink.flush(); });
    flush_due_ = kNever;
    lock.lock();
  }
  work_.wait(lock, woken);
  return !queue_.empty();
}

void SinkQueue::serveAll(std::deque<Visit>& batch) {
  while (!batch.empty()) {
    const Visit& visit = batch.front();
    const std::size_t bytes = bytesOf(visit);  // before a sink has it decoded
    callSinks([&visit](Sink& sink) { sink.accept(visit); });
    if (flush_due_ == kNever) flush_due_ = std::chrono::steady_clock::now() + kFlushAfter;
    visits_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    batch.pop_front();
  }
}

void SinkQueue::serve() {
  std::deque<Visit> batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!waitForVisits(lock)) return;
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
