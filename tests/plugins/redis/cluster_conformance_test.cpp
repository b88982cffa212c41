// The Redis cache keeps the contract of caches in a cluster too. A cluster takes two seconds to
// come up: all tests share one, which each of them finds empty.
#include "cache_with_server.h"
#include "conformance/cache_conformance.h"
#include "support/redis_cluster.h"

namespace forage::test {
namespace {

class SharedCluster final : public testing::Environment {
 public:
  std::shared_ptr<const RedisCluster> emptied() {
    if (!cluster_) cluster_ = std::make_shared<const RedisCluster>();
    cluster_->empty();
    return cluster_;
  }
  void TearDown() override { cluster_.reset(); }

 private:
  std::shared_ptr<const RedisCluster> cluster_;  // once a test has asked for it
};

// GoogleTest owns it, and ends the cluster after the last test.
SharedCluster* const kShared = new SharedCluster;
const testing::Environment* const kRegistered = testing::AddGlobalTestEnvironment(kShared);

conformance::CacheSubject subject() {
  return {.make = [] {
    const auto cluster = kShared->emptied();
    return std::make_unique<CacheWithServer>(cluster, cluster->url());
  }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(RedisCluster, (forage::test::subject()));
