#include "cache/line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "command_line.h"
#include "forage/error.h"

namespace forage::app {

namespace {

constexpr std::size_t kReadAtOnce = 256u << 10;
constexpr int kStopCheckMillis = 100;

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

LineReader::LineReader(std::string path, std::size_t max_line, std::stop_token stop)
    : path_(std::move(path)), max_line_(max_line), stop_(std::move(stop)) {
  fd_ = path_ == "-" ? STDIN_FILENO : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
    throw UsageError(path_ + ": cannot be read: " + reason(errno));
  }
  if (S_ISDIR(status.st_mode)) throw UsageError(path_ + ": is a directory");
}

LineReader::~LineReader() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

LineReader::Got LineReader::next(std::string& line) {
  line.clear();
  bool too_long = false;
  ++number_;
  for (bool any = false;; any = true) {
    if (at_ == buffer_.size() && !fill()) {
      if (!any || stop_.stop_requested()) return Got::kEnd;
      break;  // the last line, without a line break
    }
    const std::size_t end = buffer_.find('\n', at_);
    const std::string_view piece = std::string_view(buffer_).substr(at_, end - at_);
    too_long = too_long || piece.size() > max_line_ - line.size();
    if (!too_long) line += piece;
    at_ += piece.size();
    if (end == std::string::npos) continue;
    ++at_;
    break;
  }
  return too_long ? Got::kTooLong : Got::kLine;
}

/// False at the end, and when it is to stop. A pipe is waited for in steps, to see that.
bool LineReader::fill() {
  buffer_.resize(kReadAtOnce);
  at_ = 0;
  ssize_t got = -1;
  while (!stop_.stop_requested()) {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, kStopCheckMillis) == 0) continue;
    got = ::read(fd_, buffer_.data(), buffer_.size());
    if (got >= 0) break;
    if (errno == EINTR || errno == EAGAIN) continue;
    throw SinkError(path_ + ": cannot be read: " + reason(errno));
  }
  buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  bytes_read_ += buffer_.size();
  return !buffer_.empty();
}

}  // namespace forage::app
