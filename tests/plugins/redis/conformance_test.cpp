// The Redis cache keeps the contract of caches, over every kind of transport.
#include <functional>
#include <memory>

#include "conformance/cache_conformance.h"
#include "redis_plugin.h"
#include "support/fake_clock.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

/// A cache, and what may have to stand between it and its server.
struct Made {
  std::shared_ptr<RestFront> front;
  std::unique_ptr<Cache> cache;
};

/// A cache that takes its server, empty and of its own, along.
class WithServer final : public Cache {
 public:
  using Make = std::function<Made(const RedisServer& server, const Clock& clock)>;

  WithServer(bool tls, const Make& make) : server_({.tls = tls}), made_(make(server_, clock_)) {}

  [[nodiscard]] bool answersWithoutIo() const noexcept override {
    return made_.cache->answersWithoutIo();
  }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    made_.cache->find(keys, found);
  }
  void store(std::span<const Keep> items) override { made_.cache->store(items); }
  std::size_t erase(std::span<const Key> keys) override { return made_.cache->erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    made_.cache->scan(pattern, visitor);
  }
  void inspect(std::string_view pattern, const Visitor& visitor) override {
    made_.cache->inspect(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override { return made_.cache->stats(); }

 private:
  FakeClock clock_;
  RedisServer server_;
  Made made_;
};

conformance::CacheSubject overConnection(bool tls, std::string (RedisServer::*url)() const) {
  return {.make = [=] {
    return std::make_unique<WithServer>(tls, [=](const RedisServer& server, const Clock& clock) {
      Options options;
      if (tls) options["ca_file"] = server.caFile().string();
      return Made{nullptr, makeRedis((server.*url)(), clock, options)};
    });
  }};
}

conformance::CacheSubject overRest(bool resp2) {
  return {.make = [=] {
    return std::make_unique<WithServer>(false, [=](const RedisServer& server, const Clock& clock) {
      auto front = std::make_shared<RestFront>(server, RestApiConfig{.resp2 = resp2});
      return Made{front, makeRedis(front->url(), clock, {{"token", front->token()}})};
    });
  }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(RedisOverTcp,
                         (forage::test::overConnection(false, &forage::test::RedisServer::url)));
FORAGE_CACHE_CONFORMANCE(RedisOverUnixSocket,
                         (forage::test::overConnection(false,
                                                       &forage::test::RedisServer::unixUrl)));
FORAGE_CACHE_CONFORMANCE(RedisOverTls,
                         (forage::test::overConnection(true, &forage::test::RedisServer::tlsUrl)));
FORAGE_CACHE_CONFORMANCE(RedisOverRest, (forage::test::overRest(true)));
FORAGE_CACHE_CONFORMANCE(RedisOverRestInBase64, (forage::test::overRest(false)));
