#include "http/storing.h"

#include <algorithm>
#include <array>

#include "http/freshness.h"

namespace forage::http {

namespace {

/// Statuses whose caching rules are those of RFC 9110, which are followed here.
bool isUnderstood(int status) noexcept {
  static constexpr std::array kStatuses{200, 201, 202, 203, 204, 205, 300, 301, 302, 303,
                                        307, 308, 400, 401, 402, 403, 404, 405, 406, 407,
                                        408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
                                        421, 422, 426, 500, 501, 502, 503, 504, 505};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

/// "MUST NOT be stored by a cache" (RFC 6585, sections 3 to 6).
bool isOfTheMoment(int status) noexcept {
  return status == 428 || status == 429 || status == 431 || status == 511;
}

bool saysHowLong(HeadersView response, const CacheControl& control) noexcept {
  return control.max_age || response.find("Expires");
}

}  // namespace

bool mayStore(int status, HeadersView response, const CacheControl& request,
              std::string_view& why) {
  const CacheControl control = readCacheControl(response, false);
  if (status < 200 || status == 206 || status == 304) {
    why = "not a whole response of its own (RFC 9111, 3.3)";
  } else if (isOfTheMoment(status)) {
    why = "a status that is never stored (RFC 6585)";
  } else if (request.no_store) {
    why = "no-store in the request (RFC 9111, 5.2.1.5)";
  } else if (control.must_understand && !isUnderstood(status)) {
    why = "must-understand, and nobody knows this status (RFC 9111, 5.2.2.3)";
  } else if (control.no_store && !control.must_understand) {
    why = "no-store (RFC 9111, 5.2.2.5)";
  } else if (!saysHowLong(response, control) && !control.is_public && !control.is_private &&
             !isHeuristicallyCacheable(status)) {
    why = "a status that is stored only where freshness is explicit (RFC 9111, 3)";
  } else {
    return true;
  }
  return false;
}

bool mayStorePost(int status, HeadersView response, const CacheControl& request, const Url& url) {
  std::string_view why;
  if (status < 200 || status >= 300 || !mayStore(status, response, request, why)) return false;
  if (!saysHowLong(response, readCacheControl(response, false))) return false;
  const std::optional<std::string_view> location = response.find("Content-Location");
  if (!location || location->empty()) return false;
  const std::optional<Url> target = url.resolve(*location);
  return target && *target == url;
}

bool isSafe(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

std::vector<Url> invalidated(int status, HeadersView response, const Url& url) {
  if (status < 200 || status >= 400) return {};
  std::vector<Url> urls{url};
  for (const std::string_view name : {"Location", "Content-Location"}) {
    const std::optional<std::string_view> location = response.find(name);
    if (!location || location->empty()) continue;
    std::optional<Url> target = url.resolve(*location);
    if (!target || target->origin() != url.origin()) continue;
    if (std::find(urls.begin(), urls.end(), *target) == urls.end()) {
      urls.push_back(*std::move(target));
    }
  }
  return urls;
}

}  // namespace forage::http
