// Carries commands to one server in RESP, over the connections of a pool. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "pool.h"
#include "transport.h"

namespace forage::redis {

class PoolTransport final : public Transport {
 public:
  /// `clock` outlives it.
  PoolTransport(const Options& options, const Clock& clock);

  void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) override;
  [[nodiscard]] PoolStats stats() const noexcept override { return pool_.stats(); }
  [[nodiscard]] std::uint64_t timeouts() const noexcept override { return timeouts_; }
  [[nodiscard]] std::uint64_t chance() noexcept override { return pool_.chance(); }

 private:
  bool attempt(Pool::Lease& lease, const Commands& commands, Problem& problem,
               const OnReply& on_reply);

  Pool pool_;
  std::atomic<std::uint64_t> timeouts_{0};
};

}  // namespace forage::redis
