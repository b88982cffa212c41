// A redis-server of a test's own that several processes share. A process is a cache object, or,
// where it is to die, a real one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conformance/shared_store.h"
#include "forage/clock.h"
#include "redis_plugin.h"
#include "support/redis_server.h"

namespace forage::test {

class SharedRedis final : public conformance::SharedStore {
 public:
  using Url = std::string (RedisServer::*)() const;

  explicit SharedRedis(bool tls = false, Url url = &RedisServer::url);

  std::unique_ptr<Cache> process() override { return process({}); }
  std::unique_ptr<Cache> process(Options more);
  [[nodiscard]] Millis life() const override { return Millis(2'000); }
  void leaveBehind(const std::vector<Key>& keys) override;
  bool cutConnections() override;

  [[nodiscard]] RedisServer& server() noexcept { return server_; }

 private:
  [[nodiscard]] std::string lifeText() const { return std::to_string(life().count()) + "ms"; }

  SystemClock clock_;
  RedisServer server_;
  const bool tls_;
  const std::string url_;
};

}  // namespace forage::test
