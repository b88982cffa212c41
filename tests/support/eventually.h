// Waiting for a condition, with a generous limit, in tests.
#pragma once

#include <chrono>
#include <thread>

namespace forage::test {

/// True as soon as `condition` holds; false when it does not within ten seconds.
template <typename Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace forage::test
