// A file that appears whole or not at all: written beside its place, then renamed. A device or a
// pipe is written to in place, and "-" is standard output. Opened at once, so that a path that
// cannot be written is found before any work. Not thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace forage::app {

class Terminal;

class WholeFile final {
 public:
  /// `asked_by` stands before the path in messages about the command line, such as "--report ".
  /// Throws UsageError: cannot be written. `terminal` outlives the object.
  WholeFile(const std::string& asked_by, std::filesystem::path path, Terminal& terminal);
  /// Leaves nothing behind unless commit() has been called, and has succeeded.
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  /// Adds bytes. Throws SinkError.
  void append(std::string_view bytes);
  /// Makes what was added durable and gives it its name. Throws SinkError.
  void commit();

 private:
  void openBeside();
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  std::string temporary_;  // "" when written to in place
  Terminal& terminal_;
  int fd_ = -1;
};

}  // namespace forage::app
