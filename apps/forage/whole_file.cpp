#include "whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "command_line.h"
#include "forage/error.h"
#include "terminal.h"

namespace forage::app {

namespace {

/// The permissions that creating a file the usual way would give.
mode_t usualMode() noexcept {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

WholeFile::WholeFile(const std::string& asked_by, std::filesystem::path path, Terminal& terminal)
    : path_(std::move(path)), terminal_(terminal) {
  if (path_ == "-") return;
  std::error_code ignored;
  // A link is followed, not replaced; devices and pipes are written to in place.
  if (const auto target = std::filesystem::canonical(path_, ignored); !ignored) path_ = target;
  const auto status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status)) {
    throw UsageError(asked_by + path_.string() + ": is a directory");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    openBeside();
  }
  const int error = errno;
  if (fd_ < 0) {
    throw UsageError(asked_by + path_.string() +
                     ": cannot be written: " + std::generic_category().message(error));
  }
}

WholeFile::~WholeFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void WholeFile::openBeside() {
  std::string name = path_.string() + ".XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) return;
  temporary_ = std::move(name);
  ::fchmod(fd_, usualMode());
}

void WholeFile::append(std::string_view bytes) {
  if (path_ == "-") return terminal_.print(bytes);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void WholeFile::commit() {
  if (temporary_.empty()) return;
  if (::fsync(fd_) != 0) fail(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  temporary_.clear();
}

void WholeFile::fail(int error) const {
  throw SinkError(path_.string() +
                  ": cannot be written: " + std::generic_category().message(error));
}

}  // namespace forage::app
