// What the paths of the origin server serve: always the same for the same argument, so that whoever
// fetches it can tell that nothing is missing or damaged. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace forage::origin {

/// Bytes `from` to `from + size` of the endless content that `seed` names (/bytes).
[[nodiscard]] std::string bytesOf(std::uint64_t seed, std::uint64_t from, std::size_t size);

inline constexpr std::size_t kPageBytes = 2048;
/// An HTML page of exactly kPageBytes that holds its number and links to the next ones (/page).
[[nodiscard]] std::string pageOf(std::uint64_t number);

/// Line `index` of /stream, with its line end.
[[nodiscard]] std::string lineOf(std::uint64_t index);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
[[nodiscard]] std::string httpDate(std::time_t when);

}  // namespace forage::origin
