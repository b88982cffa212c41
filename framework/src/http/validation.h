// Conditional requests, seen from a cache (RFC 9111, section 4.3; RFC 9110, section 13). Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "forage/entry.h"
#include "forage/message.h"

namespace forage::http {

/// Whether `entry` has a validator: without one no request can ask whether it still holds.
[[nodiscard]] bool hasValidator(const Entry& entry) noexcept;

/// Adds to `request` what asks whether `stored` still holds: If-None-Match, beside what it lists
/// already, and If-Modified-Since where there is none.
void addValidators(Headers& request, const Entry& stored);

/// Whether a 304 with these fields speaks of `stored` (section 4.3.4): an entity tag in it is the
/// one of `stored`, or else its Last-Modified is.
[[nodiscard]] bool isUpdateOf(HeadersView not_modified, const Entry& stored) noexcept;

/// Whether the request has a precondition that a cache must leave to the server: If-Match,
/// If-Unmodified-Since, or If-Range without a Range that we could answer.
[[nodiscard]] bool asksServerAlone(HeadersView request) noexcept;

/// What the request's own If-None-Match or If-Modified-Since say of `stored`: true, it has not
/// changed and a 304 answers (section 4.3.2); nothing, there is no precondition.
[[nodiscard]] std::optional<bool> isNotModified(HeadersView request, const Entry& stored) noexcept;

/// Whether two entity tags are the same by the weak comparison (RFC 9110, section 8.8.3.2).
[[nodiscard]] bool matchesWeakly(std::string_view a, std::string_view b) noexcept;

}  // namespace forage::http
