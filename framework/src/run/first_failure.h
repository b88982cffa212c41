// The first failure that ends a run: kept until it can be thrown where the run was called for.
// Thread-safe.
#pragma once

#include <exception>
#include <mutex>
#include <stop_token>
#include <utility>

namespace forage::run {

class FirstFailure {
 public:
  /// `stop` outlives this.
  explicit FirstFailure(std::stop_source& stop) noexcept : stop_(stop) {}

  /// Keeps `failure` if it is the first, and stops the run.
  void set(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(failure);
    }
    stop_.request_stop();
  }
  /// Throws it, if there is one.
  void rethrow() const {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::stop_source& stop_;
  mutable std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
};

}  // namespace forage::run
