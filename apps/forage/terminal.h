// Standard output and standard error as one place of whole lines: each is written at once, under
// one lock, and a status line on a terminal is cleared before anything else appears. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace forage::app {

class Terminal final {
 public:
  /// `out` and `err` are file descriptors; colours only where `colour` and the log is a terminal.
  Terminal(int out, int err, bool colour);

  /// Writes text (whole lines) of a command's answer. Throws SinkError.
  void print(std::string_view text);
  /// As print(), but returns false where nobody reads any more, as behind `| head`.
  [[nodiscard]] bool offer(std::string_view text);
  /// Sends log() to standard error from now on, because standard output carries data.
  void logToErrors() noexcept { log_ = err_; }
  /// Writes whole lines of the log. A log that cannot be written is no reason to stop.
  void log(std::string_view lines) noexcept;
  /// Writes "forage: TEXT" to standard error, without control characters.
  void notice(std::string_view text) noexcept;

  /// Whether the status line can be shown: standard error is a terminal.
  [[nodiscard]] bool isInteractive() const noexcept { return interactive_; }
  /// Whether the log may use colours.
  [[nodiscard]] bool hasColours() const noexcept { return colour_; }
  /// Shows `text`, cut to the width of the terminal, until anything else is written.
  void status(std::string_view text) noexcept;
  void clearStatus() noexcept;

 private:
  void clear() noexcept;

  const int out_;
  const int err_;
  std::atomic<int> log_;
  const bool interactive_;
  const bool colour_;
  std::mutex mutex_;  // guards status_shown_, and keeps lines whole
  bool status_shown_ = false;
};

/// `text` as a terminal may safely show it: control characters, ESC among them, become '?'.
[[nodiscard]] std::string printable(std::string_view text);

/// The terminal of this process; NO_COLOR and TERM=dumb are respected.
[[nodiscard]] bool wantsColours(int fd) noexcept;

}  // namespace forage::app
