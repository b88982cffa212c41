#include "terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "forage/error.h"

namespace forage::app {

namespace {

/// Writes all of `text`; returns 0 or errno.
int writeAll(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // a terminal or pipe that our caller made non-blocking
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

std::size_t widthOf(int fd) noexcept {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

[[noreturn]] void failWriting(int error) {
  throw SinkError("standard output: cannot be written: " + std::generic_category().message(error));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe(text);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const auto byte = static_cast<unsigned char>(safe[i]);
    if (byte < 0x20 || byte == 0x7F) safe[i] = '?';
    // C1 controls in UTF-8: U+009B starts an escape sequence as ESC [ does.
    if (byte == 0xC2 && i + 1 < safe.size() && static_cast<unsigned char>(safe[i + 1]) < 0xA0) {
      safe[i] = '?';
      safe[i + 1] = '?';
    }
  }
  return safe;
}

bool wantsColours(int fd) noexcept {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return ::isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

Terminal::Terminal(int out, int err, bool colour)
    : out_(out), err_(err), log_(out), interactive_(::isatty(err) == 1), colour_(colour) {}

void Terminal::print(std::string_view text) {
  if (!offer(text)) failWriting(EPIPE);
}

bool Terminal::offer(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear();
  const int error = writeAll(out_, text);
  if (error != 0 && error != EPIPE) failWriting(error);
  return error == 0;
}

void Terminal::log(std::string_view lines) noexcept {
  const std::lock_guard lock(mutex_);
  clear();
  writeAll(log_, lines);
}

void Terminal::notice(std::string_view text) noexcept {
  const std::string line = "forage: " + printable(text) + "\n";
  const std::lock_guard lock(mutex_);
  clear();
  writeAll(err_, line);
}

void Terminal::status(std::string_view text) noexcept {
  if (!interactive_) return;
  // One column stays free: a full last column makes some terminals wrap.
  const std::string line = "\r\x1b[K" + printable(text).substr(0, widthOf(err_) - 1);
  const std::lock_guard lock(mutex_);
  status_shown_ = true;
  writeAll(err_, line);
}

void Terminal::clearStatus() noexcept {
  const std::lock_guard lock(mutex_);
  clear();
}

void Terminal::clear() noexcept {
  if (!status_shown_) return;
  status_shown_ = false;
  writeAll(err_, "\r\x1b[K");
}

}  // namespace forage::app
