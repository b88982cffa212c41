// The Redis cache keeps the contract of caches, over every kind of connection.
#include "cache_with_server.h"
#include "conformance/cache_conformance.h"
#include "support/redis_sentinel.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

conformance::CacheSubject subject(bool tls, std::string (RedisServer::*url)() const) {
  return {.make = [=] {
    const auto server = std::make_shared<const RedisServer>(RedisConfig{.tls = tls});
    Options options;
    if (tls) options["ca_file"] = server->caFile().string();
    return std::make_unique<CacheWithServer>(server, ((*server).*url)(), options);
  }};
}

conformance::CacheSubject sentinelSubject() {
  return {.make = [] {
    const auto servers =
        std::make_shared<const RedisSentinel>(RedisSentinelConfig{.replica = false});
    return std::make_unique<CacheWithServer>(servers, servers->url());
  }};
}

}  // namespace
}  // namespace forage::test

FORAGE_CACHE_CONFORMANCE(RedisOverTcp,
                         (forage::test::subject(false, &forage::test::RedisServer::url)));
FORAGE_CACHE_CONFORMANCE(RedisOverUnixSocket,
                         (forage::test::subject(false, &forage::test::RedisServer::unixUrl)));
FORAGE_CACHE_CONFORMANCE(RedisOverTls,
                         (forage::test::subject(true, &forage::test::RedisServer::tlsUrl)));
FORAGE_CACHE_CONFORMANCE(RedisBySentinel, (forage::test::sentinelSubject()));
