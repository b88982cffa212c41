// When URLs were changed by unsafe methods, by their keys without credentials: copies that stand
// under other credentials, whose keys nobody knows, are of no use since (RFC 9111, section 4.4).
// Bounded: where there are too many, all that is older than now counts as changed. Thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "forage/clock.h"
#include "model/text_hash.h"

namespace forage::visit {

class ChangedUrls {
 public:
  static constexpr std::size_t kMost = 65'536;

  /// `key` was changed at `now` by a request whose own copies, under `own`, have been erased.
  void add(std::string_view key, std::string_view own, WallTime now) {
    const std::lock_guard lock(mutex_);
    if (changed_.size() == kMost) {
      changed_.clear();
      all_before_ = std::max(all_before_, now);
    }
    Change& last = changed_[textHash(key)];
    if (now >= last.time) last = {now, textHash(own)};
  }
  /// Whether what stands under `own`, of a request sent at `requested`, may be older than the last
  /// change by another one.
  [[nodiscard]] bool hasSince(std::string_view key, std::string_view own,
                              WallTime requested) const {
    const std::lock_guard lock(mutex_);
    if (requested <= all_before_) return true;
    const auto one = changed_.find(textHash(key));
    // What was sent in the same millisecond may have been sent before it.
    return one != changed_.end() && requested <= one->second.time &&
           one->second.own != textHash(own);
  }

 private:
  struct Change {
    WallTime time = WallTime::min();
    std::uint64_t own = 0;
  };

  mutable std::mutex mutex_;  // guards what follows
  WallTime all_before_ = WallTime::min();
  std::unordered_map<std::uint64_t, Change> changed_;
};

}  // namespace forage::visit
