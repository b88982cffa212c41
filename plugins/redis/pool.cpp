#include "pool.h"

#include <exception>
#include <utility>

#include "http_connection.h"

namespace forage::redis {

template <typename C>
BasicPool<C>::BasicPool(std::size_t max_connections, Millis retry_period, const Clock& clock,
                        Connect connect)
    : max_connections_(max_connections),
      clock_(clock),
      connect_(std::move(connect)),
      backoff_(retry_period) {
  idle_.reserve(max_connections);  // so that giving back cannot fail
}

template <typename C>
typename BasicPool<C>::Lease BasicPool<C>::take(bool may_reuse) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (may_reuse) {
      if (std::optional<Lease> idle = takeIdle(lock)) return *std::move(idle);
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

template <typename C>
std::optional<typename BasicPool<C>::Lease> BasicPool<C>::takeAnother() noexcept {
  try {
    std::unique_lock lock(mutex_);
    if (std::optional<Lease> idle = takeIdle(lock)) return idle;
    if (connecting_ || backoff_.holdsBack(clock_.now()) || in_use_ >= max_connections_) return {};
    return makeOne(lock);
  } catch (const std::exception&) {
    return {};  // the caller goes on with what it holds
  }
}

// Leaves `lock` open where it returns one.
template <typename C>
std::optional<typename BasicPool<C>::Lease> BasicPool<C>::takeIdle(
    std::unique_lock<std::mutex>& lock) {
  while (!idle_.empty()) {
    std::unique_ptr<C> connection = std::move(idle_.back());
    idle_.pop_back();
    ++in_use_;
    lock.unlock();
    if (connection->isUsable()) return Lease(*this, std::move(connection), true);
    returned(std::move(connection), false);
    lock.lock();
  }
  return {};
}

template <typename C>
typename BasicPool<C>::Lease BasicPool<C>::makeOne(std::unique_lock<std::mutex>& lock) {
  connecting_ = true;
  std::unique_ptr<C> connection;  // at first an idle one that makes room
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

template <typename C>
void BasicPool<C>::returned(std::unique_ptr<C> connection, bool usable) noexcept {
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

template <typename C>
void BasicPool<C>::closeIdle() noexcept {
  for (;;) {
    std::unique_ptr<C> closing;  // ends outside the lock
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return;
    closing = dropIdle();
  }
}

template <typename C>
std::unique_ptr<C> BasicPool<C>::dropIdle() noexcept {
  std::unique_ptr<C> dropped = std::move(idle_.back());
  idle_.pop_back();
  ++lost_;
  changed_.notify_all();
  return dropped;
}

template <typename C>
PoolStats BasicPool<C>::stats() const noexcept {
  const std::lock_guard lock(mutex_);
  return stats_;
}

template <typename C>
BasicPool<C>::Lease::~Lease() {
  close();
}

template <typename C>
void BasicPool<C>::Lease::giveBack() noexcept {
  if (connection_) pool_->returned(std::move(connection_), true);
}

template <typename C>
void BasicPool<C>::Lease::close() noexcept {
  if (connection_) pool_->returned(std::move(connection_), false);
}

template class BasicPool<Connection>;
template class BasicPool<HttpConnection>;

}  // namespace forage::redis
