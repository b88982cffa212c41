// Carries commands to the nodes of a cluster: each to the one that has the slot of its key, and on
// to where that one sends it. Replies come in the order of the commands. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cluster_nodes.h"
#include "transport.h"

namespace forage::redis {

class ClusterTransport final : public Transport {
 public:
  /// `clock` outlives it.
  ClusterTransport(const Options& options, const Clock& clock);

  /// Follows redirections, and comes back every retry_period, for at most command_timeout, while a
  /// node says that it cannot answer yet; after that this is the reply.
  void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) override;

  [[nodiscard]] std::size_t keysPerCommand() const noexcept override { return 1; }
  [[nodiscard]] std::vector<std::string> shards() override;
  void exchangeWith(const std::string& shard, const Commands& commands, Problem& problem,
                    const OnReply& on_reply) override;

  [[nodiscard]] PoolStats stats() const noexcept override { return nodes_.stats(); }
  [[nodiscard]] std::uint64_t timeouts() const noexcept override { return nodes_.timeouts(); }
  void count(std::vector<std::pair<std::string, std::uint64_t>>& more) const override;
  [[nodiscard]] std::uint64_t chance() noexcept override { return nodes_.chance(); }

 private:
  [[nodiscard]] bool pauseBefore(TimePoint deadline) const;

  const Millis command_timeout_;
  const Millis retry_period_;
  ClusterNodes nodes_;
  std::atomic<std::uint64_t> redirections_{0};
};

}  // namespace forage::redis
