// Where a Redis server is and how to sign in there, as a URL says it:
//   redis://[user:password@]host[:port][/db]     rediss:// the same over TLS
//   redis+unix://[user:password@]/path/to/socket[?db=N]
// User and password are percent-decoded. Pure; thread-safe. Nothing here shows any part of a URL
// in a message: a mistyped one may carry its secret anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forage::redis {

struct Location {
  enum class Kind : std::uint8_t { kTcp, kTls, kUnix };

  Kind kind = Kind::kTcp;
  std::string host;  ///< name or address without brackets; empty for kUnix
  std::uint16_t port = 6379;
  std::string path;  ///< of the socket, for kUnix
  std::string user;
  std::optional<std::string> password;
  std::optional<int> database;

  /// "127.0.0.1:6379", "[::1]:6379" or "/run/redis.sock": for messages, without secrets.
  [[nodiscard]] std::string shown() const;
};

/// Reads `url`; returns nothing and says why, with the cure, in `why` (one line) when it cannot.
[[nodiscard]] std::optional<Location> parseRedisUrl(std::string_view url, std::string& why);

}  // namespace forage::redis
