// Content codings, applied to small texts. Pure functions; they throw std::runtime_error when a
// library fails.
#pragma once

#include <string>
#include <string_view>

namespace forage::origin {

[[nodiscard]] std::string gzipped(std::string_view text);
/// The zlib format, which is what "deflate" means (RFC 9110, section 8.4.1.2).
[[nodiscard]] std::string deflated(std::string_view text);
[[nodiscard]] std::string brotlied(std::string_view text);
[[nodiscard]] std::string zstded(std::string_view text);

}  // namespace forage::origin
