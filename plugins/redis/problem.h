// Collects what goes wrong with single commands of a pipeline, while the replies to the others are
// still read and used. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "server_error.h"

namespace forage::redis {

class Problem {
 public:
  /// `rights` are named where some are missing; a constant.
  explicit Problem(std::string_view rights = kRightsForEntries) noexcept : rights_(rights) {}

  /// Takes an error reply; the first one is told.
  void note(std::string_view error) {
    if (text_.empty()) text_ = explain(error, rights_);
    reconnect_ = reconnect_ || judge(error) == Verdict::kReconnect;
    lasts_ = lasts_ || willLast(error);
  }

  /// One line; "" while there is none.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// True: the connection leads to a server that will not do.
  [[nodiscard]] bool wantsReconnect() const noexcept { return reconnect_; }
  /// True: to ask again is of no use.
  [[nodiscard]] bool lasts() const noexcept { return lasts_; }

 private:
  std::string_view rights_;
  std::string text_;
  bool reconnect_ = false;
  bool lasts_ = false;
};

}  // namespace forage::redis
