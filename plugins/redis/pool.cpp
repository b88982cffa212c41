#include "pool.h"

#include <utility>

namespace forage::redis {

Pool::Pool(std::size_t max_connections, Millis retry_period, const Clock& clock, Connect connect)
    : max_connections_(max_connections),
      clock_(clock),
      connect_(std::move(connect)),
      backoff_(retry_period) {
  idle_.reserve(max_connections);  // so that giving back cannot fail
}

Pool::Lease Pool::take(bool may_reuse) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (may_reuse && !idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      ++in_use_;
      lock.unlock();
      if (connection->isUsable()) return Lease(*this, std::move(connection), true);
      returned(std::move(connection), false);
      lock.lock();
      continue;
    }
    // While another call holds a live connection the server is there: its turn comes.
    if (in_use_ == 0 && !connecting_ && backoff_.holdsBack(clock_.now())) {
      throw ConnectionError(last_fault_, last_failure_);
    }
    if (!connecting_ && !backoff_.holdsBack(clock_.now()) && in_use_ < max_connections_) {
      return makeOne(lock);
    }
    changed_.wait(lock);
  }
}

Pool::Lease Pool::makeOne(std::unique_lock<std::mutex>& lock) {
  connecting_ = true;
  std::unique_ptr<Connection> connection;  // at first an idle one that makes room
  if (in_use_ + idle_.size() >= max_connections_) connection = dropIdle();
  lock.unlock();
  connection.reset();
  Fault fault = Fault::kUnreachable;
  std::string failure;
  std::exception_ptr other;
  try {
    connection = connect_();
  } catch (const ConnectionError& error) {
    fault = error.fault();
    failure = error.what();
  } catch (...) {
    other = std::current_exception();
  }
  const std::uint64_t number = chance();
  lock.lock();
  connecting_ = false;
  changed_.notify_all();
  if (connection) {
    ++in_use_;
    ++stats_.connections;
    if (lost_ > 0) {
      --lost_;
      ++stats_.reconnects;
    }
    backoff_.succeeded();
    return Lease(*this, std::move(connection), false);
  }
  ++stats_.failures;
  if (other) std::rethrow_exception(other);
  backoff_.failed(clock_.now(), number);
  last_fault_ = fault;
  last_failure_ = failure;
  throw ConnectionError(fault, failure);
}

void Pool::returned(std::unique_ptr<Connection> connection, bool usable) noexcept {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (usable) {
      idle_.push_back(std::move(connection));
    } else {
      ++lost_;
    }
    changed_.notify_all();
  }
  // One that is of no more use is closed here, outside the lock.
}

void Pool::closeIdle() noexcept {
  for (;;) {
    std::unique_ptr<Connection> closing;  // ends outside the lock
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return;
    closing = dropIdle();
  }
}

std::unique_ptr<Connection> Pool::dropIdle() noexcept {
  std::unique_ptr<Connection> dropped = std::move(idle_.back());
  idle_.pop_back();
  ++lost_;
  changed_.notify_all();
  return dropped;
}

PoolStats Pool::stats() const noexcept {
  const std::lock_guard lock(mutex_);
  return stats_;
}

Pool::Lease::~Lease() { close(); }

void Pool::Lease::giveBack() noexcept {
  if (connection_) pool_->returned(std::move(connection_), true);
}

void Pool::Lease::close() noexcept {
  if (connection_) pool_->returned(std::move(connection_), false);
}

}  // namespace forage::redis
