#include "store/breaker.h"

#include <system_error>

namespace forage::store {

Breaker::Breaker(const Clock& clock, Metrics& metrics, Millis period, Ask ask)
    : clock_(clock), metrics_(metrics), period_(period), ask_(std::move(ask)) {}

Breaker::~Breaker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

bool Breaker::open() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (open_.load()) return false;
    open_.store(true);
    metrics_.degraded.store(true);
    since_ = clock_.now();
    startKeeper();
  }
  changed_.notify_all();
  return true;
}

void Breaker::keepAsking() noexcept {
  if (!isOpen()) return;
  const std::lock_guard lock(mutex_);
  startKeeper();
}

/// REQUIRES: the lock is held.
void Breaker::startKeeper() noexcept {
  if (keeper_.joinable() || stopping_) return;
  try {
    keeper_ = std::thread([this] { keep(); });
  } catch (const std::system_error&) {
    // The cache stays away until keepAsking() has had a thread, or somebody calls probe().
  }
}

/// REQUIRES: the lock is held.
Breaker::Span Breaker::close() noexcept {
  const Span span = clock_.now() - since_;
  open_time_ += span;
  open_.store(false);
  metrics_.degraded.store(false);
  return span;
}

void Breaker::probe() noexcept {
  const std::lock_guard one_at_a_time(probe_mutex_);
  if (isOpen()) ask_();
}

void Breaker::keep() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!open_.load()) {
      changed_.wait(lock, [this] { return stopping_ || open_.load(); });
      continue;
    }
    if (changed_.wait_for(lock, period_, [this] { return stopping_; })) return;
    lock.unlock();
    probe();
    lock.lock();
  }
}

Breaker::Span Breaker::openTime() const noexcept {
  const std::lock_guard lock(mutex_);
  return open_.load() ? open_time_ + (clock_.now() - since_) : open_time_;
}

}  // namespace forage::store
