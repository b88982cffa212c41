// A script that runs within the server, sent by its digest, and whole only to a server that does
// not know it yet. Thread-safe.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "problem.h"
#include "reply_reader.h"
#include "transport.h"

namespace forage::redis {

class Script {
 public:
  /// `text` is a constant.
  explicit Script(std::string_view text);

  /// Runs it for `keys`, each behind `prefix`. Returns its reply, or notes in `problem` why there
  /// is none. What it does may be done twice. Throws ConnectionError.
  [[nodiscard]] Reply run(Transport& transport, std::string_view prefix,
                          std::span<const std::string_view> keys,
                          std::initializer_list<std::string_view> arguments,
                          Problem& problem) const;

 private:
  std::string_view text_;
  std::string digest_;
};

}  // namespace forage::redis
