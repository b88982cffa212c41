// Which responses lead elsewhere (RFC 9110, section 15.4). Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "forage/message.h"

namespace forage::http {

[[nodiscard]] constexpr bool isRedirectStatus(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The Location of a response that is to be followed; nothing where there is none to follow.
[[nodiscard]] inline std::optional<std::string_view> redirectTarget(int status,
                                                                    HeadersView headers) noexcept {
  if (!isRedirectStatus(status)) return std::nullopt;
  const std::optional<std::string_view> location = headers.find("Location");
  return location && !location->empty() ? location : std::nullopt;
}

/// The method of the request that follows a redirect of one with `method` (RFC 9110, sections
/// 15.4.2 to 15.4.4): 303 asks for a GET, and after 301 and 302 a POST becomes one, as in browsers.
[[nodiscard]] constexpr std::string_view redirectedMethod(int status,
                                                          std::string_view method) noexcept {
  const bool becomes_get = status == 303 ? method != "HEAD" : status <= 302 && method == "POST";
  return becomes_get ? "GET" : method;
}

}  // namespace forage::http
