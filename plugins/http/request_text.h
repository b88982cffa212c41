// The text of a request as it goes over the wire.
#pragma once

#include <string>
#include <string_view>

#include "forage/message.h"

namespace forage::http1 {

/// Writes request heads. Requests of one run carry the same fields: what was checked and written
/// last is remembered. Used by one thread.
class HeadWriter {
 public:
  /// Writes the head of `request` into `head`, replacing what it held. The fields that frame a
  /// message (Host, Content-Length, Connection, Transfer-Encoding, ...) are ours: the request's own
  /// are left out. Returns "" or why the request cannot be sent (one line).
  [[nodiscard]] std::string_view write(const Request& request, bool keep_alive, std::string& head);

 private:
  std::string_view prepare(HeadersView fields);

  std::string given_;    // the block that `written_` was made of
  std::string written_;  // its fields, without those that frame
};

}  // namespace forage::http1
