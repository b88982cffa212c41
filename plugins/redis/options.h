// The options of the Redis cache: read, checked and with their defaults. A value; thread-safe to
// read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/plugin.h"
#include "forage/settings.h"
#include "redis_url.h"

namespace forage::redis {

struct Options {
  Location location;     ///< without user, password and database: those are below
  std::string user;      ///< "" signs in as the server's default user
  std::string password;  ///< "" signs in as nobody
  int database = 0;
  Millis connect_timeout{500};
  Millis command_timeout{500};
  Millis retry_period{100};  // at its longest still below the second between probes of a run
  std::size_t max_connections = 4;
  std::string ca_file;  ///< "" for the system's
  std::size_t max_value_size = 64u << 20;
  Millis lease{10'000};                   ///< life of a lease; 0 for no leases
  std::vector<std::string> track_prefix;  ///< keys whose changes are told; none for all
};

/// What readOptions() knows, for PluginInfo.
[[nodiscard]] std::span<const OptionInfo> optionInfos() noexcept;

/// Throws ConfigError with the cure, without secrets.
[[nodiscard]] Options readOptions(const Settings& settings);

}  // namespace forage::redis
