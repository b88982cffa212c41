// Counts what an origin server has served. Thread-safe: written by the loop, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "origin/origin_server.h"

namespace forage::origin {

class Served final {
 public:
  void connectionOpened() noexcept;
  void connectionClosed() noexcept;
  void requestBegun(std::string_view target);
  void requestEnded() noexcept;

  [[nodiscard]] OriginStats stats() const;
  [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }
  [[nodiscard]] std::uint64_t requests(std::string_view target) const;

 private:
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> in_progress_{0};
  std::atomic<std::uint64_t> max_concurrent_{0};
  mutable std::mutex mutex_;  // guards by_target_
  std::map<std::string, std::uint64_t, std::less<>> by_target_;
};

}  // namespace forage::origin
