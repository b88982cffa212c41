// Reply: what a path answers, and the usual ones. Values; the functions are pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace forage::origin {

using Nanos = std::chrono::nanoseconds;

/// A delay that never ends: the request is never answered.
inline constexpr Nanos kNoAnswer = Nanos::max();

struct Reply {
  enum class Framing : std::uint8_t { kLength, kChunked };
  /// Makes the next piece of a body; returns false at its end.
  using Source = std::function<bool(std::string& piece)>;

  int status = 200;
  std::string fields;  ///< lines "Name: value\r\n", without Content-Length and Connection
  std::string body;    ///< the whole body, or empty where there is a source
  Source source;
  Framing framing = Framing::kLength;
  std::uint64_t length = 0;  ///< what Content-Length says where there is a source
  Nanos delay{0};            ///< before the head
  Nanos pause{0};            ///< before each piece of the source
  bool close = false;        ///< afterwards, even if the body is not as long as it should be
};

/// A 200 with a body of this media type.
[[nodiscard]] Reply typed(std::string_view type, std::string body);
[[nodiscard]] Reply html(std::string text);
[[nodiscard]] Reply json(const nlohmann::ordered_json& value);

/// A 304 with these fields.
[[nodiscard]] Reply notModified(std::string fields);

/// The reply for a failure, as a line of text.
[[nodiscard]] Reply failure(int status, std::string_view text);
/// A 400 that says what is expected.
[[nodiscard]] Reply badArgument(std::string_view wanted);

}  // namespace forage::origin
