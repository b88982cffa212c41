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

}  // namespace forage::http
