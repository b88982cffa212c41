#include "warc/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <new>
#include <random>
#include <system_error>

#include "forage/error.h"

namespace forage::warc {

namespace {

constexpr int kDeflateWindow = 15 + 16;
constexpr int kMemory = 8;  // zlib's default
constexpr std::size_t kBuffer = 256u << 10;
constexpr int kAttempts = 16;

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& file)
    : file_(file), gzip_(file.extension() == ".gz") {
  std::error_code ignored;
  if (const auto target = std::filesystem::canonical(file_, ignored); !ignored) file_ = target;
  if (std::filesystem::is_directory(file_, ignored)) fail(EISDIR);
  open();
  if (gzip_ && deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kDeflateWindow, kMemory,
                            Z_DEFAULT_STRATEGY) != Z_OK) {
    ::close(fd_);
    ::unlink(temporary_.c_str());
    throw std::bad_alloc();
  }
}

OutputFile::~OutputFile() {
  if (gzip_) deflateEnd(&stream_);
  ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

/// With the permissions that any new file gets, as mkstemp() would not give them.
void OutputFile::open() {
  std::random_device random;
  for (int attempt = 0; attempt < kAttempts && fd_ < 0; ++attempt) {
    std::array<char, 16> suffix{};
    std::snprintf(suffix.data(), suffix.size(), ".%08x", static_cast<unsigned>(random()));
    temporary_ = file_.string() + suffix.data();
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0 && errno != EEXIST) break;
  }
  if (fd_ < 0) fail(errno);
}

void OutputFile::write(std::string_view bytes) {
  if (gzip_) {
    deflateAll(bytes, Z_NO_FLUSH);
  } else {
    buffer(bytes);
  }
}

void OutputFile::endRecord() {
  if (!gzip_) return;
  deflateAll({}, Z_FINISH);
  deflateReset(&stream_);
}

void OutputFile::deflateAll(std::string_view bytes, int flush) {
  constexpr std::size_t kMostIn = std::numeric_limits<uInt>::max();
  std::array<char, 16384> out;
  int code = Z_OK;
  do {
    const std::size_t offered = std::min(bytes.size(), kMostIn);
    // zlib reads through this pointer only; its type lacks the const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(offered);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    code = deflate(&stream_, flush);
    bytes.remove_prefix(offered - stream_.avail_in);
    buffer({out.data(), out.size() - stream_.avail_out});
  } while (flush == Z_FINISH ? code != Z_STREAM_END : !bytes.empty());
}

void OutputFile::buffer(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) {
    writeOut(buffer_);
    buffer_.clear();
  }
  if (bytes.size() > kBuffer) return writeOut(bytes);
  buffer_.append(bytes);
}

void OutputFile::writeOut(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::commit() {
  writeOut(buffer_);
  buffer_.clear();
  if (::fsync(fd_) != 0) fail(errno);
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail(errno);
  temporary_.clear();
}

void OutputFile::fail(int error) const {
  throw Error(file_.string() + ": cannot be written: " + std::generic_category().message(error));
}

}  // namespace forage::warc
