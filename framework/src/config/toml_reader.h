// From TOML text to a Node. The only user of toml++. Hostile text is safe to read: its size and the
// depth of its keys and brackets are bounded before the parser sees it. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/node.h"

namespace forage::config {

/// Dots in one key, and brackets within brackets, that a file may hold. Job files need five.
inline constexpr std::size_t kMaxDepth = 16;

struct TomlText {
  std::optional<Node> root;  ///< a table; nothing when the text is no TOML
  std::string problem;       ///< then why, on one line
  Place place;               ///< and where
};

/// Reads a whole document. Places carry `source`. Never throws but bad_alloc.
[[nodiscard]] TomlText readToml(std::string_view text, std::uint32_t source);

/// Where `text` nests deeper than kMaxDepth; nothing when it does not.
[[nodiscard]] std::optional<Place> tooDeep(std::string_view text, std::uint32_t source) noexcept;

}  // namespace forage::config
