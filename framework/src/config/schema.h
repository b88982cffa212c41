// Every key that a job file may hold, and whether a value fits it. A key is listed once it works,
// and docs/job-file.md describes exactly these. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/node.h"

namespace forage::config {

enum class Type {
  kText,            ///< of min to max bytes
  kChoice,          ///< one of `choices`
  kName,            ///< of a plugin: letters, digits, '-' and '_'
  kInteger,         ///< within min and max
  kDuration,        ///< milliseconds within min and max
  kFlagOrDuration,  ///< as kDuration; true is for ever, false is 0
  kSize,            ///< bytes within min and max
  kTexts,           ///< a list of texts; with a max, of kMaxTexts at most
  kFields,          ///< as kTexts, each the name of a header field
  kPaths,           ///< a list of texts, or one text
  kCodes,           ///< a list of HTTP statuses
  kFlag,            ///< true or false
  kRate,            ///< "5/15s"
  kUrlPattern,      ///< a glob over "host/path?query"; a scheme in front of it is taken off
};

/// The max of durations that may be "never".
inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
/// Items that a bounded list may have.
inline constexpr std::size_t kMaxTexts = 64;

struct KeySpec {
  /// "cache.plugin"; "group.name" for the tables of a [[group]], and
  /// "cache.urls_expire_after.pattern" for those of a [[cache.urls_expire_after]].
  std::string_view key;
  Type type;
  std::string_view fallback;  ///< the default as TOML; "" for none
  std::int64_t min = 0;       ///< of the value; of the length of texts
  std::int64_t max = 0;
  std::span<const std::string_view> choices = {};  ///< of kChoice
};

/// The table that `key` is in: "cache" of "cache.plugin".
[[nodiscard]] constexpr std::string_view tableOf(std::string_view key) noexcept {
  return key.substr(0, key.rfind('.'));
}
/// What `key` is called in its table: "plugin" of "cache.plugin".
[[nodiscard]] constexpr std::string_view lastPart(std::string_view key) noexcept {
  return key.substr(key.rfind('.') + 1);  // npos + 1 is 0
}

/// All keys, sorted.
[[nodiscard]] std::span<const KeySpec> schema() noexcept;
/// The key called `key`. REQUIRES: there is one.
[[nodiscard]] const KeySpec& specOf(std::string_view key);
/// The key called `member` of `table` ("cache"); null when there is none.
[[nodiscard]] const KeySpec* findSpec(std::string_view table, std::string_view member);

/// A value as its key wants it, or why it is none.
struct Converted {
  std::variant<std::monostate, std::int64_t, std::string, std::vector<std::string>,
               std::vector<int>>
      value;                        ///< durations in milliseconds, sizes in bytes
  std::string problem;              ///< "" when there is a value
  std::optional<Place> place = {};  ///< of the item of a list that is the problem
  std::string found = {};           ///< ", not VALUE", to be told unless it is of a variable
};
[[nodiscard]] Converted convert(const KeySpec& spec, const Node& node);

/// Whether `name` can be the name of a plugin (and so part of a file name).
[[nodiscard]] bool isPluginName(std::string_view name) noexcept;

}  // namespace forage::config
