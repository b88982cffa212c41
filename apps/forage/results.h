// The results of a run as the tutorial prints them, for the first URLs in the order of the job:
// bounded, however many there are. Thread-safe.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "forage/visit.h"

namespace forage::app {

class Results final {
 public:
  explicit Results(std::size_t limit) : limit_(limit) {}

  /// Takes one visit; costs one comparison where it comes too late in the order to be shown.
  void add(const Visit& visit);

  /// "Thread GROUP - URL: URL - Response Length: N", or "... Failed", a line each.
  [[nodiscard]] std::string lines() const;

  [[nodiscard]] std::size_t size() const;

 private:
  struct Place {
    std::size_t group = 0;
    std::uint64_t position = 0;
    auto operator<=>(const Place&) const = default;
  };
  struct Result {
    std::string group;
    std::string url;
    std::optional<std::size_t> length;  ///< nothing: failed
  };

  const std::size_t limit_;
  mutable std::mutex mutex_;                       // guards first_
  std::map<Place, Result> first_;                  // at most limit_
  std::atomic<std::size_t> last_group_{SIZE_MAX};  // of the last of first_, once that is full
};

}  // namespace forage::app
