// Adds entries up for `forage cache stat`: in all, by status class, content type and host. Bounded:
// names beyond the first 100,000 are counted together. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/entry_view.h"

namespace forage::app {

struct Amount {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  ///< of bodies, as received

  void add(std::uint64_t more) noexcept {
    ++entries;
    bytes += more;
  }
};

struct NamedAmount {
  std::string name;
  Amount amount;
};

class Tally {
 public:
  void add(const EntryView& view);

  [[nodiscard]] const Amount& total() const noexcept { return total_; }
  /// Those whose lifetime is over, or without end.
  [[nodiscard]] const Amount& expired() const noexcept { return expired_; }
  [[nodiscard]] const Amount& forever() const noexcept { return forever_; }
  /// When the first and the last entry were received; nothing while there is none.
  [[nodiscard]] std::optional<WallTime> oldest() const noexcept { return oldest_; }
  [[nodiscard]] std::optional<WallTime> newest() const noexcept { return newest_; }
  /// "2xx" and so on, those that there are.
  [[nodiscard]] std::vector<NamedAmount> statusClasses() const;
  /// The `count` with the most entries, of equal ones by name.
  [[nodiscard]] std::vector<NamedAmount> topTypes(std::size_t count) const;
  [[nodiscard]] std::vector<NamedAmount> topHosts(std::size_t count) const;

 private:
  using Amounts = std::map<std::string, Amount, std::less<>>;

  static void count(Amounts& amounts, std::string_view name, std::uint64_t bytes);
  static std::vector<NamedAmount> top(const Amounts& amounts, std::size_t count);

  Amount total_, expired_, forever_;
  std::optional<WallTime> oldest_, newest_;
  std::array<Amount, 10> classes_{};  // by the first digit of the status
  Amounts types_;
  Amounts hosts_;
};

/// Host and port of `url`, "" for what is no URL, such as a digest.
[[nodiscard]] std::string_view hostOf(std::string_view url) noexcept;

}  // namespace forage::app
