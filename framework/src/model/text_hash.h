// Hashes of texts for tables in memory; not seeded, and not for anything that is kept. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace forage {

/// XXH3: for short texts several times as fast as std::hash.
[[nodiscard]] std::uint64_t textHash(std::string_view text) noexcept;

}  // namespace forage
