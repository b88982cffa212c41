#include "support/redis_sentinel.h"

#include <stdexcept>

#include "support/eventually.h"

namespace forage::test {

namespace {

std::string portOf(const RedisServer& server, bool tls) {
  return std::to_string(tls ? server.tlsPort() : server.port());
}

void need(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("the sentinel: " + what);
}

}  // namespace

RedisSentinel::RedisSentinel(const RedisSentinelConfig& config) : tls_(config.tls) {
  RedisConfig server = serverConfig(config);
  if (tls_) (void)CertificateAuthority(tls_files_.path(), "ca").issue("server", server.tls_names);
  master_ = std::make_unique<RedisServer>(server);
  if (config.replica) {
    server.lines.push_back("replicaof 127.0.0.1 " + portOf(*master_, tls_));
    replica_ = std::make_unique<RedisServer>(server);
    need(eventually([&] {
           const std::string text = replica_->command({"INFO", "replication"}).text;
           return text.find("master_link_status:up") != std::string::npos;
         }),
         "the replica does not follow:\n" + replica_->log());
  }
  startSentinel(config);  // last: it looks for new replicas every ten seconds only
}

RedisConfig RedisSentinel::serverConfig(const RedisSentinelConfig& config) const {
  RedisConfig server{.tls = tls_, .password = config.password};
  server.lines = {"repl-diskless-sync-delay 0"};
  if (tls_) {
    server.tls_files = tls_files_.path();
    server.lines.push_back("tls-replication yes");
  }
  if (!config.password.empty()) server.lines.push_back("masterauth \"" + config.password + "\"");
  return server;
}

void RedisSentinel::startSentinel(const RedisSentinelConfig& config) {
  const std::string name = kMaster;
  RedisConfig sentinel = serverConfig({.tls = tls_});
  sentinel.password = config.sentinel_password;
  sentinel.sentinel = true;
  sentinel.lines = {"sentinel monitor " + name + " 127.0.0.1 " + portOf(*master_, tls_) + " 1",
                    "sentinel down-after-milliseconds " + name + " 300",
                    "sentinel failover-timeout " + name + " 2000"};
  if (tls_) sentinel.lines.push_back("tls-replication yes");
  if (!config.password.empty()) {
    sentinel.lines.push_back("sentinel auth-pass " + name + " " + config.password);
  }
  sentinel_ = std::make_unique<RedisServer>(sentinel);
  if (replica_) {
    need(eventually([this] { return sentinelKnowsReplica(); }),
         "it does not find the replica:\n" + sentinel_->log());
  }
}

bool RedisSentinel::sentinelKnowsReplica() const {
  const RedisServer::Answer replicas = sentinel_->command({"SENTINEL", "REPLICAS", kMaster});
  if (replicas.items.size() != 1) return false;
  const auto& fields = replicas.items.front().items;  // names and values
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text == "master-link-status") return fields[i + 1].text == "ok";
  }
  return false;
}

std::string RedisSentinel::address() const { return "127.0.0.1:" + portOf(*sentinel_, tls_); }

std::string RedisSentinel::url() const {
  return (tls_ ? "rediss+sentinel://" : "redis+sentinel://") + address() + "/" + kMaster;
}

}  // namespace forage::test
