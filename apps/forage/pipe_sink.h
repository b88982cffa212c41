// The answers of `forage pipe`: one JSON object a line, written at once, in the order in which they
// come.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "forage/sink.h"

namespace forage::app {

/// Where the lines go. Thread-safe.
class PipeOutput final {
 public:
  explicit PipeOutput(int fd) noexcept : fd_(fd) {}

  /// Writes whole lines, however long the other side takes. Throws SinkError.
  void write(std::string_view lines);
  /// Writes {"id":ID,"error":WHY,"kind":KIND}. What cannot be written is told by the next write().
  void refuse(std::string_view id, std::string_view why, std::string_view kind) noexcept;

 private:
  const int fd_;
  std::mutex mutex_;  // keeps lines whole, and guards error_
  int error_ = 0;
};

class PipeSink final : public Sink {
 public:
  /// `output` outlives the sink.
  explicit PipeSink(PipeOutput& output) noexcept : output_(output) {}

  void accept(const Visit& visit) override;
  void close() override {}

 private:
  PipeOutput& output_;
};

/// The line for `visit`, "\n" included.
[[nodiscard]] std::string pipeLine(const Visit& visit);

}  // namespace forage::app
