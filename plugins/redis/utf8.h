// Whether bytes are UTF-8, and so can stand in JSON as they are. Pure; thread-safe.
#pragma once

#include <string_view>

namespace forage::redis {

/// True for well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view bytes) noexcept;

}  // namespace forage::redis
