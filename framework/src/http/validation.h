// Conditional requests, seen from a cache (RFC 9111, section 4.3; RFC 9110, section 13). Pure;
// thread-safe. An ETag that is no entity tag, and a Last-Modified that is no date, are as none.
#pragma once

#include <optional>
#include <string_view>

#include "forage/entry.h"
#include "forage/message.h"

namespace forage::http {

/// Whether `entry` has a validator: without one no request can ask whether it still holds.
[[nodiscard]] bool hasValidator(const Entry& entry) noexcept;

/// Whether it has an entity tag that no other representation has.
[[nodiscard]] bool hasStrongTag(const Entry& entry) noexcept;

/// Adds to `request` what asks whether `stored` still holds: If-None-Match, beside what it lists
/// already, and If-Modified-Since where there is none.
void addValidators(Headers& request, const Entry& stored);

/// Whether a 304 with these fields speaks of `stored` (section 4.3.4): they have the same strong
/// validator, or else the same weak one. A 304 without any answers the one question that was asked,
/// unless `own`, the request before addValidators(), had one of its own.
[[nodiscard]] bool isUpdateOf(HeadersView not_modified, const Entry& stored,
                              HeadersView own = HeadersView()) noexcept;

/// Whether the request has a precondition that a cache must leave to the server: If-Match or
/// If-Unmodified-Since.
[[nodiscard]] bool asksServerAlone(HeadersView request) noexcept;

/// What the request's own If-None-Match or If-Modified-Since say of `stored`: true, it has not
/// changed and a 304 answers (section 4.3.2); nothing, there is no precondition.
[[nodiscard]] std::optional<bool> isNotModified(HeadersView request, const Entry& stored) noexcept;

/// Whether the request's If-Range, if it has one, lets it have a part of `stored` (RFC 9110,
/// section 13.1.5): the same strong entity tag, or the same date where that is a strong validator.
[[nodiscard]] bool allowsRange(HeadersView request, const Entry& stored) noexcept;

/// The strong validator of `entry`, an entity tag or else a date; nothing where it has none.
[[nodiscard]] std::optional<std::string_view> strongValidator(const Entry& entry) noexcept;

/// Whether two responses are of the same representation for sure: they have the same strong
/// validator (RFC 9110, section 15.3.7.3), an entity tag or, where neither has one, a date.
[[nodiscard]] bool isSameRepresentation(const Entry& a, const Entry& b) noexcept;

/// Whether two entity tags are the same by the weak comparison (RFC 9110, section 8.8.3.2).
[[nodiscard]] bool matchesWeakly(std::string_view a, std::string_view b) noexcept;

/// As above, by the strong comparison.
[[nodiscard]] bool matchesStrongly(std::string_view a, std::string_view b) noexcept;

}  // namespace forage::http
