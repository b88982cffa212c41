// Base64 as REST replies carry it (RFC 4648, section 4). Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forage::redis {

/// The bytes of `text`; nothing where it is not exactly what an encoder writes: other characters,
/// missing padding, bits that belong to no byte. (Poco's decoder is more lenient.)
[[nodiscard]] std::optional<std::string> decodeBase64(std::string_view text);

}  // namespace forage::redis
