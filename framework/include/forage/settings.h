// The options of one plugin, as its table in the job file gave them ([cache.NAME], [fetch.NAME],
// [sink.NAME]). Typed readers throw ConfigError naming the place and the key. Immutable once built;
// safe to read from many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "forage/clock.h"
#include "forage/export.h"

namespace forage {

class FORAGE_API Settings {
 public:
  struct Value {
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>> data;
    std::string place;         ///< "job.toml:3:5", "--set", or "" when made in code
    std::string folder{};      ///< of the file that it stands in; "" where that is none
    bool of_variable = false;  ///< errors do not show it
  };
  using Values = std::map<std::string, Value, std::less<>>;

  Settings() = default;
  /// `section` is what messages call the table, such as "cache.redis"; "" where the places of the
  /// values are names enough.
  Settings(std::string section, Values values);

  [[nodiscard]] bool has(std::string_view key) const noexcept;

  // Each returns the value of `key`, or `fallback` where it is not set.
  // Throws ConfigError for another type, a value that cannot be read, or one out of range.
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback) const;
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const;
  /// A duration: text for parseDuration, or a number of seconds.
  [[nodiscard]] Millis duration(std::string_view key, Millis fallback) const;
  /// A size in bytes: text for parseSize, or a number.
  [[nodiscard]] std::size_t size(std::string_view key, std::size_t fallback) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
  /// A file or folder, relative to the file that names it; empty where it is not set.
  [[nodiscard]] std::filesystem::path path(std::string_view key) const;

  /// Throws ConfigError: "PLACE: SECTION.KEY: WHAT". For checks that a plugin makes itself.
  [[noreturn]] void fail(std::string_view key, std::string_view what) const;

  [[nodiscard]] const Values& values() const noexcept { return values_; }
  [[nodiscard]] const std::string& section() const noexcept { return section_; }

 private:
  const Value* find(std::string_view key) const noexcept;

  std::string section_;
  Values values_;
};

}  // namespace forage
