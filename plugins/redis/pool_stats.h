// What is counted of the connections that a cache makes. A value; thread-safe to read.
#pragma once

#include <cstdint>

namespace forage::redis {

struct PoolStats {
  std::uint64_t connections = 0;  ///< made
  std::uint64_t reconnects = 0;   ///< of these, made in place of one that was lost
  std::uint64_t failures = 0;     ///< attempts that led to none
};

}  // namespace forage::redis
