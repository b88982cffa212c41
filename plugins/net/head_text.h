// The text of a response head before it is parsed: where it ends, and what has to be evened out so
// that a strict parser takes what real servers send. Pure; safe for any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forage::net {

/// Finds the end of a head (its empty line) in bytes that arrive in pieces; looks at each once.
class HeadScanner {
 public:
  /// `bytes` begins where the head begins and holds at least what it held at the last call.
  /// Returns the size of the head with its empty line; 0: not there yet.
  [[nodiscard]] std::size_t scan(std::string_view bytes) noexcept;
  /// True if the head found needs evenOut(): a bare LF, a folded line, or a status line that ends
  /// after the status.
  [[nodiscard]] bool isUneven() const noexcept { return uneven_; }
  void reset() noexcept { *this = HeadScanner(); }

 private:
  std::size_t line_ = 0;      // where the present line begins
  std::size_t searched_ = 0;  // no LF between line_ and here
  bool uneven_ = false;
};

/// False once `bytes` cannot be the beginning of an HTTP/1 response.
[[nodiscard]] bool mayBeHttp(std::string_view bytes) noexcept;

/// The head with CRLF line ends, each fold replaced by one space (RFC 9112, section 5.2), and a
/// space after the status (section 4). Bare CR and NUL stay, for the parser to refuse.
[[nodiscard]] std::string evenOut(std::string_view head);

}  // namespace forage::net
