// Which keys hold secrets. Pure; thread-safe. redacted() is declared in forage/config.h.
#pragma once

#include <string_view>

namespace forage::config {

/// Whether a key, option or query parameter of this name holds a secret: "token", "redis_password".
[[nodiscard]] bool isSecretName(std::string_view name) noexcept;

}  // namespace forage::config
