// One node of a cluster: its address and the connections to it. What goes wrong with it names it.
// Thread-safe.
#pragma once

#include "address.h"
#include "dial.h"
#include "fault.h"
#include "forage/clock.h"
#include "options.h"
#include "pool_transport.h"

namespace forage::redis {

class ClusterNode {
  template <typename Work>
  auto naming(Work&& work) {
    try {
      return work();
    } catch (const ConnectionError& error) {
      throw ConnectionError(error.fault(), "node " + address_.shown() + ": " + error.what());
    }
  }

 public:
  /// `options` are those of the cluster. `clock` outlives it.
  ClusterNode(const Options& options, const Address& address, const Clock& clock,
              const Dialer& dialer);

  // As those of PoolTransport.
  void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) {
    naming([&] { transport_.exchange(commands, problem, on_reply); });
  }
  [[nodiscard]] Pool::Lease take() {
    return naming([&] { return transport_.take(); });
  }
  [[nodiscard]] bool finish(Pool::Lease& lease, Problem& problem, const OnReply& on_reply) {
    return naming([&] { return transport_.finish(lease, problem, on_reply); });
  }
  [[nodiscard]] PoolStats stats() const noexcept { return transport_.stats(); }
  [[nodiscard]] std::uint64_t timeouts() const noexcept { return transport_.timeouts(); }

  [[nodiscard]] const Address& address() const noexcept { return address_; }

 private:
  const Address address_;
  PoolTransport transport_;
};

}  // namespace forage::redis
