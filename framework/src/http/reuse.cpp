#include "http/reuse.h"

#include <algorithm>
#include <optional>

namespace forage::http {

namespace {

constexpr std::string_view kNoCacheRule = "no-cache (RFC 9111, 5.2.2.4)";
constexpr std::string_view kMustRevalidateRule =
    "expired, with must-revalidate (RFC 9111, 5.2.2.2)";

/// What a directive allows, or else the job.
Millis window(const std::optional<Seconds>& directive, Millis job) noexcept {
  return directive ? Millis(*directive) : job;
}

/// A first rule that asks for validation whatever the age; "" when there is none.
std::string_view demand(const CacheControl& request, const CacheControl& response,
                        const ReuseOptions& options) noexcept {
  if (options.always_validate) return "--refresh";
  if (request.no_cache) return "no-cache in the request (RFC 9111, 5.2.1.4)";
  if (response.no_cache) return kNoCacheRule;
  return {};
}

/// Why the request does not want a response of this age, fresh or stale; "" when it does.
std::string_view refusal(const CacheControl& request, const Judgement& one) noexcept {
  if (request.max_age && one.age > *request.max_age) {
    return "older than max-age in the request (RFC 9111, 5.2.1.1)";
  }
  if (request.min_fresh && one.lifetime.span < sum(one.age, *request.min_fresh)) {
    return "not fresh for min-fresh of the request (RFC 9111, 5.2.1.3)";
  }
  return {};
}

std::string_view freshRule(LifetimeSource source) noexcept {
  switch (source) {
    case LifetimeSource::kMaxAge:
      return "fresh by max-age (RFC 9111, 5.2.2.1)";
    case LifetimeSource::kExpires:
      return "fresh by Expires (RFC 9111, 5.3)";
    case LifetimeSource::kHeuristic:
      return "fresh by a tenth of its age when it came (RFC 9111, 4.2.2)";
    case LifetimeSource::kJob:
      return "fresh by expire_after";
    case LifetimeSource::kNone:
      break;
  }
  return "fresh";
}

std::string_view staleRule(LifetimeSource source) noexcept {
  switch (source) {
    case LifetimeSource::kNone:
      return "nothing says how long it is fresh (RFC 9111, 4.2.2)";
    case LifetimeSource::kJob:
      return "expired by expire_after";
    default:
      return "expired (RFC 9111, 4.2)";
  }
}

/// "Up to" so many seconds after it expired: the last one counts (RFC 5861, sections 3 and 4).
bool isWithin(Millis over, Millis span) noexcept { return span > Millis::zero() && over <= span; }

void judgeStale(Judgement& one, const CacheControl& request, const CacheControl& response,
                const ReuseOptions& options) noexcept {
  one.rule = staleRule(one.lifetime.source);
  if (response.must_revalidate) {
    one.rule = kMustRevalidateRule;
    return;
  }
  // Who asks for a fresh one, or for one that is not so old, says no to every window.
  if (!refusal(request, one).empty()) return;
  const Millis over = one.age - one.lifetime.span;
  if (request.max_stale) {
    if (over > *request.max_stale) return;
    one.reuse = Reuse::kStale;
    one.rule = "within max-stale of the request (RFC 9111, 5.2.1.2)";
  } else if (!request.max_age && isWithin(over, window(response.stale_while_revalidate,
                                                       options.stale_while_revalidate))) {
    one.reuse = Reuse::kStaleWhileRevalidate;
    one.rule = "within stale-while-revalidate (RFC 5861, 3)";
  }
}

/// Who cannot ask the server has to do with what is there (RFC 9111, section 4.2.4), but for what
/// its own directives forbid.
void judgeOffline(Judgement& one, bool fresh, const CacheControl& response) noexcept {
  if (response.no_cache) {
    one.rule = kNoCacheRule;
  } else if (!fresh && response.must_revalidate) {
    one.rule = kMustRevalidateRule;
  } else {
    one.reuse = fresh ? Reuse::kFresh : Reuse::kStale;
    one.rule = "--offline: whatever is stored";
  }
}

/// RFC 5861, section 4, and RFC 9111, section 4.2.4. What is fresh may answer anyway, but for a
/// refresh, which wants to hear from the server.
bool mayAnswerErrors(const Judgement& one, bool fresh, const CacheControl& request,
                     const CacheControl& response, const ReuseOptions& options) noexcept {
  if (request.no_cache || response.no_cache) return false;
  if (fresh && !options.always_validate) return true;
  if (!fresh && response.must_revalidate) return false;
  std::optional<Seconds> directive = request.stale_if_error;
  if (!directive) directive = response.stale_if_error;
  const Millis allowed = window(directive, options.stale_if_error);
  return allowed == kForever || isWithin(one.age - one.lifetime.span, allowed);
}

Lifetime lifetimeOf(const Entry& stored, const CacheControl& response,
                    const ReuseOptions& options) noexcept {
  if (options.by_job) return {options.expire_after, LifetimeSource::kJob};
  return freshnessLifetime(stored, response);
}

}  // namespace

Judgement judgeReuse(const Entry& stored, const CacheControl& request, const ReuseOptions& options,
                     WallTime now) {
  // Under by_job it has said nothing.
  const CacheControl response =
      options.by_job ? CacheControl{} : readCacheControl(stored.headers(), false);
  Judgement one;
  one.age = options.by_job ? elapsed(stored.received(), now) : currentAge(stored, now);
  one.lifetime = lifetimeOf(stored, response, options);
  const bool fresh = one.lasts();
  one.stale_if_error = mayAnswerErrors(one, fresh, request, response, options);
  if (options.never_validate) {
    judgeOffline(one, fresh, response);
    return one;
  }
  one.rule = demand(request, response, options);
  if (!one.rule.empty()) return one;
  if (!fresh) {
    judgeStale(one, request, response, options);
    return one;
  }
  one.rule = refusal(request, one);
  if (!one.rule.empty()) return one;
  one.reuse = Reuse::kFresh;
  one.rule = freshRule(one.lifetime.source);
  return one;
}

}  // namespace forage::http
