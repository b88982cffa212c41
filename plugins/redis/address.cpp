#include "address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace forage::redis {

namespace {

constexpr std::size_t kMaxHost = 253;

}  // namespace

std::string Address::shown() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool isHostName(std::string_view host) noexcept {
  return !host.empty() && host.size() <= kMaxHost && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool isIpv6(std::string_view host) {
  if (host.size() > INET6_ADDRSTRLEN || host.find('\0') != std::string_view::npos) return false;
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET6, std::string(host).c_str(), address.data()) == 1;
}

std::optional<std::uint16_t> portOf(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  if (text.empty() || result.ec != std::errc{} || result.ptr != end || port == 0) {
    return std::nullopt;
  }
  return port;
}

std::optional<Address> addressOf(std::string_view host, std::string_view port) {
  const std::optional<std::uint16_t> number = portOf(port);
  if (!number || !(isHostName(host) || isIpv6(host))) return std::nullopt;
  return Address{std::string(host), *number};
}

}  // namespace forage::redis
