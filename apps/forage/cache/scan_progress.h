// How a command that goes through a whole cache gets on: a line on a terminal, a few times a
// second. Not thread-safe.
#pragma once

#include <chrono>

#include "terminal.h"

namespace forage::app {

class ScanProgress {
 public:
  /// `terminal` outlives the object.
  explicit ScanProgress(Terminal& terminal) : terminal_(terminal) {}
  ~ScanProgress() { terminal_.clearStatus(); }
  ScanProgress(const ScanProgress&) = delete;
  ScanProgress& operator=(const ScanProgress&) = delete;

  /// Shows what `text` makes, unless the last line is too fresh.
  template <typename Text>
  void tick(const Text& text) {
    if (!terminal_.isInteractive()) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < kRefresh) return;
    shown_ = now;
    terminal_.status(text());
  }

 private:
  static constexpr std::chrono::milliseconds kRefresh{200};

  Terminal& terminal_;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

}  // namespace forage::app
