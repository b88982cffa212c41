// Of which URLs a run has stored parts, so that nobody else has to look for any. A table of fixed
// size, in which one key may take the place of another: it forgets, and seldom names one too many.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/text_hash.h"

namespace forage::visit {

class KnownParts {
 public:
  static constexpr std::size_t kPlaces = 1024;  // a power of two

  void add(std::string_view key) noexcept {
    const std::uint64_t hash = textHash(key);
    places_[hash % kPlaces].store(hash, std::memory_order_relaxed);
    any_.store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool has(std::string_view key) const noexcept {
    if (!any_.load(std::memory_order_relaxed)) return false;
    const std::uint64_t hash = textHash(key);
    return places_[hash % kPlaces].load(std::memory_order_relaxed) == hash;
  }

 private:
  std::atomic<bool> any_{false};
  std::array<std::atomic<std::uint64_t>, kPlaces> places_{};
};

}  // namespace forage::visit
