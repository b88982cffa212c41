// The options of the Redis cache: read, checked and with their defaults. A value; thread-safe to
// read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/plugin.h"
#include "forage/settings.h"
#include "redis_url.h"
#include "rest_url.h"

namespace forage::redis {

/// What stands under a key.
enum class ValueFormat : std::uint8_t {
  kEntry,  ///< the whole response, as an HTTP message
  kBody,   ///< its bare text, as simple scripts keep it
};

struct Options {
  Location location;              ///< without user, password and database: those are below
  std::string user;               ///< "" signs in as the server's default user
  std::string password;           ///< "" signs in as nobody
  std::string sentinel_user;      ///< "" signs in to sentinels as their default user
  std::string sentinel_password;  ///< "" signs in to sentinels as nobody
  int database = 0;
  Millis connect_timeout{500};
  Millis command_timeout{500};
  Millis retry_period{100};  // at its longest still below the second between probes of a run
  std::size_t max_connections = 4;
  std::string ca_file;  ///< "" for the system's
  std::size_t max_value_size = 64u << 20;
  ValueFormat value_format = ValueFormat::kEntry;
  Millis lease{10'000};                   ///< life of a lease; 0 for no leases
  std::vector<std::string> track_prefix;  ///< keys whose changes are told; none for all
  std::optional<RestSite> rest;           ///< instead of a connection that speaks RESP

  /// Bytes that a reply may have: a step of SCAN brings hundreds of keys.
  [[nodiscard]] std::size_t maxReply() const noexcept {
    return std::max<std::size_t>(max_value_size, 4u << 20);
  }
};

/// What readOptions() knows, for PluginInfo.
[[nodiscard]] std::span<const OptionInfo> optionInfos() noexcept;

/// Throws ConfigError with the cure, without secrets.
[[nodiscard]] Options readOptions(const Settings& settings);

}  // namespace forage::redis
