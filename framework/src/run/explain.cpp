#include "forage/explain.h"

#include <algorithm>
#include <memory>

#include "config/findings.h"
#include "forage/config.h"
#include "forage/units.h"
#include "http/answer.h"
#include "http/http_date.h"
#include "http/validation.h"
#include "model/target.h"
#include "run/request_headers.h"
#include "visit/asked.h"
#include "visit/cache_rules.h"
#include "visit/stored_keys.h"
#include "visit/variants.h"

namespace forage {

namespace {

using visit::Trip;

constexpr std::size_t kLongestFact = 2000;

std::string_view wordOf(http::LifetimeSource source) noexcept {
  switch (source) {
    case http::LifetimeSource::kMaxAge:
      return "max-age";
    case http::LifetimeSource::kExpires:
      return "Expires";
    case http::LifetimeSource::kHeuristic:
      return "a tenth of the time since Last-Modified";
    case http::LifetimeSource::kJob:
      return "expire_after";
    case http::LifetimeSource::kNone:
      break;
  }
  return "nothing that the response says";
}

std::string secondsOf(Millis span) {
  return formatDuration(Millis(std::chrono::floor<std::chrono::seconds>(span)));
}

/// A look-up, step by step. Used once.
class Explainer {
 public:
  Explainer(const Job& job, Cache& cache, const Clock& clock)
      : job_(job),
        cache_(cache),
        clock_(clock),
        request_headers_(run::requestHeaders(job)),
        rules_(job, request_headers_) {}

  Explanation explain(const RequestSpec& request) {
    prepare(request);
    add("url", result_.url = trip_.url.text());
    add("policy", rules_.followsRfc9111() ? "rfc9111" : "ttl");
    rules_.makeKey(trip_, trip_.key);
    add("key", result_.key = trip_.key);
    if (!trip_.isCacheable()) {
      if (mayAskTheCacheOnly()) {
        decide("fail", onlyTheCache(), false);
        return std::move(result_);
      }
      decide("fetch", "its method, body or precondition is for the server alone", false);
      return std::move(result_);
    }
    if (job_.cache.mode == CacheMode::kForceRefresh) {
      decide("fetch", "--force-refresh", false);
      return std::move(result_);
    }
    EntryPtr stored = lookUp();
    if (stored == nullptr && trip_.asked->range && rules_.keepsParts()) stored = lookForPart();
    if (stored == nullptr) {
      missing();
    } else {
      judge(stored);
    }
    return std::move(result_);
  }

 private:
  void prepare(const RequestSpec& request) {
    std::string why;
    if (!readTarget(request.url, trip_.url, &why)) {
      throw ConfigError(redacted(request.url) + ": " + why);
    }
    trip_.group = &group_;
    trip_.asked = std::make_unique<visit::Asked>();
    trip_.asked->spec = request;
    visit::readWants(*trip_.asked);
    visit::prepareFields(trip_, request_headers_);
  }

  /// The one place that shows anything: servers and stores have written some of it.
  void add(std::string name, std::string_view value) {
    result_.facts.emplace_back(std::move(name), redacted(config::printable(value, kLongestFact)));
  }

  void decide(std::string decision, std::string_view rule, bool answers) {
    result_.decision = std::move(decision);
    result_.rule = rule;
    result_.answers = answers;
  }

  EntryPtr find(const Key& key) {
    EntryPtr found;
    cache_.find(std::span(&key, 1), std::span(&found, 1));
    return found;
  }

  EntryPtr lookUp() {
    EntryPtr found = find(trip_.key);
    if (found == nullptr) return found;
    const bool is_default = visit::isDefault(*found);
    if (!is_default && rules_.matches(*found, trip_)) return found;
    const std::string vary = visit::varyOf(*found).view().joined("Vary");
    add("found there",
        (is_default ? "the default beside variants (Vary: " : "another variant (Vary: ") + vary +
            ")");
    const Key own = rules_.variantKey(trip_.key, *found, trip_);
    if (own.empty()) return nullptr;
    add("key of the variant", result_.variant_key = own);
    EntryPtr variant = find(own);
    if (variant != nullptr && !rules_.matches(*variant, trip_)) variant.reset();
    if (!is_default) return variant;
    const bool will_do =
        variant != nullptr && rules_.judge(*variant, trip_, clock_.wallNow()).lasts();
    return will_do ? variant : found;
  }

  EntryPtr lookForPart() {
    const Key own = visit::partKey(trip_.key);
    EntryPtr found = find(own);
    if (found == nullptr || found->status() != 206 || !rules_.matches(*found, trip_)) return {};
    add("key of the part", own);
    add("found there", found->headers().joined("Content-Range"));
    return http::answersRange(*found, trip_.asked->spec.headers) ? found : nullptr;
  }

  [[nodiscard]] bool mayAskTheCacheOnly() const noexcept {
    return job_.cache.mode == CacheMode::kOffline || trip_.asked->wants.only_if_cached;
  }
  [[nodiscard]] std::string_view onlyTheCache() const noexcept {
    return job_.cache.mode == CacheMode::kOffline
               ? "--offline"
               : "only-if-cached in the request (RFC 9111, 5.2.1.7)";
  }

  void missing() {
    add("stored", "no");
    if (mayAskTheCacheOnly()) {
      decide("fail", onlyTheCache(), false);
    } else {
      decide("fetch", "nothing is stored that could answer", false);
    }
  }

  void describe(const Entry& stored, const http::Judgement& judged) {
    add("stored", std::to_string(stored.status()) + " " + std::string(stored.reason()) + ", " +
                      formatSize(stored.body().size()));
    add("received", http::formatHttpDate(stored.received()));
    for (const char* name :
         {"Date", "Age", "Cache-Control", "Expires", "Last-Modified", "ETag", "Location"}) {
      if (stored.headers().find(name)) add(name, stored.headers().joined(name));
    }
    add("age", secondsOf(judged.age));
    add("fresh for", judged.lifetime.span == kForever
                         ? "ever, by " + std::string(wordOf(judged.lifetime.source))
                         : secondsOf(judged.lifetime.span) + ", by " +
                               std::string(wordOf(judged.lifetime.source)));
    if (judged.lifetime.span != kForever) {
      const Millis left = judged.lifetime.span - judged.age;
      add(left >= Millis(0) ? "fresh still for" : "expired since",
          secondsOf(left >= Millis(0) ? left : -left));
    }
  }

  void keep(const EntryPtr& stored, const http::Judgement& judged) {
    result_.stored = stored;
    result_.age = judged.age;
    result_.lifetime = judged.lifetime.span;
    result_.lifetime_source = wordOf(judged.lifetime.source);
    result_.on_error = judged.stale_if_error;
  }

  void judge(const EntryPtr& entry) {
    const Entry& stored = *entry;
    const http::Judgement judged = rules_.judge(stored, trip_, clock_.wallNow());
    describe(stored, judged);
    keep(entry, judged);
    const bool can_validate = http::hasValidator(stored);
    switch (judged.reuse) {
      case http::Reuse::kFresh:
        return decide("answer", judged.rule, true);
      case http::Reuse::kStale:
        return decide("answer, although it has expired", judged.rule, true);
      case http::Reuse::kStaleWhileRevalidate:
        if (stored.status() == 206) break;
        return decide("answer, and validate meanwhile", judged.rule, true);
      case http::Reuse::kValidate:
        break;
    }
    if (mayAskTheCacheOnly()) return decide("fail", judged.rule, false);
    add("where the server cannot answer",
        judged.stale_if_error ? "what is stored answers" : "the URL fails");
    decide(can_validate ? "validate: ask the server whether it still holds"
                        : "fetch: it has no validator to ask with",
           judged.rule, false);
  }

  const Job& job_;
  Cache& cache_;
  const Clock& clock_;
  const Headers request_headers_;
  const visit::CacheRules rules_;
  visit::TripGroup group_;
  Trip trip_;
  Explanation result_;
};

}  // namespace

Explanation explain(const Job& job, Cache& cache, const Clock& clock, const RequestSpec& request) {
  return Explainer(job, cache, clock).explain(request);
}

std::string Explanation::toText() const {
  std::size_t width = 8;
  for (const auto& [name, value] : facts) width = std::max(width, name.size());
  std::string text;
  const auto line = [&](std::string name, std::string_view value) {
    name.resize(width + 2, ' ');
    text.append(name).append(value).append("\n");
  };
  for (const auto& [name, value] : facts) line(name, value);
  line("decision", decision);
  line("rule", rule);
  return text;
}

}  // namespace forage
