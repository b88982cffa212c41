// A configuration as a tree of values that remember their place. What every job file, overlay and
// --set becomes before they are merged. Values; not thread-safe to change.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace forage::config {

/// Where something was written: a source (see Sources), line and column from 1.
struct Place {
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Node {
  struct Date {};  ///< TOML's dates and times, which no key takes
  using List = std::vector<Node>;
  using Table = std::map<std::string, Node, std::less<>>;

  std::variant<bool, std::int64_t, double, std::string, Date, List, Table> data;
  Place place;      ///< of the value
  Place key_place;  ///< of its key; the value's own place in a list

  [[nodiscard]] const Table* table() const noexcept { return std::get_if<Table>(&data); }
  [[nodiscard]] Table* table() noexcept { return std::get_if<Table>(&data); }
  [[nodiscard]] const List* list() const noexcept { return std::get_if<List>(&data); }
  [[nodiscard]] List* list() noexcept { return std::get_if<List>(&data); }
  [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&data); }

  /// The member called `key`; null when this is no table or has none.
  [[nodiscard]] const Node* find(std::string_view key) const noexcept {
    const Table* members = table();
    if (members == nullptr) return nullptr;
    const auto found = members->find(key);
    return found == members->end() ? nullptr : &found->second;
  }
};

/// "a table", "text", ...: what `node` is, for messages.
[[nodiscard]] std::string_view kindOf(const Node& node) noexcept;

/// `node` as TOML on one line.
[[nodiscard]] std::string toToml(const Node& node);
/// `text` as a TOML string.
[[nodiscard]] std::string tomlString(std::string_view text);
/// `key` as it stands in a dotted TOML key: bare where it can be, quoted otherwise.
[[nodiscard]] std::string dottedKey(std::string_view key);

}  // namespace forage::config
