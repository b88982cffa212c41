// The Redis cache keeps the contract of caches, over every kind of connection.
#include "conformance/cache_conformance.h"
#include "redis_plugin.h"
#include "support/fake_clock.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

/// A cache that takes its server, empty and of its own, along.
class WithServer final : public Cache {
 public:
  using Url = std::string (RedisServer::*)() const;

  WithServer(bool tls, Url url) : server_({.tls = tls}) {
    Options options;
    if (tls) options["ca_file"] = server_.caFile().string();
    cache_ = makeRedis((server_.*url)(), clock_, options);
  }

  [[nodiscard]] bool answersWithoutIo() const noexcept override {
    return cache_->answersWithoutIo();
  }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    cache_->find(keys, found);
  }
  void store(std::span<const Keep> items) override { cache_->store(items); }
  std::size_t erase(std::span<const Key> keys) override { return cache_->erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    cache_->scan(pattern, visitor);
  }
  void inspect(std::string_view pattern, const Visitor& visitor) override {
    cache_->inspect(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override { return cache_->stats(); }

 private:
  FakeClock clock_;
  RedisServer server_;
  std::unique_ptr<Cache> cache_;
};

conformance::CacheSubject subject(bool tls, WithServer::Url url) {
  return {.make = [=] { return std::make_unique<WithServer>(tls, url); }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(RedisOverTcp,
                         (forage::test::subject(false, &forage::test::RedisServer::url)));
FORAGE_CACHE_CONFORMANCE(RedisOverUnixSocket,
                         (forage::test::subject(false, &forage::test::RedisServer::unixUrl)));
FORAGE_CACHE_CONFORMANCE(RedisOverTls,
                         (forage::test::subject(true, &forage::test::RedisServer::tlsUrl)));
