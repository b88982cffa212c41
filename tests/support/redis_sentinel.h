// A real sentinel of one test's own, with the master that it watches and a replica of that. It has
// a quorum of one, so that it fails over alone, within a second or two. Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "support/redis_server.h"
#include "support/temporary_folder.h"

namespace forage::test {

struct RedisSentinelConfig {
  bool tls = false;
  bool replica = true;     ///< without one there is no failing over
  std::string password{};  ///< of master and replica
  std::string sentinel_password{};
};

class RedisSentinel {
 public:
  static constexpr const char* kMaster = "pages";  ///< as the sentinel calls the master

  /// Returns when the sentinel knows all. Throws std::runtime_error.
  explicit RedisSentinel(const RedisSentinelConfig& config = {});

  [[nodiscard]] RedisServer& sentinel() const noexcept { return *sentinel_; }
  [[nodiscard]] RedisServer& master() const noexcept { return *master_; }
  /// REQUIRES: replica.
  [[nodiscard]] RedisServer& replica() const noexcept { return *replica_; }
  /// "127.0.0.1:PORT" of the sentinel.
  [[nodiscard]] std::string address() const;
  /// "redis+sentinel://", without a password.
  [[nodiscard]] std::string url() const;

 private:
  [[nodiscard]] RedisConfig serverConfig(const RedisSentinelConfig& config) const;
  void startSentinel(const RedisSentinelConfig& config);
  [[nodiscard]] bool sentinelKnowsReplica() const;

  const bool tls_;
  TemporaryFolder tls_files_;
  std::unique_ptr<RedisServer> master_;
  std::unique_ptr<RedisServer> replica_;
  std::unique_ptr<RedisServer> sentinel_;
};

}  // namespace forage::test
