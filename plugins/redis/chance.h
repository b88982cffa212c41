// Any numbers, evenly spread, for what is to differ between processes and calls. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <random>

namespace forage::redis {

class Chance {
 public:
  [[nodiscard]] std::uint64_t next() noexcept {
    // SplitMix64: every number of the sequence is well mixed, so one counter serves all threads.
    std::uint64_t mixed = state_.fetch_add(0x9e3779b97f4a7c15U, std::memory_order_relaxed);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }

 private:
  std::atomic<std::uint64_t> state_{std::random_device{}()};
};

}  // namespace forage::redis
