#include "rest_url.h"

#include "forage/message.h"
#include "forage/url.h"

namespace forage::redis {

namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool startsWith(std::string_view text, std::string_view start) noexcept {
  return equalsIgnoreCase(text.substr(0, start.size()), start);
}

// A Url has no other form of these.
bool isLoopback(std::string_view host) noexcept {
  const bool ipv4 =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return ipv4 || host == "localhost" || host == "::1";
}

}  // namespace

bool isRestUrl(std::string_view url) noexcept {
  return startsWith(url, kHttp) || startsWith(url, kHttps);
}

std::optional<RestSite> parseRestUrl(std::string_view url, bool allow_plain_http,
                                     std::string& why) {
  const std::optional<Url> parsed = Url::parse(url, &why);
  if (!parsed) {
    why = "is no URL that can be used: " + why;
    return std::nullopt;
  }
  if (!parsed->userInfo().empty()) {
    why = "has a user, which REST does not know: set [cache.redis] token";
    return std::nullopt;
  }
  std::string base(parsed->target());
  if (base.find('?') != std::string::npos) {
    why = "has a '?': the token belongs to [cache.redis] token";
    return std::nullopt;
  }
  if (!parsed->isHttps() && !allow_plain_http && !isLoopback(parsed->host())) {
    why =
        "would send the token readable: use https://, or set [cache.redis] allow_plain_http = true "
        "where the network is your own";
    return std::nullopt;
  }
  while (base.ends_with('/')) base.pop_back();
  return RestSite{.host = std::string(parsed->host()),
                  .port = parsed->port(),
                  .tls = parsed->isHttps(),
                  .authority = std::string(parsed->authority()),
                  .base = std::move(base),
                  .token = {}};
}

}  // namespace forage::redis
