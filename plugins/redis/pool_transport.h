// Carries commands to one server in RESP, over the connections of a pool. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "dial.h"
#include "pool.h"
#include "transport.h"

namespace forage::redis {

class PoolTransport final : public Transport {
 public:
  /// `clock` outlives it.
  PoolTransport(const Options& options, const Clock& clock)
      : PoolTransport(options, clock, Dialer(options)) {}
  PoolTransport(const Options& options, const Clock& clock, const Dialer& dialer);

  void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) override;
  [[nodiscard]] PoolStats stats() const noexcept override { return pool_.stats(); }
  [[nodiscard]] std::uint64_t timeouts() const noexcept override { return timeouts_; }
  [[nodiscard]] std::uint64_t chance() noexcept override { return pool_.chance(); }

  // The steps of exchange(), for those who have several servers at work at once:

  /// A connection. Take those to several servers in the same order always. Throws ConnectionError.
  [[nodiscard]] Pool::Lease take() { return pool_.take(); }
  /// Hands over the replies to what was begun on `lease`. False: the connection turned out to have
  /// been closed before, so all of it is to be sent once more. Throws as exchange().
  [[nodiscard]] bool finish(Pool::Lease& lease, Problem& problem, const OnReply& on_reply);

 private:
  static void begin(Pool::Lease& lease, const Commands& commands);

  Pool pool_;
  std::atomic<std::uint64_t> timeouts_{0};
};

}  // namespace forage::redis
