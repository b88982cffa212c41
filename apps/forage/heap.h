// How the memory of the process grows.
#pragma once

#include <malloc.h>

namespace forage::app {

/// glibc makes the heaps of threads usable a page at a time, with a call each, and gives back what
/// is on top of them: a cache that fills and empties would pay for both, page by page. With this a
/// heap is usable at once, 64 MiB of addresses, which cost nothing until they are written. Setting
/// that fixes the size from which a block is mapped by itself: it stays where glibc itself would
/// raise it to once such blocks are freed. To be called before the first thread.
inline void growHeapsAtOnce() noexcept {
  (void)::mallopt(M_TOP_PAD, 64 << 20);
  (void)::mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

}  // namespace forage::app
