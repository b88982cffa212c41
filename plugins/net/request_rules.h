// What a request may carry over the wire, for those who write one. Pure.
#pragma once

#include <string_view>

#include "forage/message.h"

namespace forage::net {

/// True if sending it twice does no more than sending it once (RFC 9110, section 9.2.2).
[[nodiscard]] bool isIdempotent(std::string_view method) noexcept;

/// True if a request without content says so: the method gives content a meaning (RFC 9110,
/// section 8.6).
[[nodiscard]] bool expectsBody(std::string_view method) noexcept;

/// True if `method` is a token, and not CONNECT, which asks for a tunnel.
[[nodiscard]] bool isUsableMethod(std::string_view method) noexcept;

/// True for the fields that frame a message or belong to the connection (Host, Content-Length,
/// Connection, Transfer-Encoding, ...): they are the fetcher's, and a request's own are left out.
[[nodiscard]] bool isFraming(std::string_view name) noexcept;

/// True if the field is one line: a token as its name, and no CR, LF or NUL in its value.
[[nodiscard]] bool isSendable(const HeaderField& field) noexcept;

}  // namespace forage::net
