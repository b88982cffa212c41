// A file that lines are appended to through a buffer that never grows beyond its limit, whatever is
// written. Failures are SinkErrors that name the file. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forage {

class OutputStream final {
 public:
  enum class Mode { kAppend, kOverwrite };

  /// Opens `path` ("-": standard output). Nothing is written, and nothing truncated, before the
  /// first flush: a run that is refused keeps what an earlier one left. Throws SinkError.
  OutputStream(std::string path, Mode mode);
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  /// What will be written next; append to it, and call flushIfFull() between pieces.
  [[nodiscard]] std::string& buffer() noexcept { return buffer_; }
  void flushIfFull() {
    if (buffer_.size() >= kBufferSize) flush();
  }
  /// Writes the buffer out. Throws SinkError.
  void flush();
  /// Flushes and makes what was written durable. Throws SinkError, and is done in any case.
  void close();

  /// Pieces of this size or less keep the buffer below twice its size.
  static constexpr std::size_t kBufferSize = 256u << 10;

 private:
  void prepare();
  void endCutLine();
  void write(std::string_view bytes);
  [[noreturn]] void fail(const char* what, int error) const;

  std::string path_;
  Mode mode_;
  int fd_ = -1;
  bool prepared_ = false;
  std::string buffer_;
};

}  // namespace forage
