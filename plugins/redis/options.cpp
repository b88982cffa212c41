#include "options.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

#include "forage/units.h"

namespace forage::redis {

namespace {

constexpr Millis kMinSpan{1};
constexpr Millis kMaxSpan = std::chrono::hours(1);
constexpr Millis kShortestLease{100};
constexpr std::size_t kMinValue = 1024;
constexpr std::size_t kMaxValue = 512u << 20;    // Redis takes no longer ones
constexpr std::size_t kMaxRestValue = 9u << 20;  // of the 10 MB that a request may have
constexpr std::size_t kMaxPrefixes = 16;
constexpr std::size_t kMaxPrefix = 1024;

Millis spanOf(const Settings& settings, std::string_view key, Millis fallback) {
  const Millis span = settings.duration(key, fallback);
  if (span < kMinSpan || span > kMaxSpan) settings.fail(key, "wants a duration from 1ms to 1h");
  return span;
}

// Over REST the default is what a request can hold, and more is refused only where it was asked
// for.
std::size_t valueSizeOf(const Settings& settings, const Options& options) {
  const std::size_t most = options.rest ? kMaxRestValue : kMaxValue;
  const std::size_t size = settings.size("max_value_size", std::min(options.max_value_size, most));
  if (size < kMinValue || size > most) {
    settings.fail("max_value_size", "wants a size from 1KiB to " + formatSize(most) +
                                        (options.rest ? " over REST" : ""));
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

std::string urlOf(const Settings& settings) {
  std::string url = settings.text("url", "");
  if (url.empty()) {
    settings.fail("url",
                  "is missing: say where Redis is, as in [cache] url = "
                  "\"redis://127.0.0.1:6379\"");
  }
  return url;
}

Location locationOf(const Settings& settings, const std::string& url) {
  for (const char* const key : {"token", "allow_plain_http"}) {
    if (settings.has(key)) settings.fail(key, "is for a url with https://, that of a REST API");
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

int databaseOf(const Settings& settings, const Location& location) {
  const auto number = static_cast<int>(settings.integer("database", location.database.value_or(0),
                                                        0, std::numeric_limits<int>::max()));
  if (number != 0 && location.topology == Location::Topology::kCluster) {
    settings.fail("database", "is not 0, and a cluster has only that one: leave it out");
  }
  return number;
}

void readSentinelSignIn(const Settings& settings, Options& options) {
  options.sentinel_user = settings.text("sentinel_user", "");
  options.sentinel_password = settings.text("sentinel_password", "");
  for (const char* key : {"sentinel_user", "sentinel_password"}) {
    if (settings.has(key) && options.location.topology != Location::Topology::kSentinel) {
      settings.fail(key, "is for sentinels, and url names none: see redis+sentinel://");
    }
  }
  if (!options.sentinel_user.empty() && !settings.has("sentinel_password")) {
    settings.fail("sentinel_user", "has no password beside it: set sentinel_password");
  }
}

RestSite siteOf(const Settings& settings, const std::string& url) {
  for (const char* const key : {"user", "password"}) {
    if (settings.has(key)) settings.fail(key, "is not for a url with https://: set token instead");
  }
  if (settings.integer("database", 0, 0, std::numeric_limits<int>::max()) != 0) {
    settings.fail("database", "is always 0 over REST");
  }
  std::string why;
  std::optional<RestSite> site = parseRestUrl(url, settings.flag("allow_plain_http", false), why);
  if (!site) settings.fail("url", why);
  site->token = settings.text("token", "");
  if (site->token.empty()) {
    settings.fail("token",
                  "is missing: a url with http:// or https:// is the REST API of Upstash, which "
                  "wants [cache.redis] token = \"${UPSTASH_REDIS_REST_TOKEN}\"; a Redis server "
                  "itself is redis://" +
                      site->authority);
  }
  if (!std::ranges::all_of(site->token, [](char c) { return c > 0x20 && c < 0x7f; })) {
    settings.fail("token",
                  "has characters that no token has: set [cache.redis] token = "
                  "\"${UPSTASH_REDIS_REST_TOKEN}\"");
  }
  return *std::move(site);
}

void readServer(const Settings& settings, Options& options) {
  const std::string url = urlOf(settings);
  if (isRestUrl(url)) {
    options.rest = siteOf(settings, url);
    options.location.host = options.rest->host;
    options.location.port = options.rest->port;
  } else {
    options.location = locationOf(settings, url);
    readSignIn(settings, options);
    options.database = databaseOf(settings, options.location);
  }
  readSentinelSignIn(settings, options);
}

ValueFormat valueFormatOf(const Settings& settings) {
  const std::string format = settings.text("value_format", "entry");
  if (format == "body") return ValueFormat::kBody;
  if (format != "entry") settings.fail("value_format", "wants \"entry\" or \"body\"");
  return ValueFormat::kEntry;
}

void checkCaFile(const Settings& settings, const std::string& file) {
  if (file.empty()) return;
  if (!std::ifstream(file).good()) settings.fail("ca_file", "cannot be read: " + file);
}

}  // namespace

std::span<const OptionInfo> optionInfos() noexcept {
  static constexpr std::array<OptionInfo, 17> kInfos{{
      {"url", "text", "",
       "where Redis is: redis://, rediss:// (TLS), redis+unix://, redis+sentinel://, "
       "redis+cluster://, or https:// (REST of Upstash)"},
      {"user", "text", "", "ACL user; takes the place of the one in url"},
      {"password", "text", "", "takes the place of the one in url"},
      {"database", "integer", "0", "number for SELECT; takes the place of the one in url"},
      {"sentinel_user", "text", "", "ACL user of the sentinels"},
      {"sentinel_password", "text", "", "of the sentinels; none if not set"},
      {"token", "text", "", "of a REST API: \"${UPSTASH_REDIS_REST_TOKEN}\""},
      {"allow_plain_http", "flag", "false", "REST over http:// to other hosts than the own one"},
      {"connect_timeout", "duration", "500ms",
       "for a connection with its TLS handshake, asking sentinels included"},
      {"command_timeout", "duration", "500ms",
       "for a batch of commands; beyond 4 MiB, each 8 MiB has a second more"},
      {"retry_period", "duration", "100ms",
       "between attempts to connect; doubles up to eight times as long"},
      {"max_connections", "integer", "4", "open at once, at most; of a cluster, to each node"},
      {"ca_file", "text", "", "PEM file of the authorities trusted with TLS"},
      {"max_value_size", "size", "64MiB",
       "larger entries are neither stored nor read; over REST 9MiB is the default and the most"},
      {"value_format", "text", "entry",
       "what stands under a key: \"entry\", or \"body\" for the bare text, as scripts keep it"},
      {"lease", "duration", "10s",
       "life of a lease, by which one process fetches a page that others wait for; 0s: none"},
      {"track_prefix", "list", "",
       "what keys begin with whose changes are told to a memory in front; none: all keys"},
  }};
  return kInfos;
}

Options readOptions(const Settings& settings) {
  Options options;
  readServer(settings, options);
  options.connect_timeout = spanOf(settings, "connect_timeout", options.connect_timeout);
  options.command_timeout = spanOf(settings, "command_timeout", options.command_timeout);
  options.retry_period = spanOf(settings, "retry_period", options.retry_period);
  options.max_connections = static_cast<std::size_t>(settings.integer(
      "max_connections", static_cast<std::int64_t>(options.max_connections), 1, 1024));
  options.ca_file = settings.text("ca_file", "");
  checkCaFile(settings, options.ca_file);
  options.max_value_size = valueSizeOf(settings, options);
  options.value_format = valueFormatOf(settings);
  options.lease = leaseOf(settings, options.lease);
  options.track_prefix = trackedOf(settings);
  return options;
}

}  // namespace forage::redis
