// URLs that are to be visited. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "forage/url.h"

namespace forage {

/// As Url::assign, and refuses a user or password: they are not sent, and who wrote them expects
/// the page that they open.
[[nodiscard]] inline bool readTarget(std::string_view text, Url& url, std::string* why) {
  if (!url.assign(text, why)) return false;
  if (url.userInfo().empty()) return true;
  if (why != nullptr) *why = "user and password in a URL are not supported";
  return false;
}

}  // namespace forage
