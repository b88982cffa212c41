// What of a stored response answers a request that asked for less than all of it: its head, nothing
// because it has not changed, or a range (RFC 9111, sections 3.3 and 4.3.2; RFC 9110, section 14).
// Pure; thread-safe.
#pragma once

#include <string_view>

#include "forage/entry.h"
#include "forage/message.h"
#include "http/cache_control.h"

namespace forage::http {

/// `stored` as the answer to a request with `method` and `request`: itself, or a response made of
/// it: without a body for HEAD, 304 where the request's precondition holds, 206 for one range that
/// the body has, 416 for one that it has not. Fields that no-cache names are left out unless
/// `validated`.
[[nodiscard]] EntryPtr answerFrom(const EntryPtr& stored, std::string_view method,
                                  HeadersView request, bool validated);

/// Whether `part`, a stored 206, holds the range that the request asks for, and If-Range lets it
/// have that.
[[nodiscard]] bool answersRange(const Entry& part, HeadersView request) noexcept;

/// A response of our own, such as 504 where only the cache may be asked (section 5.2.1.7).
[[nodiscard]] EntryPtr ownResponse(int status, std::string_view reason, std::string_view key,
                                   WallTime now);

}  // namespace forage::http
