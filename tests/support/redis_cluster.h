// A real cluster of one test's own: masters that share the slots evenly, and replicas of the first.
// It takes about two seconds until it serves, which is how long Redis makes a new master wait. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/redis_server.h"
#include "support/temporary_folder.h"

namespace forage::test {

struct RedisClusterConfig {
  std::size_t masters = 3;
  std::size_t replicas = 0;  ///< of the first master
  bool tls = false;
  std::string password{};
  std::vector<std::string> lines{};  ///< for the redis.conf of each
};

class RedisCluster {
 public:
  /// Returns when every node serves. Throws std::runtime_error.
  explicit RedisCluster(const RedisClusterConfig& config = {});

  [[nodiscard]] std::size_t masters() const noexcept { return masters_; }
  /// The masters first, then the replicas.
  [[nodiscard]] RedisServer& node(std::size_t index) const { return *nodes_[index]; }
  /// The master that had `slot` at the beginning.
  [[nodiscard]] std::size_t ownerOf(std::uint16_t slot) const noexcept;
  /// "redis+cluster://" with the addresses of all nodes, without a password.
  [[nodiscard]] std::string url() const;
  /// The authority of the certificates of all nodes. REQUIRES: tls.
  [[nodiscard]] std::filesystem::path caFile() const { return nodes_.front()->caFile(); }

  /// Forgets all keys.
  void empty() const;
  /// From now on `to` imports the slot, and `from` sends there those who ask for a key of it that
  /// it has not.
  void beginMove(std::uint16_t slot, std::size_t from, std::size_t to) const;
  /// Moves a key of such a slot.
  void moveKey(const std::string& key, std::size_t from, std::size_t to) const;
  /// Now it belongs to `to`: all others send there those who ask for it.
  void endMove(std::uint16_t slot, std::size_t to) const;

 private:
  void meet() const;
  void shareSlots() const;
  void attachReplicas() const;
  [[nodiscard]] std::string idOf(std::size_t index) const;

  const std::size_t masters_;
  const bool tls_;
  TemporaryFolder tls_files_;
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace forage::test
