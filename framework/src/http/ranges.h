// Ranges of bytes (RFC 9110, section 14): what a Range field asks for. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "forage/message.h"

namespace forage::http {

/// One range as a request asks for it: from `first` to `last`, to the end without `last`, or, where
/// there is no `first`, the last so many bytes. Numbers that are too large for us are larger than
/// any body.
struct RangeSpec {
  std::optional<std::size_t> first;
  std::optional<std::size_t> last;
};

/// Bytes of a body, both ends included.
struct ByteRange {
  std::size_t first = 0;
  std::size_t last = 0;

  [[nodiscard]] std::size_t size() const noexcept { return last - first + 1; }
};

/// The one range of bytes that a request asks for. Nothing where the whole response answers, as it
/// may (section 14.2): no Range, or more than one; several ranges; other units; what is no range.
[[nodiscard]] std::optional<RangeSpec> readRange(HeadersView request) noexcept;

/// What `spec` means in a body of `size` bytes; nothing where it cannot be satisfied (section
/// 14.1.2). REQUIRES: the body is not empty.
[[nodiscard]] std::optional<ByteRange> rangeWithin(const RangeSpec& spec,
                                                   std::size_t size) noexcept;

}  // namespace forage::http
