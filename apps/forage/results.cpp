#include "results.h"

#include <utility>

#include "forage/config.h"
#include "terminal.h"

namespace forage::app {

void Results::add(const Visit& visit) {
  // The bounds only ever sink, so that a reader who sees an old one is merely too generous.
  if (visit.group_index > last_group_.load(std::memory_order_relaxed)) return;
  if (visit.position >= limit_) return;
  const Place place{visit.group_index, visit.position};
  {
    const std::lock_guard lock(mutex_);
    if (first_.size() >= limit_ && first_.rbegin()->first < place) return;
  }
  Result result{std::string(visit.group), redacted(visit.url), std::nullopt};
  if (visit.succeeded()) result.length = visit.content().size();  // may decode: not under the lock
  const std::lock_guard lock(mutex_);
  first_.insert_or_assign(place, std::move(result));
  if (first_.size() > limit_) first_.erase(std::prev(first_.end()));
  if (first_.size() == limit_) {
    last_group_.store(first_.rbegin()->first.group, std::memory_order_relaxed);
  }
}

std::string Results::lines() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [place, result] : first_) {
    text += "Thread " + printable(result.group) + " - URL: " + printable(result.url) +
            " - Response Length: " +
            (result.length ? std::to_string(*result.length) : std::string("Failed")) + "\n";
  }
  return text;
}

std::size_t Results::size() const {
  const std::lock_guard lock(mutex_);
  return first_.size();
}

}  // namespace forage::app
