#include "run/pace_thread.h"

namespace forage::run {

void PaceThread::wakeAt(TimePoint at, const std::string& host) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  const bool sooner = queue_.empty() || at < queue_.top().first;
  queue_.emplace(at, host);
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { run(); });
  } else if (sooner) {
    changed_.notify_one();
  }
}

void PaceThread::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void PaceThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const TimePoint now = clock_.now();
    const TimePoint next = queue_.top().first;
    if (next > now) {
      changed_.wait_for(lock, next - now);
      continue;
    }
    const std::string host = queue_.top().second;
    queue_.pop();
    lock.unlock();
    due_(host);
    lock.lock();
  }
}

}  // namespace forage::run
