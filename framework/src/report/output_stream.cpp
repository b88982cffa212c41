#include "report/output_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "forage/error.h"

namespace forage {

namespace {

bool isRegular(int fd) noexcept {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

OutputStream::OutputStream(std::string path, Mode mode) : path_(std::move(path)), mode_(mode) {
  if (path_ == "-") {
    fd_ = STDOUT_FILENO;
    prepared_ = true;
    path_ = "standard output";
    return;
  }
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == Mode::kAppend ? O_APPEND : 0);
  fd_ = ::open(path_.c_str(), flags, 0666);
  if (fd_ < 0) fail("cannot be opened", errno);
}

OutputStream::~OutputStream() {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
}

void OutputStream::flush() {
  if (buffer_.empty()) return;
  prepare();
  write(buffer_);
  buffer_.clear();
}

void OutputStream::close() {
  if (fd_ < 0) return;
  prepare();
  flush();
  const int fd = std::exchange(fd_, -1);
  int error = 0;
  // Pipes and terminals cannot be synchronised, and need not be.
  if (isRegular(fd) && ::fsync(fd) != 0) error = errno;
  if (fd != STDOUT_FILENO && ::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) fail("cannot be written", error);
}

void OutputStream::prepare() {
  if (std::exchange(prepared_, true) || !isRegular(fd_)) return;
  if (mode_ == Mode::kAppend) return endCutLine();
  if (::ftruncate(fd_, 0) != 0) fail("cannot be emptied", errno);
}

// A run that was killed may have left half a line: the next one must not be glued to it. Where the
// file may be written but not read, its last line is taken as whole.
void OutputStream::endCutLine() {
  const off_t size = ::lseek(fd_, 0, SEEK_END);
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char last = '\n';
  const bool cut = size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
  ::close(fd);
  if (cut) write("\n");
}

void OutputStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // standard output may be a non-blocking pipe of our caller
      pollfd ready{fd_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      const int error = errno;
      buffer_.clear();
      fail("cannot be written", error);
    }
  }
}

void OutputStream::fail(const char* what, int error) const {
  throw SinkError(path_ + ": " + what + ": " + std::generic_category().message(error));
}

}  // namespace forage
