// Where --report goes: a file that appears whole or not at all, or "-" for standard output. Opened
// before the run, so that a path that cannot be written is found before the first request.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "whole_file.h"

namespace forage::app {

class ReportFile final {
 public:
  /// Throws UsageError: cannot be written. `terminal` outlives the object.
  ReportFile(std::filesystem::path path, Terminal& terminal)
      : file_("--report ", std::move(path), terminal) {}

  /// Throws SinkError.
  void write(std::string_view text) {
    file_.append(text);
    file_.commit();
  }

 private:
  WholeFile file_;
};

}  // namespace forage::app
