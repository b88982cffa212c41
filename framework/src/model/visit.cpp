#include "forage/visit.h"

namespace forage {

std::string_view toString(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kHit:
      return "hit";
    case Outcome::kRevalidated:
      return "revalidated";
    case Outcome::kStale:
      return "stale";
    case Outcome::kJoined:
      return "joined";
    case Outcome::kFetched:
      return "fetched";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kBlocked:
      return "blocked";
  }
  return "";
}

namespace {

std::string_view wordOf(CacheStatus::Forward forward) noexcept {
  using Forward = CacheStatus::Forward;
  switch (forward) {
    case Forward::kBypass:
      return "bypass";
    case Forward::kMethod:
      return "method";
    case Forward::kUriMiss:
      return "uri-miss";
    case Forward::kPartial:
      return "partial";
    case Forward::kVaryMiss:
      return "vary-miss";
    case Forward::kRequest:
      return "request";
    case Forward::kStale:
      return "stale";
    case Forward::kNone:
      break;
  }
  return {};
}

}  // namespace

std::string CacheStatus::toString() const {
  std::string text = "forage";
  if (hit) text += "; hit";
  if (const std::string_view word = wordOf(forward); !word.empty()) {
    text.append("; fwd=").append(word);
    if (forward_status != 0) text.append("; fwd-status=").append(std::to_string(forward_status));
  }
  if (ttl) text.append("; ttl=").append(std::to_string(ttl->count()));
  if (stored) text += "; stored";
  if (collapsed) text += "; collapsed";
  return text;
}

}  // namespace forage
