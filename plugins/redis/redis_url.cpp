#include "redis_url.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace forage::redis {

namespace {

constexpr std::size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kMaxSeeds = 64;
constexpr std::uint16_t kSentinelPort = 26379;

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
  using Topology = Location::Topology;

  std::string scheme(Location& location) {
    using Kind = Location::Kind;
    struct Scheme {
      std::string_view text;
      Kind kind;
      Topology topology;
    };
    constexpr std::array<Scheme, 7> kSchemes{
        {{"redis://", Kind::kTcp, Topology::kServer},
         {"rediss://", Kind::kTls, Topology::kServer},
         {"redis+unix://", Kind::kUnix, Topology::kServer},
         {"redis+sentinel://", Kind::kTcp, Topology::kSentinel},
         {"rediss+sentinel://", Kind::kTls, Topology::kSentinel},
         {"redis+cluster://", Kind::kTcp, Topology::kCluster},
         {"rediss+cluster://", Kind::kTls, Topology::kCluster}}};
    for (const auto& [text, kind, topology] : kSchemes) {
      if (!rest_.starts_with(text)) continue;
      rest_.remove_prefix(text.size());
      location.kind = kind;
      location.topology = topology;
      return {};
    }
    return "wants a URL such as \"redis://HOST:6379\", \"rediss://HOST:6379\" (TLS), "
           "\"redis+unix:///PATH/TO/SOCKET\", \"redis+sentinel://HOST:26379/MASTER\" or "
           "\"redis+cluster://HOST:6379\"";
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
    if (location.topology != Topology::kServer && info.find('@') != std::string_view::npos) {
      return "has more than one '@': user and password stand once, before the first host (an '@' "
             "in a password is written %40)";
    }
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
    if (location.kind == Location::Kind::kUnix) return socketPath(location);
    const std::size_t slash = rest_.find('/');
    const std::string_view authority = rest_.substr(0, slash);
    const std::string_view path = slash == std::string_view::npos ? "" : rest_.substr(slash + 1);
    if (location.topology != Topology::kServer) {
      std::string why = seeds(authority, location);
      if (!why.empty()) return why;
      return location.topology == Topology::kSentinel ? master(path, location)
                                                      : clusterDatabase(path, location);
    }
    Address address{{}, location.port};
    std::string why = host(authority, address);
    location.host = std::move(address.host);
    location.port = address.port;
    if (!why.empty() || path.empty()) return why;
    return database(path, location);
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

  static std::string seeds(std::string_view authority, Location& location) {
    const bool sentinels = location.topology == Topology::kSentinel;
    for (bool last = false; !last;) {
      const std::size_t comma = authority.find(',');
      last = comma == std::string_view::npos;
      if (location.seeds.size() == kMaxSeeds) {
        return "names more than " + std::to_string(kMaxSeeds) + " hosts: a few of them do";
      }
      Address& seed = location.seeds.emplace_back();
      seed.port = sentinels ? kSentinelPort : location.port;
      std::string why = host(authority.substr(0, comma), seed);
      if (!why.empty()) return why;
      if (!last) authority.remove_prefix(comma + 1);
    }
    return {};
  }

  static std::string master(std::string_view name, Location& location) {
    // The characters that sentinel.conf allows are those of hosts. No mistyped password passes.
    if (!isHostName(name)) {
      return "wants the name that sentinels have for the master after the last host, as in "
             "\"redis+sentinel://HOST:26379/mymaster\": letters, digits, '.', '-' and '_' (a "
             "database as \"?db=N\")";
    }
    location.master = name;
    return {};
  }

  static std::string clusterDatabase(std::string_view path, Location& location) {
    std::string why = path.empty() ? "" : database(path, location);
    if (!why.empty() || location.database.value_or(0) == 0) return why;
    return "names a database, and a cluster has only number 0: leave it out";
  }

  static std::string host(std::string_view authority, Address& address) {
    std::string_view port;
    if (authority.starts_with('[')) {
      const std::size_t end = authority.find(']');
      if (end == std::string_view::npos) return "has an IPv6 address without its ']'";
      address.host = authority.substr(1, end - 1);
      if (!isIpv6(address.host)) return "has no IPv6 address between '[' and ']'";
      port = authority.substr(end + 1);
      if (!port.empty() && !port.starts_with(':')) return "has text after ']'";
    } else {
      const std::size_t colon = std::min(authority.find(':'), authority.size());
      address.host = authority.substr(0, colon);
      port = authority.substr(colon);
      if (address.host.empty()) return "names no host";
      if (!isHostName(address.host)) return "has a host with characters that no host has";
    }
    if (port.size() < 2) return {};
    const auto value = portOf(port.substr(1));
    if (!value) {
      return "has a port that is no number from 1 to 65535 (a '/' or ':' in a password is written "
             "%2F or %3A)";
    }
    address.port = *value;
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
  if (topology == Topology::kServer) return Address{host, port}.shown();
  std::string text = topology == Topology::kCluster ? "cluster " : master + " of sentinel ";
  text += seeds.front().shown();
  if (seeds.size() > 1) text += " and " + std::to_string(seeds.size() - 1) + " more";
  return text;
}

std::optional<Location> parseRedisUrl(std::string_view url, std::string& why) {
  Location location;
  why = Parser(url).run(location);
  if (!why.empty()) return std::nullopt;
  return location;
}

}  // namespace forage::redis
