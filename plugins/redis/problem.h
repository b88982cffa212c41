// Collects what goes wrong with single commands of a pipeline, while the replies to the others are
// still read and used. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "server_error.h"

namespace forage::redis {

class Problem {
 public:
  /// Takes an error reply; the first one is told.
  void note(std::string_view error) {
    if (text_.empty()) text_ = explain(error);
    reconnect_ = reconnect_ || judge(error) == Verdict::kReconnect;
  }

  /// One line; "" while there is none.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// True: the connection leads to a server that will not do.
  [[nodiscard]] bool wantsReconnect() const noexcept { return reconnect_; }

 private:
  std::string text_;
  bool reconnect_ = false;
};

}  // namespace forage::redis
