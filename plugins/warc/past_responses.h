// PastResponses: what revisit records may refer to, found by URI and date or by payload digest.
// Bounded by bytes: the oldest make room. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "forage/entry.h"

namespace forage::warc {

class PastResponses final {
 public:
  explicit PastResponses(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

  /// Remembers `entry` under each of the names.
  void add(std::string_view uri, std::string_view date, std::string_view digest,
           const EntryPtr& entry);
  /// The response to `uri` at `date`, or else the last one of a payload with `digest`; never one
  /// whose payload is known to have another digest. Null: not known, or no longer.
  [[nodiscard]] EntryPtr find(std::string_view uri, std::string_view date,
                              std::string_view digest) const;

 private:
  struct Past {
    std::string capture;  // URI and date
    std::string digest;
    EntryPtr entry;
    std::size_t bytes = 0;
  };
  using Index = std::unordered_map<std::string_view, const Past*>;  // of names that Past holds

  static void enter(Index& index, std::string_view name, const Past& past);
  static void erase(Index& index, std::string_view name, const Past& past);
  static const Past* findIn(const Index& index, std::string_view name);
  void dropOldest();

  const std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::deque<Past> order_;  // a deque: what is in it does not move
  Index captures_;
  Index payloads_;
};

}  // namespace forage::warc
