// The header of a WARC record: version and named fields (ISO 28500, sections 4 and 5). Bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "forage/message.h"
#include "warc/warc_input.h"

namespace forage::warc {

class RecordHeader final {
 public:
  /// A URL may have 64 KiB, and stand in more than one field.
  static constexpr std::size_t kMaxBytes = 256u << 10;

  /// Takes a header, its empty line included, off `input`, within one member. Returns what is wrong
  /// with it, or null.
  [[nodiscard]] const char* read(WarcInput& input);

  /// The value of the first field called `name`, "" where there is none; a URI that stands in
  /// angle brackets comes without them.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  /// Content-Length.
  [[nodiscard]] std::uint64_t length() const noexcept { return length_; }

 private:
  const char* takeLine(std::string_view line, bool is_first);

  Headers fields_;
  std::string block_;  // of lines "name: value" CRLF
  std::uint64_t length_ = 0;
};

}  // namespace forage::warc
