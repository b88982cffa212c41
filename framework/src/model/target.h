// URLs that are to be visited. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/url.h"

namespace forage {

/// As Url::parse, and refuses a user or password: they are not sent, and who wrote them expects the
/// page that they open.
[[nodiscard]] inline std::optional<Url> parseTarget(std::string_view text, std::string* why) {
  std::optional<Url> url = Url::parse(text, why);
  if (!url || url->userInfo().empty()) return url;
  if (why != nullptr) *why = "user and password in a URL are not supported";
  return std::nullopt;
}

}  // namespace forage
