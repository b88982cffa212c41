// Where --report goes: a file that appears whole or not at all (a temporary file beside it,
// renamed), or "-" for standard output. Opened before the run, so that a path that cannot be
// written is found before the first request.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace forage::app {

class Terminal;

class ReportFile final {
 public:
  /// Throws UsageError: cannot be written. `terminal` outlives the object.
  ReportFile(std::filesystem::path path, Terminal& terminal);
  /// Removes the temporary file if write() has not been called, or failed.
  ~ReportFile();
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  /// Throws SinkError.
  void write(std::string_view text);

 private:
  void openBeside();
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  std::string temporary_;  // "" when written to in place
  Terminal& terminal_;
  int fd_ = -1;
};

}  // namespace forage::app
