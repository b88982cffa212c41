// The options of the plugin, read and checked. A value; safe to read from many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "forage/clock.h"
#include "forage/settings.h"
#include "net/tls_options.h"

namespace forage::curl {

enum class HttpVersion : std::uint8_t {
  k1,    ///< HTTP/1.1 alone
  k2,    ///< HTTP/2 alone: without TLS from the first byte
  kAuto  ///< HTTP/2 where a server under TLS agrees to it
};

/// Where requests go instead of to the server.
struct Proxy {
  std::string url;  ///< scheme://host:port
  std::string user;
  std::string password;
};

struct Options {
  HttpVersion http_version = HttpVersion::kAuto;
  net::TlsOptions tls;
  std::optional<Proxy> proxy;  ///< none: no proxy, whatever the environment says
  std::string no_proxy;        ///< hosts that are asked directly, with commas between
  std::string interface;       ///< as libcurl wants it; "": any
  Millis idle_timeout{30'000};
  std::size_t max_idle = 64;
};

/// Throws ConfigError, which never shows what `proxy` holds.
[[nodiscard]] Options readOptions(const Settings& settings);

}  // namespace forage::curl
