// Whether a stored response may answer a request as it stands (RFC 9111, section 4; RFC 5861). Pure
// functions: no clock, no I/O. The words of `rule` are those that `forage explain` shows.
#pragma once

#include <cstdint>
#include <string_view>

#include "forage/clock.h"
#include "forage/entry.h"
#include "http/cache_control.h"
#include "http/freshness.h"

namespace forage::http {

/// What the job says beside, or instead of, what responses say.
struct ReuseOptions {
  bool by_job = false;               ///< policy ttl: `expire_after` alone makes it fresh
  Millis expire_after{0};            ///< of this URL, under by_job
  bool always_validate = false;      ///< --refresh
  bool never_validate = false;       ///< --offline: however old, unless the response forbids that
  Millis stale_while_revalidate{0};  ///< where the response says nothing
  Millis stale_if_error{0};          ///< where the response says nothing; kForever: any
};

enum class Reuse : std::uint8_t {
  kFresh,                 ///< as it stands
  kStale,                 ///< as it stands although it has expired
  kStaleWhileRevalidate,  ///< as it stands, and to be validated meanwhile
  kValidate,              ///< only after the server said that it still holds
};

struct Judgement {
  Reuse reuse = Reuse::kValidate;
  std::string_view rule;  ///< why, in a few words with the section that says so
  Millis age{0};
  Lifetime lifetime;
  bool stale_if_error = false;  ///< it may answer where the server cannot

  /// Whether its lifetime lasts, whatever the request wants.
  [[nodiscard]] bool lasts() const noexcept {
    return lifetime.span == kForever || age < lifetime.span;
  }
};

/// REQUIRES: `stored` is of the URL, method and variant that the request asks for.
[[nodiscard]] Judgement judgeReuse(const Entry& stored, const CacheControl& request,
                                   const ReuseOptions& options, WallTime now);

}  // namespace forage::http
