// HeadParser: status line and fields of one response head (RFC 9112, sections 4 and 5) out of bytes
// that arrive in pieces. A line is judged when it has ended, whether a field that frames the
// message is when the next line has begun, for it may be folded: so the outcome does not depend on
// the cuts. One byte limit covers the head and those of the interim responses before it. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "net/framing.h"
#include "net/line_buffer.h"
#include "net/progress.h"

namespace forage::net {

struct Head {
  int status = 0;
  bool http11 = false;
  Framing framing;
  std::string reason;
  std::string fields;  ///< lines "name: value" CRLF
};

class HeadParser final {
 public:
  /// Makes ready for a response whose heads may have `limit` bytes together.
  void begin(std::size_t limit) noexcept;
  /// Makes ready for the head that follows an interim one.
  void beginNext() noexcept;

  /// Takes bytes off `bytes` up to the end of the head. REQUIRES: the last progress was kMore.
  Progress feed(std::string_view& bytes);

  /// The head; complete after kDone. May be moved from.
  [[nodiscard]] Head& head() noexcept { return head_; }
  /// What was wrong, after kFailed. May be moved from.
  [[nodiscard]] Failure& failure() noexcept { return failure_; }

 private:
  void takeSome(std::string_view& bytes);
  void takePlainFields(std::string_view& bytes);
  void takeLine(std::string_view line);
  void takeStatusLine(std::string_view line);
  void takeField(std::string_view line);
  void takeFold(std::string_view line);
  void settleOpenField();
  void takeFraming(KnownField field, std::string_view value);
  void fail(ErrorKind kind, std::string message);
  void refuse(std::string_view reason);

  Head head_;
  LineBuffer lines_;
  std::size_t limit_ = 0;
  std::size_t room_ = 0;  // what is left of the limit
  std::size_t open_at_ = 0;
  KnownField open_field_ = KnownField::kNone;  // the last one of head_.fields, not judged yet
  bool in_fields_ = false;
  Progress progress_ = Progress::kMore;
  Failure failure_;
};

}  // namespace forage::net
