// Every key that a job file may hold, and whether a value fits it. A key is listed once it works,
// and docs/job-file.md describes exactly these. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/findings.h"
#include "config/node.h"

namespace forage::config {

enum class Type {
  kText,
  kName,      ///< of a plugin: letters, digits, '-' and '_'
  kInteger,   ///< within min and max
  kDuration,  ///< milliseconds within min and max
  kSize,      ///< bytes within min and max
  kTexts,     ///< a list of texts
  kPaths,     ///< a list of texts, or one text
  kCodes,     ///< a list of HTTP statuses
};

struct KeySpec {
  std::string_view key;  ///< "cache.plugin"; "group.name" for the tables of a [[group]]
  Type type;
  std::string_view fallback;  ///< the default as TOML; "" for none
  std::int64_t min = 0;       ///< of the value; of the length of texts
  std::int64_t max = 0;
};

/// All keys, sorted.
[[nodiscard]] std::span<const KeySpec> schema() noexcept;
/// The key called `key`. REQUIRES: there is one.
[[nodiscard]] const KeySpec& specOf(std::string_view key);

/// A value as its key wants it, or why it is none.
struct Converted {
  std::variant<std::monostate, std::int64_t, std::string, std::vector<std::string>,
               std::vector<int>>
      value;            ///< durations in milliseconds, sizes in bytes
  std::string problem;  ///< "" when there is a value
};
[[nodiscard]] Converted convert(const KeySpec& spec, const Node& node);

/// Whether `name` can be the name of a plugin (and so part of a file name).
[[nodiscard]] bool isPluginName(std::string_view name) noexcept;

/// Checks one file by itself: unknown tables and keys, values of a wrong type or out of range, two
/// groups of one name. Values that hold ${VAR} are left for later.
void checkFile(const Node& root, Findings& findings);
/// The same for what is laid over the files and their overlays, and so can hold no [env].
void checkOption(const Node& root, Findings& findings);

}  // namespace forage::config
