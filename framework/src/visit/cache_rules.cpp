#include "visit/cache_rules.h"

#include <algorithm>
#include <random>
#include <utility>

#include "forage/cache_key.h"
#include "forage/glob.h"
#include "http/robots_answer.h"
#include "http/storing.h"
#include "http/validation.h"
#include "http/vary.h"
#include "visit/stored_keys.h"
#include "visit/variants.h"

namespace forage::visit {

namespace {

/// Of a response that varies with everything: no request matches it.
constexpr std::string_view kNoMatch = "any";
/// How much of a body is searched for forbidden patterns.
constexpr std::size_t kSearched = 1u << 20;

Millis plus(Millis a, Millis b) noexcept {
  return a == kForever || b == kForever || a > kForever - b ? kForever : a + b;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(std::string_view text, std::string_view pattern) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), pattern.begin(), pattern.end(), same) != text.end();
}

std::string_view withoutScheme(std::string_view url) noexcept {
  const std::size_t slashes = url.find("://");
  return slashes == std::string_view::npos ? url : url.substr(slashes + 3);
}

/// What the trip's request says to the cache.
const http::CacheControl& wantsOf(const Trip& trip) {
  static const http::CacheControl kNothing;
  return trip.asked == nullptr ? kNothing : trip.asked->wants;
}

std::string randomName() {
  std::random_device random;
  return std::to_string(random()).append("-").append(std::to_string(random())).append("-");
}

bool onlyByAge(const Job& job) noexcept {
  const CacheOptions& cache = job.cache;
  const auto hasOwn = [](const GroupSpec& group) { return group.expire_after.has_value(); };
  return cache.policy == CachePolicy::kTtl && cache.mode == CacheMode::kNormal &&
         cache.urls_expire_after.empty() &&
         std::none_of(job.groups.begin(), job.groups.end(), hasOwn);
}

}  // namespace

CacheRules::CacheRules(const Job& job, const Headers& request_headers, std::string certificate)
    : job_(job),
      request_headers_(request_headers),
      run_name_(randomName()),
      certificate_(std::move(certificate)),
      plain_suffix_(keySuffix(request_headers, false)),
      plain_tls_suffix_(keySuffix(request_headers, true)),
      only_by_age_(onlyByAge(job)),
      admits_all_(job.cache.min_size == 0 && job.cache.content_types.empty() &&
                  job.cache.forbidden_patterns.empty()) {}

// --- keys ---------------------------------------------------------------------------------------

std::string CacheRules::keySuffix(HeadersView fields, bool shows_certificate) const {
  std::string text;
  const auto add = [&](std::string_view name) {
    if (!fields.find(name)) return;
    for (const char c : name) text += lower(c);
    text.append(":").append(fields.joined(name)).append("\n");
  };
  add("Authorization");
  add("Cookie");
  for (const std::string& name : job_.cache.match_headers) add(name);
  if (shows_certificate && !certificate_.empty()) {
    text.append("client certificate:").append(certificate_).append("\n");
  }
  return text.empty() ? std::string() : "#" + http::opaqueDigest(text);
}

std::string CacheRules::withoutIgnored(std::string_view url) const {
  const std::size_t query = url.find('?');
  std::string kept(url.substr(0, query));
  std::string_view rest =
      query == std::string_view::npos ? std::string_view() : url.substr(query + 1);
  char separator = '?';
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    const std::string_view name = parameter.substr(0, parameter.find('='));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto& patterns = job_.cache.ignored_parameters;
    const bool ignored = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& one) {
      return matchesGlob(one, name);
    });
    if (ignored) continue;
    kept += separator;
    kept += parameter;
    separator = '&';
  }
  return kept;
}

void CacheRules::makeKey(const Trip& trip, const Url& url, Key& key) const {
  if (job_.cache.ignored_parameters.empty()) {
    makeCacheKey(job_.cache.key_prefix, url.text(), key);
  } else {
    makeCacheKey(job_.cache.key_prefix, withoutIgnored(url.text()), key);
  }
  if (trip.isRobots()) key = robotsKey(key);
  if (trip.asked != nullptr) {
    key += keySuffix(trip.fields, url.isHttps());
    return;
  }
  const std::string& suffix = url.isHttps() ? plain_tls_suffix_ : plain_suffix_;
  if (!suffix.empty()) key += suffix;
}

HeadersView CacheRules::selectingFields(const Trip& trip) const noexcept {
  return trip.asked != nullptr ? trip.fields.view() : request_headers_.view();
}

bool CacheRules::isOfVariant(const Entry& entry, const Trip& trip) const {
  const std::string_view digest = digestOf(entry.variant());
  if (digest == kNoMatch) return !followsRfc9111();
  return isDefault(entry) ||
         http::selectingDigest(entry.headers(), selectingFields(trip)) == digest;
}

Key CacheRules::variantKey(const Key& base, const Entry& of_base, const Trip& trip) const {
  if (digestOf(of_base.variant()) == kNoMatch) return {};
  const std::optional<std::string> digest =
      http::selectingDigest(varyOf(of_base), selectingFields(trip));
  if (!digest || digest->empty()) return {};
  return visit::variantKey(base, *digest + "." + std::string(generationOf(of_base.variant())));
}

std::string CacheRules::variantOf(HeadersView response, const Trip& trip, const Entry* known,
                                  std::uint64_t moment) const {
  const std::optional<std::string> digest = http::selectingDigest(response, selectingFields(trip));
  if (digest && digest->empty()) return known == nullptr ? std::string() : defaultBeside(*known);
  // Variants of before an invalidation are of another generation, and are never found again.
  std::string generation(known == nullptr ? std::string_view() : generationOf(known->variant()));
  if (generation.empty()) generation = run_name_ + std::to_string(moment);
  return digest.value_or(std::string(kNoMatch)) + "." + generation;
}

// --- reuse --------------------------------------------------------------------------------------

Millis CacheRules::expireAfter(const Trip& trip) const {
  if (trip.isRobots()) return http::kRobotsLifetime;
  if (!job_.cache.urls_expire_after.empty()) {
    const std::string_view url = withoutScheme(trip.url.text());
    for (const UrlLifetime& one : job_.cache.urls_expire_after) {
      if (matchesGlob(one.pattern, url) || matchesGlob(one.pattern + "*", url)) {
        return one.expire_after;
      }
    }
  }
  return trip.group->expire_after.value_or(job_.cache.expire_after);
}

http::ReuseOptions CacheRules::reuseOptions(const Trip& trip) const {
  http::ReuseOptions options;
  options.by_job = !followsRfc9111() || trip.isRobots();
  if (options.by_job) options.expire_after = expireAfter(trip);
  options.always_validate = job_.cache.mode == CacheMode::kRefresh;
  options.never_validate = job_.cache.mode == CacheMode::kOffline;
  options.stale_while_revalidate = job_.cache.stale_while_revalidate;
  options.stale_if_error = job_.cache.stale_if_error;
  if (trip.isRobots()) {  // RFC 9309, section 2.4
    options.stale_while_revalidate = Millis::zero();
    options.stale_if_error = kForever;
  }
  return options;
}

http::Judgement CacheRules::judge(const Entry& stored, const Trip& trip, WallTime now) const {
  return http::judgeReuse(stored, wantsOf(trip), reuseOptions(trip), now);
}

bool CacheRules::isFresh(const Entry& stored, const Trip& trip, WallTime now) const {
  if (only_by_age_ && trip.asked == nullptr && !trip.isRobots()) {
    return http::isFreshByAge(stored.received(), job_.cache.expire_after, now);
  }
  return judge(stored, trip, now).reuse == http::Reuse::kFresh;
}

bool CacheRules::mayShare(const Entry& entry, const Trip& trip, WallTime now) const {
  if (!matches(entry, trip)) return false;
  if (!followsRfc9111()) return true;
  std::string_view why;
  if (!http::mayStore(entry.status(), entry.headers(), {}, why)) return false;
  http::ReuseOptions options = reuseOptions(trip);
  options.always_validate = false;  // it has just come from the server
  return http::judgeReuse(entry, wantsOf(trip), options, now).reuse == http::Reuse::kFresh;
}

// --- storing ------------------------------------------------------------------------------------

bool CacheRules::isAllowable(int status) const noexcept {
  const std::vector<int>& codes = job_.cache.allowable_codes;
  if (codes.empty() && followsRfc9111()) return true;
  return std::find(codes.begin(), codes.end(), status) != codes.end();
}

bool CacheRules::meetsAdmissionRules(HeadersView headers, std::string_view content) const {
  const CacheOptions& cache = job_.cache;
  if (content.size() < cache.min_size) return false;
  if (!cache.content_types.empty()) {
    std::string_view type = headers.find("Content-Type").value_or("");
    type = type.substr(0, std::min(type.find(';'), type.find(' ')));
    std::string plain;
    for (const char c : type) plain += lower(c);
    const bool listed =
        std::any_of(cache.content_types.begin(), cache.content_types.end(),
                    [&](const std::string& one) { return matchesGlob(one, plain); });
    if (!listed) return false;
  }
  return std::none_of(
      cache.forbidden_patterns.begin(), cache.forbidden_patterns.end(),
      [&](const std::string& pattern) { return holds(content.substr(0, kSearched), pattern); });
}

bool CacheRules::mayStoreHead(const Trip& trip, int status, HeadersView headers) const {
  const http::CacheControl& wants = wantsOf(trip);
  const bool whole = status != 206 && status != 304;
  if (trip.isRobots()) return whole && status >= 200 && status < 300;
  if (!whole || !isAllowable(status)) return false;
  if (followsRfc9111()) {
    std::string_view why;
    return http::mayStore(status, headers, wants, why);
  }
  const bool lasts = job_.cache.ttl_offset > Millis::zero() || expireAfter(trip) > Millis::zero();
  return lasts && !wants.no_store;
}

bool CacheRules::mayStore(const Trip& trip, int status, HeadersView headers,
                          std::string_view content) const {
  if (trip.asked == nullptr || trip.asked->is_cacheable) {
    // It speaks of the range that this request asks for.
    if (trip.asked != nullptr && status == 416) return false;
    return mayStoreHead(trip, status, headers) && (trip.isRobots() || isAdmitted(headers, content));
  }
  return followsRfc9111() && trip.method() == "POST" && isAllowable(status) &&
         http::mayStorePost(status, headers, wantsOf(trip), trip.url) &&
         isAdmitted(headers, content);
}

/// What may be stored as a whole may be in parts (RFC 9111, section 3.3).
bool CacheRules::mayStorePart(const Trip& trip, HeadersView headers, std::string_view body) const {
  return keepsParts() && mayStoreHead(trip, 200, headers) && isAdmitted(headers, body);
}

Millis CacheRules::lifetime(const Entry& entry, const Trip& trip, WallTime now) const {
  const CacheOptions& cache = job_.cache;
  const Millis on_error = cache.stale_if_error == kForever ? Millis(0) : cache.stale_if_error;
  Millis after = std::max(cache.stale_while_revalidate, on_error);
  if (!followsRfc9111() || trip.isRobots()) {
    const Millis fresh = expireAfter(trip);
    if (fresh == kForever) return kForever;
    if (trip.isRobots() || http::hasValidator(entry) || cache.stale_if_error == kForever) {
      after = std::max(after, cache.ttl_offset);
    }
    return plus(fresh, after);
  }
  const http::CacheControl control = http::readCacheControl(entry.headers(), false);
  const Millis fresh = http::freshnessLifetime(entry, control).span;
  const Millis left = std::max(Millis(0), fresh - http::currentAge(entry, now));
  after = std::max({after, cache.ttl_offset,
                    Millis(control.stale_while_revalidate.value_or(http::Seconds(0))),
                    Millis(control.stale_if_error.value_or(http::Seconds(0)))});
  return plus(left, after);
}

}  // namespace forage::visit
