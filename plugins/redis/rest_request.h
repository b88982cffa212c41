// Requests of the REST API: what they say, and what their responses say. Pure; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands.h"
#include "fault.h"
#include "forage/message.h"
#include "reply_reader.h"
#include "rest_call.h"
#include "rest_url.h"

namespace forage::redis {

/// What single commands are answered in; pipelines always in base64.
enum class RestFormat : std::uint8_t {
  kResp2,   ///< as over a connection of Redis
  kBase64,  ///< JSON whose strings are base64
};

struct RestRequest {
  std::string target;  ///< path and query behind the site's own path
  RestFormat format = RestFormat::kBase64;
  std::string json;                         ///< the body, unless it is `value`
  std::array<std::string_view, 2> value{};  ///< the body in two parts, any bytes
  bool idempotent = true;                   ///< may be sent again after it was lost
  bool writes = false;
  std::size_t max_reply = 0;  ///< bytes of the response body
};

/// The request for `call`, whose replies have `max_reply` bytes at most. It refers to what
/// `commands` refer to.
[[nodiscard]] RestRequest requestOf(const RestCall& call, std::span<const Command> commands,
                                    RestFormat format, std::size_t max_reply);

/// Request line and header fields. `sync_token` may be "".
[[nodiscard]] std::string headOf(const RestRequest& request, const RestSite& site,
                                 std::string_view sync_token);

/// True for a status that says: later.
[[nodiscard]] constexpr bool isPutOff(int status) noexcept {
  return status == 429 || status >= 500;
}

/// Why `response` is no answer to commands; nothing for one that is: status 200 or 400.
[[nodiscard]] std::optional<ConnectionError> refusalIn(const Response& response);

/// The reply to each command of `call` out of the response to `request`, with status 200 or 400.
/// Throws ConnectionError: kProtocol and kTooLarge.
[[nodiscard]] std::vector<Reply> repliesOf(const Response& response, const RestRequest& request,
                                           const RestCall& call);

}  // namespace forage::redis
