// Reads lines of a file, a pipe or standard input ("-"), each of bounded length. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

namespace forage::app {

class LineReader final {
 public:
  enum class Got { kLine, kTooLong, kEnd };

  /// Opens `path`; lines have at most `max_line` bytes. Reading ends as at the end of the file soon
  /// after `stop` is requested. Throws UsageError: cannot be read.
  LineReader(std::string path, std::size_t max_line, std::stop_token stop);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Reads the next line into `line`, without its line break. One that is too long is read over.
  /// Throws SinkError: the file cannot be read on.
  [[nodiscard]] Got next(std::string& line);
  /// Of the line that came last, from 1.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] std::uint64_t bytesRead() const noexcept { return bytes_read_; }

 private:
  bool fill();

  const std::string path_;
  const std::size_t max_line_;
  const std::stop_token stop_;
  int fd_ = -1;
  std::string buffer_;
  std::size_t at_ = 0;  // in buffer_
  std::uint64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace forage::app
