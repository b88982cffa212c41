// Where a Redis server is and how to sign in there, as a URL says it:
//   redis://[user:password@]host[:port][/db]     rediss:// the same over TLS
//   redis+unix://[user:password@]/path/to/socket[?db=N]
//   redis+sentinel://[user:password@]host[:port][,host[:port]...]/MASTER[?db=N]
//   redis+cluster://[user:password@]host[:port][,host[:port]...]
// the last two over TLS with rediss+sentinel:// and rediss+cluster://.
// User and password are percent-decoded. Pure; thread-safe. Nothing here shows any part of a URL
// in a message: a mistyped one may carry its secret anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "address.h"

namespace forage::redis {

struct Location {
  enum class Kind : std::uint8_t { kTcp, kTls, kUnix };
  enum class Topology : std::uint8_t {
    kServer,    ///< one server
    kSentinel,  ///< the master that sentinels name
    kCluster,   ///< the nodes of a cluster
  };

  Kind kind = Kind::kTcp;
  Topology topology = Topology::kServer;
  std::string host;  ///< of kServer: name or address without brackets; empty for kUnix
  std::uint16_t port = 6379;
  std::string path;            ///< of the socket, for kUnix
  std::vector<Address> seeds;  ///< the sentinels, or nodes to begin with; at least one
  std::string master;          ///< its name among the sentinels
  std::string user;
  std::optional<std::string> password;
  std::optional<int> database;

  /// "127.0.0.1:6379", "/run/redis.sock", "MASTER of sentinel 127.0.0.1:26379 and 2 more" or
  /// "cluster 127.0.0.1:7000": for messages, without secrets.
  [[nodiscard]] std::string shown() const;
};

/// Reads `url`; returns nothing and says why, with the cure, in `why` (one line) when it cannot.
[[nodiscard]] std::optional<Location> parseRedisUrl(std::string_view url, std::string& why);

}  // namespace forage::redis
