// What a run shows while it goes on: the tutorial's words, a line per URL, for the first of them
// (or all, or none). Thread-safe, and cheap for what is not shown.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "forage/runner.h"
#include "results.h"

namespace forage::app {

class Terminal;

class Console final : public RunObserver {
 public:
  enum class Detail { kQuiet, kNormal, kVerbose };
  static constexpr std::uint64_t kLines = 100;   ///< of URLs that are not failures
  static constexpr std::uint64_t kErrors = 100;  ///< of failures
  static constexpr std::size_t kResults = 100;

  /// `terminal` outlives the console.
  Console(Terminal& terminal, Detail detail);

  void fetching(std::string_view group, std::string_view url) noexcept override;
  void visited(const Visit& visit) noexcept override;
  void notice(std::string_view text) noexcept override;

  /// Prints "Scraping results:" and its lines; `urls` is how many there were.
  void printResults(std::uint64_t urls);

 private:
  enum class Word { kHit, kFetching, kError };
  /// Whether a line may be printed, counting it against `limit`; says once where lines end.
  bool takeLine(std::atomic<std::uint64_t>& count, std::uint64_t limit) noexcept;
  void line(Word word, std::string_view group, std::string_view text);

  Terminal& terminal_;
  const Detail detail_;
  std::atomic<std::uint64_t> lines_{0};
  std::atomic<std::uint64_t> errors_{0};
  Results results_{kResults};
};

}  // namespace forage::app
