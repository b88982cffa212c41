// What carries commands to Redis and their replies back: the cache knows commands and replies, a
// transport knows where the server is and how it is spoken to. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "forage/clock.h"
#include "options.h"
#include "pool_stats.h"
#include "problem.h"
#include "reply_reader.h"

namespace forage::redis {

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Sends `commands` and hands over the reply of each, in order. A server that went away since
  /// the last exchange is asked once more, so each command must be one that may be sent twice.
  /// What `on_reply` notes in `problem` may have it find another server for the next exchange.
  /// Throws ConnectionError, and whatever `on_reply` throws; some replies may have been handed
  /// over.
  virtual void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) = 0;

  /// How many keys one command may name: one where each may live elsewhere.
  [[nodiscard]] virtual std::size_t keysPerCommand() const noexcept { return kAnyNumber; }
  /// The names of the servers that share the keys among them: each is asked what it has. Throws
  /// ConnectionError.
  [[nodiscard]] virtual std::vector<std::string> shards() { return {""}; }
  /// As exchange(), all of it with one of shards(): for commands that are about no key.
  virtual void exchangeWith(const std::string& shard, const Commands& commands, Problem& problem,
                            const OnReply& on_reply) {
    (void)shard;
    exchange(commands, problem, on_reply);
  }

  [[nodiscard]] virtual PoolStats stats() const noexcept = 0;
  /// Exchanges that had no answer in time.
  [[nodiscard]] virtual std::uint64_t timeouts() const noexcept = 0;
  /// Adds what is counted of this kind of transport alone to CacheStats::more.
  virtual void count(std::vector<std::pair<std::string, std::uint64_t>>& more) const { (void)more; }
  /// Any number, evenly spread.
  [[nodiscard]] virtual std::uint64_t chance() noexcept = 0;

  static constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
};

/// The transport that `options` ask for. Connects at the first use, not before. `clock` outlives
/// it.
[[nodiscard]] std::unique_ptr<Transport> makeTransport(const Options& options, const Clock& clock);

}  // namespace forage::redis
