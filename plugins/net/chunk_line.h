// A chunk line: size and extensions (RFC 9112, sections 7.1 and 7.1.1). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace forage::net {

/// The size that `line`, which comes without its end, gives to the chunk. Nothing if it breaks the
/// grammar: a sign, white space or overflow in the size, or an extension that is none.
[[nodiscard]] std::optional<std::uint64_t> parseChunkLine(std::string_view line) noexcept;

}  // namespace forage::net
