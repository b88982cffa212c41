#include "redis_url.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace forage::redis {

namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc{} || result.ptr != text.data() + text.size() ||
      value < 0) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> percentDecoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned char byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* begin = text.data() + i + 1;
    const auto result = std::from_chars(begin, begin + 2, byte, 16);
    if (result.ec != std::errc{} || result.ptr != begin + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

bool isHostName(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHost && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool isIpv6(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// Takes a URL apart from left to right. Each step returns "" or what is wrong.
class Parser {
 public:
  explicit Parser(std::string_view url) noexcept : rest_(url) {}

  std::string run(Location& location) {
    const bool clean = std::ranges::all_of(rest_, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!clean) return "has a space, control or non-ASCII character: percent-encode it";
    if (rest_.find('#') != std::string_view::npos) {
      return "has a '#': write it as %23 where it belongs to a password";
    }
    for (const auto step : {&Parser::scheme, &Parser::query, &Parser::userInfo, &Parser::address}) {
      std::string why = (this->*step)(location);
      if (!why.empty()) return why;
    }
    return {};
  }

 private:
  std::string scheme(Location& location) {
    using Kind = Location::Kind;
    constexpr std::array<std::pair<std::string_view, Kind>, 3> kSchemes{
        {{"redis://", Kind::kTcp}, {"rediss://", Kind::kTls}, {"redis+unix://", Kind::kUnix}}};
    for (const auto& [text, kind] : kSchemes) {
      if (!rest_.starts_with(text)) continue;
      rest_.remove_prefix(text.size());
      location.kind = kind;
      return {};
    }
    return "wants a URL such as \"redis://HOST:6379\", \"rediss://HOST:6379\" (TLS) or "
           "\"redis+unix:///PATH/TO/SOCKET\"";
  }

  std::string query(Location& location) {
    const std::size_t mark = rest_.find('?');
    if (mark == std::string_view::npos) return {};
    const std::string_view text = rest_.substr(mark + 1);
    rest_ = rest_.substr(0, mark);
    if (!text.starts_with("db=")) return "knows one parameter, as in \"?db=2\"";
    return database(text.substr(3), location);
  }

  std::string userInfo(Location& location) {
    // The last '@' of the authority, so that one in a password does no harm.
    const std::size_t authority_end = std::min(rest_.find('/'), rest_.size());
    const std::size_t at = rest_.substr(0, authority_end).rfind('@');
    if (at == std::string_view::npos) return {};
    const std::string_view info = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    const std::size_t colon = info.find(':');
    const auto user = percentDecoded(info.substr(0, colon));
    if (!user) return "has a user that is not percent-encoded rightly";
    location.user = *user;
    if (colon == std::string_view::npos) return {};
    location.password = percentDecoded(info.substr(colon + 1));
    if (!location.password) return "has a password that is not percent-encoded rightly";
    return {};
  }

  std::string address(Location& location) {
    return location.kind == Location::Kind::kUnix ? socketPath(location)
                                                  : hostAndDatabase(location);
  }

  std::string socketPath(Location& location) {
    const auto path = percentDecoded(rest_);
    if (!path || !path->starts_with('/') || path->size() < 2 ||
        std::ranges::any_of(*path, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; })) {
      return "wants the absolute path of a socket, as in \"redis+unix:///run/redis.sock\"";
    }
    if (path->size() > kMaxSocketPath) {
      return "has a socket path of more than " + std::to_string(kMaxSocketPath) + " bytes";
    }
    location.path = *path;
    return {};
  }

  std::string hostAndDatabase(Location& location) {
    const std::size_t slash = rest_.find('/');
    const std::string_view authority = rest_.substr(0, slash);
    const std::string_view path = slash == std::string_view::npos ? "" : rest_.substr(slash + 1);
    std::string why = host(authority, location);
    if (!why.empty() || path.empty()) return why;
    return database(path, location);
  }

  static std::string host(std::string_view authority, Location& location) {
    std::string_view port;
    if (authority.starts_with('[')) {
      const std::size_t end = authority.find(']');
      if (end == std::string_view::npos) return "has an IPv6 address without its ']'";
      location.host = authority.substr(1, end - 1);
      if (!isIpv6(location.host)) return "has no IPv6 address between '[' and ']'";
      port = authority.substr(end + 1);
      if (!port.empty() && !port.starts_with(':')) return "has text after ']'";
    } else {
      const std::size_t colon = std::min(authority.find(':'), authority.size());
      location.host = authority.substr(0, colon);
      port = authority.substr(colon);
      if (location.host.empty()) return "names no host";
      if (!isHostName(location.host)) return "has a host with characters that no host has";
    }
    if (port.size() < 2) return {};
    const auto value = number<std::uint16_t>(port.substr(1));
    if (!value || *value == 0) {
      return "has a port that is no number from 1 to 65535 (a '/' or ':' in a password is written "
             "%2F or %3A)";
    }
    location.port = *value;
    return {};
  }

  static std::string database(std::string_view text, Location& location) {
    const auto value = number<int>(text);
    if (!value) return "has a database that is no number, as in \"redis://HOST/2\"";
    if (location.database && *location.database != *value) return "names two databases";
    location.database = value;
    return {};
  }

  std::string_view rest_;
};

}  // namespace

std::string Location::shown() const {
  if (kind == Kind::kUnix) return path;
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Location> parseRedisUrl(std::string_view url, std::string& why) {
  Location location;
  why = Parser(url).run(location);
  if (!why.empty()) return std::nullopt;
  return location;
}

}  // namespace forage::redis
