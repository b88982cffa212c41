// The fields of requests as libcurl takes them. Used by one thread.
#pragma once

#include <memory>
#include <string>

#include "forage/message.h"
#include "handles.h"

namespace forage::curl {

/// Lines for CURLOPT_HTTPHEADER, shared by the requests that carry the same fields.
using SharedLines = std::shared_ptr<const Lines>;

/// Makes them. Requests of one run carry the same fields: the last ones are remembered.
class RequestFields final {
 public:
  explicit RequestFields(bool keep_alive) noexcept : keep_alive_(keep_alive) {}

  /// The fields of a request without those that frame it, and without what libcurl would add by
  /// itself. Null: one of them cannot be sent.
  [[nodiscard]] SharedLines linesFor(HeadersView fields);

 private:
  bool keep_alive_;
  std::string given_;  // the block that `lines_` was made of
  SharedLines lines_;
};

}  // namespace forage::curl
