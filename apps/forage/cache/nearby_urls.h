// URLs that somebody may have meant who asked for another one. Pure.
#pragma once

#include <string>
#include <vector>

#include "forage/url.h"

namespace forage::app {

/// Canonical URLs that differ from `url` in what is most easily mistaken: the scheme, a slash at
/// the end, "www.", the query. The nearest first, without `url` itself; not many.
[[nodiscard]] std::vector<std::string> nearbyUrls(const Url& url);

}  // namespace forage::app
