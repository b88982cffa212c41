// Counts what `new` allocates in the whole program, its shared libraries included, once
// allocations.cpp is linked in.
#pragma once

#include <cstddef>

namespace forage::bench {

[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace forage::bench
