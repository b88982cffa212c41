// The Redis cache keeps the contract of caches, over every kind of transport.
#include "cache_with_server.h"
#include "conformance/cache_conformance.h"
#include "support/redis_sentinel.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

conformance::CacheSubject overConnection(bool tls, std::string (RedisServer::*url)() const) {
  return {.make = [=] {
    const auto server = std::make_shared<const RedisServer>(RedisConfig{.tls = tls});
    Options options;
    if (tls) options["ca_file"] = server->caFile().string();
    return std::make_unique<CacheWithServer>(server, ((*server).*url)(), options);
  }};
}

conformance::CacheSubject bySentinel() {
  return {.make = [] {
    const auto servers =
        std::make_shared<const RedisSentinel>(RedisSentinelConfig{.replica = false});
    return std::make_unique<CacheWithServer>(servers, servers->url());
  }};
}

struct RestSite {
  RedisServer server;
  RestFront front;

  explicit RestSite(bool resp2) : front(server, RestApiConfig{.resp2 = resp2}) {}
};

conformance::CacheSubject overRest(bool resp2) {
  return {.make = [=] {
    const auto site = std::make_shared<const RestSite>(resp2);
    return std::make_unique<CacheWithServer>(site, site->front.url(),
                                             Options{{"token", site->front.token()}});
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
FORAGE_CACHE_CONFORMANCE(RedisBySentinel, (forage::test::bySentinel()));
FORAGE_CACHE_CONFORMANCE(RedisOverRest, (forage::test::overRest(true)));
FORAGE_CACHE_CONFORMANCE(RedisOverRestInBase64, (forage::test::overRest(false)));
