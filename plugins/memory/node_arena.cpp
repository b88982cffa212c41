#include "node_arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace forage::memory {

namespace {

/// A cache of less than this has nodes in few pages, and no huge page to waste.
constexpr std::size_t kLarge = 128u << 20;
/// The first nodes are in pages of the usual size: a large cache may come to hold little, and to
/// clear a huge page costs as much as to store a few hundred entries.
constexpr std::size_t kFirst = 4u << 20;

}  // namespace

NodeArena::NodeArena(std::size_t max_bytes)
    : limit_(std::min<std::size_t>(max_bytes / kSlabSize, kNoNode / kSlabNodes)),
      is_huge_(max_bytes >= kLarge) {
  reserved_ = (limit_ * kSlabSize / kHugePage + 2) * kHugePage;
  // Addresses alone: no memory is promised before makeUsable().
  range_ =
      ::mmap(nullptr, reserved_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range_ == MAP_FAILED) throw std::bad_alloc();
  const auto start = reinterpret_cast<std::uintptr_t>(range_);
  base_ = reinterpret_cast<Node*>((start + kHugePage - 1) / kHugePage * kHugePage);
  // Only hints: without huge pages a large cache is slower, and with them a small one larger.
  (void)::madvise(base_, reserved_ - kHugePage, MADV_NOHUGEPAGE);
  if (is_huge_ && reserved_ > kFirst + kHugePage) {
    char* rest = reinterpret_cast<char*>(base_) + kFirst;
    (void)::madvise(rest, reserved_ - kHugePage - kFirst, MADV_HUGEPAGE);
  }
  // Where pages are larger than slabs, one slab's page holds others in use.
  const long page = ::sysconf(_SC_PAGESIZE);
  can_give_back_ = page > 0 && kSlabSize % static_cast<std::size_t>(page) == 0;
}

NodeArena::~NodeArena() { ::munmap(range_, reserved_); }

NodeId NodeArena::take() {
  const std::lock_guard lock(mutex_);
  if (!free_.empty()) {
    const NodeId slab = free_.back();
    free_.pop_back();
    return slab;
  }
  if (taken_ == limit_) throw std::bad_alloc();
  if (taken_ == usable_) makeUsable();
  // Room for all that can be given back, so that giving back cannot fail.
  if (free_.capacity() <= taken_) free_.reserve(std::max<std::size_t>(64, taken_ * 2));
  return static_cast<NodeId>(taken_++ * kSlabNodes);
}

void NodeArena::makeUsable() {
  void* start = base_ + usable_ * kSlabNodes;
  if (::mprotect(start, kHugePage, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  usable_ += kHugePage / kSlabSize;
}

void NodeArena::giveBack(std::span<const NodeId> slabs) noexcept {
  for (const NodeId slab : slabs) {
    if (can_give_back_) (void)::madvise(base_ + slab, kSlabSize, MADV_DONTNEED);
  }
  const std::lock_guard lock(mutex_);
  for (const NodeId slab : slabs) free_.push_back(slab);
}

}  // namespace forage::memory
