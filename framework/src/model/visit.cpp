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

}  // namespace forage
