// Marks of what has been acknowledged lately: a look-up older than the mark of its key may have
// missed it (docs/adr/0005-marks-for-outdated-look-ups.md). A table of fixed size, one place for
// each hash: a mark that gives way to another key's leaves its number behind, and look-ups older
// than that count as outdated too. Never misses one; seldom names one too many. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace forage::visit {

class Marks {
 public:
  static constexpr std::size_t kPlaces = 256;  // a power of two

  /// `sequence` grows from call to call.
  void leave(std::uint64_t hash, std::uint64_t sequence) {
    if (places_.empty()) places_.resize(kPlaces);
    Place& place = places_[placeOf(hash)];
    if (place.hash != hash) place.forgotten = std::max(place.forgotten, place.sequence);
    place.hash = hash;
    place.sequence = sequence;
  }

  /// Whether what `hash` stands for may have been acknowledged after `issued`.
  [[nodiscard]] bool isNewer(std::uint64_t hash, std::uint64_t issued) const noexcept {
    if (places_.empty()) return false;
    const Place& place = places_[placeOf(hash)];
    return place.forgotten > issued || (place.hash == hash && place.sequence > issued);
  }

 private:
  struct Place {
    std::uint64_t hash = 0;
    std::uint64_t sequence = 0;
    std::uint64_t forgotten = 0;  // the newest sequence that has given way here
  };

  // The low bits have chosen the shard.
  static std::size_t placeOf(std::uint64_t hash) noexcept { return (hash >> 32) % kPlaces; }

  std::vector<Place> places_;
};

}  // namespace forage::visit
