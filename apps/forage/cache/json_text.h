// JSON as the commands of `forage cache` write it: ASCII alone, so that a terminal may show it, and
// bytes that are no UTF-8 in Base64 under a name of their own. Pure; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace forage::app {

using Json = nlohmann::ordered_json;

/// One line with its line break. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string jsonLine(const Json& json);

/// Sets `name` to `text`, or `name` + "_b64" to its Base64 where it is no UTF-8.
void putBytes(Json& object, const std::string& name, std::string_view text);

[[nodiscard]] std::string base64Of(std::string_view bytes);

/// Nothing for what is no Base64 of RFC 4648, section 4, with padding and without white space.
[[nodiscard]] std::optional<std::string> bytesOfBase64(std::string_view base64);

}  // namespace forage::app
