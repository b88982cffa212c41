// The HTTP message in a record: what a crawler received, or says it did. Pure; thread-safe.
#pragma once

#include <string_view>

#include "forage/message.h"

namespace forage::warc {

struct HttpMessage {
  Response response;              ///< without Transfer-Encoding; its Content-Length fits
  std::string_view payload;       ///< what follows the head, in the block that was read
  const char* problem = nullptr;  ///< why there is none; null: there is one
};

/// Reads a whole response. A body in the chunked coding is decoded; one that says it is but is not,
/// since a browser had decoded it, is taken as it is. What is incomplete or no HTTP is a problem.
[[nodiscard]] HttpMessage readHttpMessage(std::string_view block);

/// Reads a response of which the body is not there; a Content-Length stays.
[[nodiscard]] HttpMessage readHttpHead(std::string_view block);

}  // namespace forage::warc
