// Host and port of a server, and the checks that whatever names one has to pass: a URL, a sentinel,
// a node of a cluster. Pure; thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forage::redis {

struct Address {
  std::string host;  ///< name or address without brackets
  std::uint16_t port = 0;

  /// "127.0.0.1:6379" or "[::1]:6379".
  [[nodiscard]] std::string shown() const;
  auto operator<=>(const Address&) const = default;
};

/// True for what may be the name of a host or an IPv4 address.
[[nodiscard]] bool isHostName(std::string_view host) noexcept;
/// Without brackets.
[[nodiscard]] bool isIpv6(std::string_view host);
/// Nothing unless `text` is a number from 1 to 65535.
[[nodiscard]] std::optional<std::uint16_t> portOf(std::string_view text) noexcept;
/// What a server says of another one; nothing where it is no address.
[[nodiscard]] std::optional<Address> addressOf(std::string_view host, std::string_view port);

}  // namespace forage::redis
