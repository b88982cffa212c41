// A lock for sections of a few hundred nanoseconds that call nothing foreign: one byte, and given
// back by a plain store, where a mutex needs a second atomic exchange that waits for every write
// before it. It is held for longer only where a shard grows or becomes empty; whoever waits then
// gives its processor away.
#pragma once

#include <atomic>
#include <thread>

namespace forage::memory {

class SpinLock {
 public:
  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire)) wait();
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  /// Reads only, so that waiting disturbs nobody.
  void wait() const noexcept {
    constexpr int kSpins = 64;
    for (int spins = 0; taken_.load(std::memory_order_relaxed); ++spins) {
      // Beyond the spins the holder is not running: it may need this very processor.
      if (spins >= kSpins) std::this_thread::yield();
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  }

  std::atomic<bool> taken_{false};
};

}  // namespace forage::memory
