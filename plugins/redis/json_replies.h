// Reads the JSON that the REST API answers with: {"result": ...} or {"error": "..."}, or an array
// of those for a pipeline. Strings within a result are base64, but for a plain OK. Bounded in depth
// and number of parts, its size being that of the response. Pure; thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "reply_reader.h"

namespace forage::redis {

/// What a server answered, one reply for each object. Strings are decoded; "OK" is a kStatus.
/// Throws ConnectionError (kProtocol): it is anything else.
[[nodiscard]] std::vector<Reply> readJsonReplies(std::string_view json);

}  // namespace forage::redis
