// Bodies that are made piece by piece, so that none of them has to be held as a whole.
#pragma once

#include <cstdint>
#include <string>

#include "origin/reply.h"

namespace forage::origin {

/// A 200 with so many bytes of the content that `seed` names.
[[nodiscard]] Reply bytesReply(std::uint64_t seed, std::uint64_t size);
/// The content that "0" names, without end.
[[nodiscard]] Reply::Source endlessBytes();

/// So many lines, a piece each.
[[nodiscard]] Reply::Source lines(std::uint64_t count);
/// So many bytes, a piece each.
[[nodiscard]] Reply::Source singleBytes(std::uint64_t count);
/// `body` as one piece, so that the length that is told need not be its own.
[[nodiscard]] Reply::Source onePiece(std::string body);

}  // namespace forage::origin
