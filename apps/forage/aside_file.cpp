#include "aside_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "forage/error.h"

namespace forage::app {

namespace {

/// A file in `folder` that has lost its name already; -1 with errno where there is none.
int makeIn(const std::string& folder) {
  std::string name = folder + "/forage-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(name.c_str());
  return fd;
}

}  // namespace

AsideFile::~AsideFile() {
  if (fd_ >= 0) ::close(fd_);
}

void AsideFile::open() {
  const char* const wanted = std::getenv("TMPDIR");
  folder_ = wanted != nullptr && *wanted != '\0' ? wanted : "/var/tmp";
  fd_ = makeIn(folder_);
  if (fd_ < 0) fail("cannot be made");
}

AsideFile::Piece AsideFile::put(std::string_view first, std::string_view second) {
  if (fd_ < 0) open();
  const Piece piece{end_, first.size() + second.size()};
  append(first);
  append(second);
  ++pieces_;
  return piece;
}

void AsideFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(end_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    end_ += static_cast<std::uint64_t>(written);
  }
}

void AsideFile::take(const Piece& piece, const std::function<void(std::string_view)>& write) {
  std::array<char, 64u << 10> buffer;
  std::uint64_t at = piece.at;
  const std::uint64_t end = piece.at + piece.size;
  while (at < end) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, buffer.size()));
    const ssize_t got = ::pread(fd_, buffer.data(), wanted, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;  // shorter than it was written
    if (got <= 0) fail("cannot be read");
    write({buffer.data(), static_cast<std::size_t>(got)});
    at += static_cast<std::uint64_t>(got);
  }
  if (--pieces_ > 0) return;
  end_ = 0;
  if (::ftruncate(fd_, 0) != 0) fail("cannot be emptied");
}

void AsideFile::fail(const char* what) const {
  throw SinkError(folder_ + ": a file for what waits for an earlier URL " + what + ": " +
                  std::generic_category().message(errno));
}

}  // namespace forage::app
