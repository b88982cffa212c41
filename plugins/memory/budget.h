// Bytes that all shards share, so that one large entry may take what many small ones do not need.
// Thread-safe; what is reserved never exceeds the limit, at no instant.
#pragma once

#include <atomic>
#include <cstddef>

namespace forage::memory {

class Budget {
 public:
  explicit Budget(std::size_t limit) noexcept : limit_(limit) {}

  [[nodiscard]] bool tryReserve(std::size_t bytes) noexcept {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] bool hasRoomFor(std::size_t bytes) const noexcept {
    return bytes <= limit_ - used();
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  std::atomic<std::size_t> used_{0};
  const std::size_t limit_;
};

}  // namespace forage::memory
