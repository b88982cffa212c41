// What each path of the origin server answers. Pure, but for the counters that /stats shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "origin/http_request.h"
#include "origin/served.h"

namespace forage::origin {

using Nanos = std::chrono::nanoseconds;

/// A delay that never ends: the request is never answered.
inline constexpr Nanos kNoAnswer = Nanos::max();

struct Reply {
  enum class Framing : std::uint8_t { kLength, kChunked };

  int status = 200;
  std::string fields;  ///< lines "Name: value\r\n", without Content-Length and Connection
  std::string body;    ///< the whole body, or empty where there is a source
  /// Makes the next piece of the body; returns false at its end.
  std::function<bool(std::string& piece)> source;
  Framing framing = Framing::kLength;
  std::uint64_t length = 0;  ///< what Content-Length says where there is a source
  Nanos delay{0};            ///< before the head
  Nanos pause{0};            ///< before each piece of the source
  bool close = false;        ///< afterwards, even if the body is not as long as it should be
};

/// Answers `request`. `delay_unit` is what a second of /delay and /drip takes.
[[nodiscard]] Reply answer(const HttpRequest& request, const Served& served, Nanos delay_unit);

/// The reply for a failure, as a line of text.
[[nodiscard]] Reply failure(int status, std::string_view text);

}  // namespace forage::origin
