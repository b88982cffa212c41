#include "support/redis_cluster.h"

#include <stdexcept>
#include <string_view>

#include "support/eventually.h"

namespace forage::test {

namespace {

constexpr std::size_t kSlots = 16'384;

using Answer = RedisServer::Answer;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("the cluster: " + what);
}

void order(const RedisServer& node, const std::vector<std::string>& command) {
  const Answer answer = node.command(command);
  require(answer.type != Answer::Type::kError, answer.text);
}

/// What it believes itself, and of how many nodes and ranges of slots it knows.
bool serves(const RedisServer& node, std::size_t nodes, std::size_t ranges) {
  const std::string text = node.command({"CLUSTER", "INFO"}).text;
  const std::string known = "cluster_known_nodes:" + std::to_string(nodes) + "\r";
  return text.find("cluster_state:ok") != std::string::npos &&
         text.find(known) != std::string::npos &&
         node.command({"CLUSTER", "SLOTS"}).items.size() == ranges;
}

}  // namespace

RedisCluster::RedisCluster(const RedisClusterConfig& config)
    : masters_(config.masters), tls_(config.tls) {
  RedisConfig node{
      .tls = config.tls, .password = config.password, .lines = config.lines, .cluster = true};
  if (!config.password.empty()) node.lines.push_back("masterauth \"" + config.password + "\"");
  if (config.tls) {  // one authority for all: they verify each other too
    (void)CertificateAuthority(tls_files_.path(), "ca").issue("server", node.tls_names);
    node.tls_files = tls_files_.path();
  }
  for (std::size_t i = 0; i < config.masters + config.replicas; ++i) {
    nodes_.push_back(std::make_unique<RedisServer>(node));
  }
  shareSlots();
  meet();
  for (const auto& each : nodes_) {
    require(eventually([&] { return serves(*each, nodes_.size(), masters_); }),
            "a node does not come up:\n" + each->log());
  }
  attachReplicas();
}

void RedisCluster::shareSlots() const {
  for (std::size_t i = 0; i < masters_; ++i) {
    const std::size_t first = i * kSlots / masters_;
    const std::size_t last = (i + 1) * kSlots / masters_ - 1;
    order(*nodes_[i], {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
  }
}

std::size_t RedisCluster::ownerOf(std::uint16_t slot) const noexcept {
  std::size_t owner = 0;
  while (slot >= (owner + 1) * kSlots / masters_) ++owner;
  return owner;
}

// Each pair by hand: what nodes hear of each other by gossip takes seconds.
void RedisCluster::meet() const {
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    const RedisServer& other = *nodes_[i];
    const std::string port = std::to_string(tls_ ? other.tlsPort() : other.port());
    for (std::size_t j = 0; j < i; ++j) {
      order(*nodes_[j], {"CLUSTER", "MEET", "127.0.0.1", port, std::to_string(other.busPort())});
    }
  }
}

void RedisCluster::attachReplicas() const {
  const std::string master = idOf(0);
  for (std::size_t i = masters_; i < nodes_.size(); ++i) {
    order(*nodes_[i], {"CLUSTER", "REPLICATE", master});
    require(eventually([&] {
              const std::string text = nodes_[i]->command({"INFO", "replication"}).text;
              return text.find("master_link_status:up") != std::string::npos;
            }),
            "a replica does not follow:\n" + nodes_[i]->log());
  }
  // Those that have not heard of a replica would not vote for it.
  for (const auto& node : nodes_) {
    require(eventually([&] {
              return node->command({"CLUSTER", "REPLICAS", master}).items.size() ==
                     nodes_.size() - masters_;
            }),
            "a node has not heard of the replicas:\n" + node->log());
  }
}

std::string RedisCluster::idOf(std::size_t index) const {
  return nodes_[index]->command({"CLUSTER", "MYID"}).text;
}

std::string RedisCluster::url() const {
  std::string url = tls_ ? "rediss+cluster://" : "redis+cluster://";
  for (const auto& node : nodes_) {
    if (node != nodes_.front()) url += ',';
    url += "127.0.0.1:" + std::to_string(tls_ ? node->tlsPort() : node->port());
  }
  return url;
}

void RedisCluster::empty() const {
  for (std::size_t i = 0; i < masters_; ++i) order(*nodes_[i], {"FLUSHALL"});
}

void RedisCluster::beginMove(std::uint16_t slot, std::size_t from, std::size_t to) const {
  const std::string number = std::to_string(slot);
  order(*nodes_[to], {"CLUSTER", "SETSLOT", number, "IMPORTING", idOf(from)});
  order(*nodes_[from], {"CLUSTER", "SETSLOT", number, "MIGRATING", idOf(to)});
}

void RedisCluster::moveKey(const std::string& key, std::size_t from, std::size_t to) const {
  order(*nodes_[from],
        {"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()), key, "0", "5000"});
}

void RedisCluster::endMove(std::uint16_t slot, std::size_t to) const {
  const std::string id = idOf(to);
  order(*nodes_[to], {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id});
  for (std::size_t i = 0; i < masters_; ++i) {
    if (i != to) order(*nodes_[i], {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id});
  }
}

}  // namespace forage::test
