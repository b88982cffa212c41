#include "origin/served.h"

namespace forage::origin {
namespace {

// Bounds of the table by target: about 30 MiB at the very most.
constexpr std::size_t kMaxTargets = 100'000;
constexpr std::size_t kMaxTargetBytes = 256;
constexpr std::string_view kOther = "(other)";

}  // namespace

void Served::connectionOpened() noexcept {
  ++connections_;
  ++open_;
}

void Served::connectionClosed() noexcept { --open_; }

void Served::requestBegun(std::string_view target) {
  ++requests_;
  // One thread writes: no other can raise the maximum in between.
  if (const std::uint64_t now = ++in_progress_; now > max_concurrent_) max_concurrent_ = now;
  const std::lock_guard lock(mutex_);
  auto found = by_target_.find(target);
  if (found == by_target_.end()) {
    const bool fits = by_target_.size() < kMaxTargets && target.size() <= kMaxTargetBytes;
    found = by_target_.try_emplace(std::string(fits ? target : kOther)).first;
  }
  ++found->second;
}

void Served::requestEnded() noexcept { --in_progress_; }

OriginStats Served::stats() const {
  OriginStats stats;
  stats.requests = requests_;
  stats.connections = connections_;
  stats.open = open_;
  stats.in_progress = in_progress_;
  stats.max_concurrent = max_concurrent_;
  const std::lock_guard lock(mutex_);
  stats.by_target = by_target_;
  return stats;
}

std::uint64_t Served::requests(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_target_.find(target);
  return found == by_target_.end() ? 0 : found->second;
}

}  // namespace forage::origin
