#include "options.h"

#include <array>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

namespace forage::redis {

namespace {

constexpr Millis kMinSpan{1};
constexpr Millis kMaxSpan = std::chrono::hours(1);
constexpr Millis kShortestLease{100};
constexpr std::size_t kMinValue = 1024;
constexpr std::size_t kMaxValue = 512u << 20;  // Redis takes no longer ones
constexpr std::size_t kMaxPrefixes = 16;
constexpr std::size_t kMaxPrefix = 1024;

Millis spanOf(const Settings& settings, std::string_view key, Millis fallback) {
  const Millis span = settings.duration(key, fallback);
  if (span < kMinSpan || span > kMaxSpan) settings.fail(key, "wants a duration from 1ms to 1h");
  return span;
}

std::size_t valueSizeOf(const Settings& settings, std::size_t fallback) {
  const std::size_t size = settings.size("max_value_size", fallback);
  if (size < kMinValue || size > kMaxValue) {
    settings.fail("max_value_size", "wants a size from 1KiB to 512MiB");
  }
  return size;
}

Millis leaseOf(const Settings& settings, Millis fallback) {
  const Millis life = settings.duration("lease", fallback);
  if (life != Millis::zero() && (life < kShortestLease || life > kMaxSpan)) {
    settings.fail("lease", "wants a duration from 100ms to 1h, or \"0s\" for no leases");
  }
  return life;
}

std::vector<std::string> trackedOf(const Settings& settings) {
  std::vector<std::string> prefixes = settings.list("track_prefix");
  if (prefixes.size() > kMaxPrefixes) settings.fail("track_prefix", "wants at most 16 prefixes");
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    if (prefixes[i].empty() || prefixes[i].size() > kMaxPrefix) {
      settings.fail("track_prefix", "wants prefixes of 1 to 1024 bytes");
    }
    for (std::size_t j = 0; j < prefixes.size(); ++j) {
      // Redis refuses them, because a key would be told twice.
      if (i == j || !prefixes[i].starts_with(prefixes[j])) continue;
      settings.fail("track_prefix", "has \"" + prefixes[i] + "\", which \"" + prefixes[j] +
                                        "\" covers: leave one of them out");
    }
  }
  return prefixes;
}

Location locationOf(const Settings& settings) {
  const std::string url = settings.text("url", "");
  if (url.empty()) {
    settings.fail("url",
                  "is missing: say where Redis is, as in [cache] url = "
                  "\"redis://127.0.0.1:6379\"");
  }
  std::string why;
  std::optional<Location> location = parseRedisUrl(url, why);
  if (!location) settings.fail("url", why);
  return *std::move(location);
}

void readSignIn(const Settings& settings, Options& options) {
  Location& location = options.location;
  options.user = settings.text("user", location.user);
  options.password = settings.text("password", location.password.value_or(""));
  const bool asked = location.password || settings.has("password");
  if (!options.user.empty() && !asked) {
    settings.fail(settings.has("user") ? "user" : "url",
                  "has a user but no password: set password, or write a password alone as "
                  "\"redis://:PASSWORD@HOST\"");
  }
  location.user.clear();
  location.password.reset();
}

void checkCaFile(const Settings& settings, const std::string& file) {
  if (file.empty()) return;
  if (!std::ifstream(file).good()) settings.fail("ca_file", "cannot be read: " + file);
}

}  // namespace

std::span<const OptionInfo> optionInfos() noexcept {
  static constexpr std::array<OptionInfo, 12> kInfos{{
      {"url", "text", "", "where Redis is: redis://, rediss:// (TLS) or redis+unix://"},
      {"user", "text", "", "ACL user; takes the place of the one in url"},
      {"password", "text", "", "takes the place of the one in url"},
      {"database", "integer", "0", "number for SELECT; takes the place of the one in url"},
      {"connect_timeout", "duration", "500ms", "for a connection with its TLS handshake"},
      {"command_timeout", "duration", "500ms",
       "for a batch of commands; beyond 4 MiB, each 8 MiB has a second more"},
      {"retry_period", "duration", "100ms",
       "between attempts to connect; doubles up to eight times as long"},
      {"max_connections", "integer", "4", "open at once, at most"},
      {"ca_file", "text", "", "PEM file of the authorities trusted for rediss://"},
      {"max_value_size", "size", "64MiB", "larger entries are neither stored nor read"},
      {"lease", "duration", "10s",
       "life of a lease, by which one process fetches a page that others wait for; 0s: none"},
      {"track_prefix", "list", "",
       "what keys begin with whose changes are told to a memory in front; none: all keys"},
  }};
  return kInfos;
}

Options readOptions(const Settings& settings) {
  Options options;
  options.location = locationOf(settings);
  readSignIn(settings, options);
  options.database = static_cast<int>(settings.integer(
      "database", options.location.database.value_or(0), 0, std::numeric_limits<int>::max()));
  options.connect_timeout = spanOf(settings, "connect_timeout", options.connect_timeout);
  options.command_timeout = spanOf(settings, "command_timeout", options.command_timeout);
  options.retry_period = spanOf(settings, "retry_period", options.retry_period);
  options.max_connections = static_cast<std::size_t>(settings.integer(
      "max_connections", static_cast<std::int64_t>(options.max_connections), 1, 1024));
  options.ca_file = settings.text("ca_file", "");
  checkCaFile(settings, options.ca_file);
  options.max_value_size = valueSizeOf(settings, options.max_value_size);
  options.lease = leaseOf(settings, options.lease);
  options.track_prefix = trackedOf(settings);
  return options;
}

}  // namespace forage::redis
