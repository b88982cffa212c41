// Which entries a command of `forage cache` is about: a PATTERN of URLs and the options that all of
// them share. Thread-safe to read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/entry_view.h"
#include "cache/url_pattern.h"
#include "command_line.h"
#include "forage/clock.h"

namespace forage::app {

/// Adds --status, --older-than, --newer-than, --larger-than, --smaller-than and --type to `line`.
CommandLine& addFilterOptions(CommandLine& line);

/// How PATTERN is read, for the help of commands that take one.
[[nodiscard]] std::string patternHelp();

/// The PATTERN among the operands, which stands behind `before` others; "" where there is none.
/// Throws UsageError, with `usage`: there are more operands than that.
[[nodiscard]] std::string patternOf(const Arguments& arguments, std::size_t before,
                                    const std::string& usage);

class EntryFilter {
 public:
  /// `pattern` may be empty: every URL. Throws UsageError: an option's value cannot be read.
  EntryFilter(const Arguments& arguments, std::string_view pattern, std::string_view key_prefix);

  /// Whether it lets everything pass.
  [[nodiscard]] bool isEmpty() const noexcept { return empty_; }
  [[nodiscard]] bool matches(const EntryView& view) const noexcept;
  /// Whether the URL does: all that can be said of a value that is no entry.
  [[nodiscard]] bool matchesKey(std::string_view key) const noexcept;
  /// For Cache::scan: lets pass at least what matches.
  [[nodiscard]] const std::string& keyGlob() const noexcept { return pattern_.keyGlob(); }

 private:
  using Statuses = std::pair<int, int>;  // from, to

  std::string prefix_;
  UrlPattern pattern_;
  std::vector<Statuses> statuses_;  // any of them; none: all
  std::optional<Millis> older_than_;
  std::optional<Millis> newer_than_;
  std::optional<std::size_t> larger_than_;
  std::optional<std::size_t> smaller_than_;
  std::optional<TextPattern> type_;
  bool empty_;
};

}  // namespace forage::app
