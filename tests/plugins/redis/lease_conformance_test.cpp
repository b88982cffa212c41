// The leases of the Redis cache keep the contract of leases, over every kind of connection.
#include "conformance/lease_conformance.h"

#include "shared_redis.h"

namespace forage::test {
namespace {

conformance::LeaseSubject leasesOver(bool tls, SharedRedis::Url url) {
  return {.make = [=] { return std::make_unique<SharedRedis>(tls, url); }};
}

}  // namespace
}  // namespace forage::test

FORAGE_LEASE_CONFORMANCE(RedisOverTcp,
                         (forage::test::leasesOver(false, &forage::test::RedisServer::url)));
FORAGE_LEASE_CONFORMANCE(RedisOverUnixSocket,
                         (forage::test::leasesOver(false, &forage::test::RedisServer::unixUrl)));
FORAGE_LEASE_CONFORMANCE(RedisOverTls,
                         (forage::test::leasesOver(true, &forage::test::RedisServer::tlsUrl)));
