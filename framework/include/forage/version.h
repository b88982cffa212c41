// The version of Forage, and what a plugin must share with its host to be loaded by it.
#pragma once

#include <cstdint>

#define FORAGE_VERSION "0.1.0"

#define FORAGE_STRINGIFY_(x) #x
#define FORAGE_STRINGIFY(x) FORAGE_STRINGIFY_(x)

// Compiler, C++ ABI of the standard library, and header version: objects cross the plug points, so
// both sides must agree on their layout. A plugin built elsewhere with the same ones loads.
#if defined(__clang__)
#define FORAGE_COMPILER "clang" FORAGE_STRINGIFY(__clang_major__)
#else
#define FORAGE_COMPILER "gcc" FORAGE_STRINGIFY(__GNUC__)
#endif
#define FORAGE_BUILD \
  FORAGE_COMPILER " cxx11abi" FORAGE_STRINGIFY(_GLIBCXX_USE_CXX11_ABI) " forage" FORAGE_VERSION

namespace forage {

inline constexpr const char* kVersion = FORAGE_VERSION;

/// Number of the plug-point contract (cache.h, fetcher.h, sink.h, plugin.h). Raised when one of
/// them changes.
inline constexpr std::uint32_t kAbi = 5;

}  // namespace forage
