// What is wrong with a configuration: collected over all files, shown at once in the order of the
// places. Also the names of the places: files, "--set", environment variables. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"

namespace forage::config {

/// Where values come from, in the order in which they are merged.
class Sources {
 public:
  /// A file: its places are shown with line and column, and its paths are relative to its folder.
  std::uint32_t addFile(const std::filesystem::path& file);
  /// Anything else, such as "--set": shown by its name, paths relative to the working directory.
  std::uint32_t add(std::string name);

  /// "job.toml:3:5", "job.toml", "--set".
  [[nodiscard]] std::string show(const Place& place) const;
  [[nodiscard]] const std::filesystem::path& folder(const Place& place) const;
  [[nodiscard]] bool isFile(const Place& place) const;

 private:
  struct Source {
    std::string name;
    std::filesystem::path folder;
    bool is_file = false;
  };
  std::vector<Source> sources_;
};

class Findings {
 public:
  /// A hostile file of a megabyte could hold a hundred thousand mistakes.
  static constexpr std::size_t kMax = 200;

  explicit Findings(const Sources& sources) : sources_(sources) {}

  /// Adds "PLACE: KEY: WHAT", or "PLACE: WHAT" for an empty key. One that is known already is not
  /// repeated.
  void add(const Place& place, std::string_view key, std::string_view what);

  [[nodiscard]] bool isFull() const noexcept { return found_.size() >= kMax; }
  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  /// Throws ConfigError with all findings, sorted by place, when there are any.
  void throwIfAny();

 private:
  struct Finding {
    Place place;
    std::string text;
    friend auto operator<=>(const Finding&, const Finding&) = default;
  };
  const Sources& sources_;
  std::vector<Finding> found_;
};

/// `, did you mean "X"?` for the known word nearest to `word`; "" when none is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& known);

/// `text` fit to be shown on a terminal: without control characters, cut at `max` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max = 120);

/// `text` in quotes, fit to be shown.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t max = 120);

}  // namespace forage::config
