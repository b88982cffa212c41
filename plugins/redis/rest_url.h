// Where an Upstash REST API is, as its URL says it: https://NAME.upstash.io. Plain http:// is for
// the loopback interface, unless it is allowed: the token would travel readable. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forage::redis {

struct RestSite {
  std::string host;  ///< name or address without brackets
  std::uint16_t port = 443;
  bool tls = true;
  std::string authority;  ///< for the Host field
  std::string base;       ///< what stands before "/pipeline" and the like; "" mostly
  std::string token;      ///< a secret
};

/// True for http:// and https://.
[[nodiscard]] bool isRestUrl(std::string_view url) noexcept;

/// Reads `url`, without a token; returns nothing and says why, with the cure and without any part
/// of the URL, in `why` (one line) when it cannot.
[[nodiscard]] std::optional<RestSite> parseRestUrl(std::string_view url, bool allow_plain_http,
                                                   std::string& why);

}  // namespace forage::redis
