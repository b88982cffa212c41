// The character set of a text: what its header, its first bytes or its own words say (WHATWG
// Encoding, section 6; HTML, section 13.2.3.2). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forage {

/// The name, in lower case, of the character set of `content`, whose coding is off: its byte order
/// mark's, else that of the `charset` parameter, else what an XML declaration or a <meta> in its
/// first 1,024 bytes says. Labels have the name that browsers know them by ("latin1" is
/// windows-1252). "" where nobody says anything, or what is no name.
[[nodiscard]] std::string charsetOf(std::string_view content_type, std::string_view content);

/// `content` as UTF-8, without a byte order mark; what is no character becomes U+FFFD. Nothing
/// where the character set is not known here.
[[nodiscard]] std::optional<std::string> toUtf8(std::string_view content, std::string_view charset);

}  // namespace forage
