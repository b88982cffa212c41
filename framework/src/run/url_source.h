// The URLs of one group, as a stream: the listed ones, those that globs stand for, then the lines
// of a file. Memory does not grow with the length of the file, and no descriptor stays open between
// reads, so that ten thousand groups may have one each. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/job.h"
#include "model/url_glob.h"

namespace forage::run {

class StdinLines;

class UrlSource {
 public:
  enum class State { kUrl, kWait, kAgain, kEnd };

  /// `group` outlives this; so does `standard_input`, which is needed only for the file "-".
  UrlSource(const GroupSpec& group, StdinLines* standard_input) noexcept;

  /// Gives the next URL text, valid until the next call. kWait: not there yet (standard input).
  /// kAgain: the process may open no further file just now; to be asked again soon. Throws Error
  /// where a file that was readable no longer is.
  [[nodiscard]] State next(std::string_view& text);

 private:
  bool nextOfGlobs(std::string_view& text);
  State nextLine(std::string_view& text);
  bool refill();

  const GroupSpec& group_;
  StdinLines* const standard_input_;
  const bool is_input_;     // the file is "-"
  std::size_t listed_ = 0;  // of group_.urls given so far
  std::size_t globs_ = 0;   // of group_.url_globs begun so far
  std::optional<UrlGlob> glob_;
  std::uint64_t globbed_ = 0;  // of glob_ given so far
  std::string glob_url_;
  std::uint64_t offset_ = 0;  // in the file, of the first byte not yet in buffer_
  std::string buffer_;
  std::size_t at_ = 0;   // in buffer_
  bool at_end_ = false;  // of the file
};

/// The part of a line of a URL file that is a URL: without white space, "" for blanks and comments.
[[nodiscard]] std::string_view urlOfLine(std::string_view line) noexcept;

/// Reads a URL file once through. Adds a finding "FILE:LINE: ..." for each line that is no URL (the
/// first few) and returns how many URLs there are. What is no regular file is a finding: it is read
/// in pieces, which a pipe cannot give twice, and to open one would wait for its writer.
std::uint64_t checkUrlFile(const std::filesystem::path& file, std::vector<std::string>& findings);

}  // namespace forage::run
