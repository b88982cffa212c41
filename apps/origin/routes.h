// What each path of the origin server answers. Pure, but for the counters that /stats shows.
#pragma once

#include "origin/http_request.h"
#include "origin/reply.h"
#include "origin/served.h"

namespace forage::origin {

/// Answers `request`. `delay_unit` is what a second of /delay and /drip takes.
[[nodiscard]] Reply answer(const HttpRequest& request, const Served& served, Nanos delay_unit);

}  // namespace forage::origin
