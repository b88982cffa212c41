// Which responses a private cache may store (RFC 9111, section 3), and what they make invalid
// (section 4.4). Pure; thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "forage/message.h"
#include "forage/url.h"
#include "http/cache_control.h"

namespace forage::http {

/// Whether a response to GET may be stored; `why` gets the rule that forbids it.
[[nodiscard]] bool mayStore(int status, HeadersView response, const CacheControl& request,
                            std::string_view& why);

/// Whether a response to POST may answer later GETs of `url` (RFC 9110, section 9.3.3): it says how
/// long it is fresh, and that it is what a GET would give.
[[nodiscard]] bool mayStorePost(int status, HeadersView response, const CacheControl& request,
                                const Url& url);

/// Methods that change nothing at the server (RFC 9110, section 9.2.1). Others make what is stored
/// of their URL invalid; so does a method that nobody knows.
[[nodiscard]] bool isSafe(std::string_view method) noexcept;

/// The URLs of which a response to an unsafe method makes stored responses invalid: its own, and
/// those of Location and Content-Location with the same origin. None after an error.
[[nodiscard]] std::vector<Url> invalidated(int status, HeadersView response, const Url& url);

}  // namespace forage::http
