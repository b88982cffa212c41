// LineBuffer: whole lines out of bytes that arrive in pieces. A line that arrives whole is a view
// of the bytes given, only one that is cut is copied; each byte is looked at once, so that a line
// which drips in costs no more than one which does not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forage::net {

enum class LineEnd {
  kLf,  ///< a recipient may take a bare LF in a head (RFC 9112, section 2.2)
  kCr,  ///< CR and the byte after it, which the caller has to judge
};

class LineBuffer final {
 public:
  /// The next line, its end included, taken off `bytes`; empty: it has not ended, and all of
  /// `bytes` is kept. What it returns is good until the next call.
  [[nodiscard]] std::string_view next(std::string_view& bytes, LineEnd end);

  /// What has arrived of a line that has not ended.
  [[nodiscard]] std::string_view partial() const noexcept {
    return given_ ? std::string_view() : std::string_view(partial_);
  }
  void clear() noexcept;

 private:
  std::string partial_;
  bool given_ = false;  // partial_ is the line returned last
};

}  // namespace forage::net
