// Stored parts of representations (RFC 9111, sections 3.3 and 3.4; RFC 9110, sections 14.4 and
// 15.3.7): which bytes a 206 holds, whether they answer a range, and what two of them make
// together. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>

#include "forage/entry.h"
#include "forage/message.h"
#include "http/ranges.h"

namespace forage::http {

/// Bytes of a representation that a response holds.
struct HeldPart {
  ByteRange range;
  std::optional<std::size_t> total;  ///< of the representation, where that is known

  [[nodiscard]] bool isAll() const noexcept { return total == range.size(); }
};

/// What `response` holds: of a 206 what its one Content-Range says, if its body has that length; of
/// any other all of it. Nothing for a 206 that says nothing usable, and for an empty body.
[[nodiscard]] std::optional<HeldPart> heldBy(const Entry& response) noexcept;

/// The bytes that `spec` asks for, where all of them are in `held`: "the request specifies a range
/// wholly within the incomplete response" (section 3.3).
[[nodiscard]] std::optional<ByteRange> rangeIn(const HeldPart& held,
                                               const RangeSpec& spec) noexcept;

/// Has `request` ask for what `part`, a stored 206, lacks, on condition that it is still of the
/// same representation. False, and nothing changed: there is no such condition, or it lacks more
/// than one range.
[[nodiscard]] bool askForRest(Headers& request, const Entry& part);

/// The head of a 206 that holds `part` of `of`.
[[nodiscard]] Response partHead(const Entry& of, const HeldPart& part);

/// The head of a 200 for `part`, a 206 that holds everything (RFC 9110, section 15.3.7.3).
[[nodiscard]] Response wholeHead(HeadersView part, std::size_t size);

/// What `stored` and the newer `part`, a 206, make together, with the fields of `part` in place of
/// those of `stored`: a 200 where that is everything, else a 206 of at most `max_part` bytes.
/// Nothing where they do not touch or have no strong validator in common (section 3.4).
[[nodiscard]] std::optional<Response> combined(const Entry& stored, const Entry& part,
                                               std::size_t max_part);

}  // namespace forage::http
