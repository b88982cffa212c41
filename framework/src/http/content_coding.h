// Content codings (RFC 9110, section 8.4): gzip (with x-gzip), deflate (zlib or raw), br, zstd.
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "forage/message.h"

namespace forage::http {

/// What Accept-Encoding says: exactly the codings that decodeContent knows.
inline constexpr std::string_view kAcceptEncoding = "gzip, deflate, br, zstd";

/// A body may decode to at most this many times its size, or to kRatioFloor bytes, whichever is
/// more: beyond is a bomb.
inline constexpr std::size_t kMaxRatio = 1000;
inline constexpr std::size_t kRatioFloor = 1u << 20;

struct Decoded {
  std::string content;     ///< decoded body; empty when untouched or failed
  bool untouched = false;  ///< no coding, or an unknown one: use the body as received
  Failure failure;  ///< kProtocol: damaged or cut short; kTooLarge: beyond max_size or the ratio
};

/// Removes the codings that Content-Encoding lists, last one first, up to the first unknown one.
/// Several gzip members or zstd frames are one body; bytes after the last one that are no further
/// member are ignored when they are zeros (padding) and a failure otherwise.
[[nodiscard]] Decoded decodeContent(HeadersView headers, std::string_view body,
                                    std::size_t max_size);

}  // namespace forage::http
