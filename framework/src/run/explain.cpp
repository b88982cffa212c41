#include "forage/explain.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "config/findings.h"
#include "forage/cache_key.h"
#include "forage/config.h"
#include "forage/units.h"
#include "http/http_date.h"
#include "model/target.h"
#include "run/rehearsal.h"
#include "visit/asked.h"
#include "visit/stored_keys.h"
#include "visit/variants.h"

namespace forage {

namespace {

using run::Judged;
using run::LookedUp;
using run::Rehearsal;
using visit::Trip;

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

/// Why what stands in for a response within stale-while-revalidate does not do so here.
constexpr std::string_view kNotMeanwhile =
    "expired: redirects, parts and heads do not answer while they are validated";
constexpr std::size_t kLongestFact = 2000;

const GroupSpec* groupOf(const Job& job, const Url& url, std::string_view name) {
  const auto& groups = job.groups;
  if (!name.empty()) {
    const auto named = std::find_if(groups.begin(), groups.end(),
                                    [&](const GroupSpec& one) { return one.name == name; });
    if (named != groups.end()) return &*named;
    throw ConfigError("there is no group " + config::quoted(name));
  }
  if (groups.size() == 1) return &groups.front();
  const auto lists = [&](const GroupSpec& group) {
    Url one;
    return std::any_of(group.urls.begin(), group.urls.end(), [&](const std::string& text) {
      return readTarget(text, one, nullptr) && one.text() == url.text();
    });
  };
  const auto listing = std::find_if(groups.begin(), groups.end(), lists);
  return listing == groups.end() ? nullptr : &*listing;
}

/// A request as a run has it: a URL of a list where it is no more than that.
std::unique_ptr<visit::Asked> askedOf(const RequestSpec& request) {
  if (request.method == "GET" && request.headers.block().empty() && request.body.empty())
    return nullptr;
  auto asked = std::make_unique<visit::Asked>();
  asked->spec = request;
  visit::readWants(*asked);
  return asked;
}

/// Says what a rehearsal has come to. Used once.
class Explainer {
 public:
  Explainer(const Job& job, const Rehearsal& played) : job_(job), played_(played) {}

  Explanation explain(const std::string& url, const GroupSpec* group) {
    add("url", result_.url = url);
    add("policy", played_.rules().followsRfc9111() ? "rfc9111" : "ttl");
    if (group != nullptr) add("group", group->name);
    for (std::uint32_t hop = 0; hop < trip().redirects; ++hop) tellHop(hop);
    if (trip().redirects > 0) add("leads to", result_.final_url = trip().url.text());
    tellLookUps();
    if (judged() != nullptr) {
      describe(*judged());
    } else if (trip().isCacheable()) {
      add("stored", "no");
    }
    decide();
    return std::move(result_);
  }

 private:
  [[nodiscard]] const Trip& trip() const noexcept { return played_.trip(); }
  /// What is stored of the last hop, judged; null: nothing.
  [[nodiscard]] const Judged* judged() const noexcept {
    const auto& all = played_.judgements();
    return !all.empty() && all.back().hop == trip().redirects ? &all.back() : nullptr;
  }

  /// The one place that shows anything: servers and stores have written some of it.
  static std::string shown(std::string_view text) {
    return redacted(config::printable(text, kLongestFact));
  }
  void add(std::string name, std::string_view value) {
    result_.facts.emplace_back(std::move(name), shown(value));
  }
  void decide(std::string decision, std::string_view rule) {
    result_.decision = std::move(decision);
    result_.rule = shown(rule);
  }

  void tellHop(std::uint32_t hop) {
    for (const Judged& one : played_.judgements()) {
      if (one.hop != hop) continue;
      add("redirect", std::to_string(one.entry->status()) + " to " +
                          one.entry->headers().joined("Location") + ", " +
                          std::string(one.judgement.rule));
    }
  }

  void tellLookUps() {
    bool is_first = true;
    result_.key = trip().key;
    for (const LookedUp& one : played_.lookUps()) {
      if (one.hop != trip().redirects) continue;
      if (!std::exchange(is_first, false)) {
        add("key of the " + std::string(kindOf(one.key)), result_.variant_key = one.key);
        continue;
      }
      add("key", result_.key = one.key);
      const bool is_other =
          one.found != nullptr && !one.found->variant().empty() &&
          (judged() == nullptr || judged()->entry != one.found || visit::isDefault(*one.found));
      if (is_other) add("found there", variantFound(*one.found));
    }
    if (is_first) add("key", result_.key);
  }
  [[nodiscard]] std::string_view kindOf(const Key& key) const {
    if (isHeadKey(key)) return "head";
    return key == visit::partKey(result_.key) ? "part" : "variant";
  }
  static std::string variantFound(const Entry& found) {
    return (visit::isDefault(found) ? "the default beside variants (Vary: "
                                    : "another variant (Vary: ") +
           visit::varyOf(found).view().joined("Vary") + ")";
  }

  void describe(const Judged& one) {
    const Entry& stored = *one.entry;
    const http::Judgement& judged = one.judgement;
    add("stored", std::to_string(stored.status()) + " " + std::string(stored.reason()) + ", " +
                      formatSize(stored.body().size()));
    add("received", http::formatHttpDate(stored.received()));
    for (const char* name : {"Date", "Age", "Cache-Control", "Expires", "Last-Modified", "ETag",
                             "Content-Range", "Location"}) {
      if (stored.headers().find(name)) add(name, stored.headers().joined(name));
    }
    add("age", secondsOf(judged.age));
    const bool forever = judged.lifetime.span == kForever;
    add("fresh for", (forever ? "ever" : secondsOf(judged.lifetime.span)) + ", by " +
                         std::string(wordOf(judged.lifetime.source)));
    const Millis left = judged.lifetime.span - judged.age;
    if (!forever && left >= Millis(0)) add("fresh still for", secondsOf(left));
    if (!forever && left < Millis(0)) add("expired since", secondsOf(-left));
    result_.stored = one.entry;
    result_.age = judged.age;
    result_.lifetime = judged.lifetime.span;
    result_.lifetime_source = wordOf(judged.lifetime.source);
  }

  void decide() {
    const auto& ended = played_.visit();
    if (ended && ended->response != nullptr && ended->source != Outcome::kFailed) {
      result_.answers = true;
      return decide(answerOf(ended->source), judged()->judgement.rule);
    }
    if (ended) return decide("fail", whyItFails(ended->failure));
    result_.on_error = trip().stored != nullptr && trip().stale_if_error;
    if (trip().stored != nullptr) {
      add("where the server cannot answer",
          result_.on_error ? "what is stored answers" : "the URL fails");
    }
    decide(requestOf(), whyItAsks());
  }

  [[nodiscard]] std::string answerOf(Outcome source) const {
    if (source != Outcome::kStale) return "answer";
    return judged()->judgement.reuse == http::Reuse::kStaleWhileRevalidate
               ? "answer, and validate meanwhile"
               : "answer, although it has expired";
  }
  [[nodiscard]] std::string requestOf() const {
    if (trip().validates) return "validate: ask the server whether it still holds";
    return trip().stored == nullptr ? "fetch" : "fetch: it has no validator to ask with";
  }
  [[nodiscard]] std::string_view whyItAsks() const {
    if (!trip().isCacheable()) {
      return "its method, body or precondition is for the server alone";
    }
    if (job_.cache.mode == CacheMode::kForceRefresh) return "--force-refresh";
    if (judged() == nullptr) return "nothing is stored that could answer";
    const http::Judgement& judgement = judged()->judgement;
    return judgement.reuse == http::Reuse::kStaleWhileRevalidate ? kNotMeanwhile : judgement.rule;
  }
  [[nodiscard]] std::string_view whyItFails(const Failure& failure) const {
    const bool says_why =
        failure.kind == ErrorKind::kRedirect || failure.kind == ErrorKind::kPolicy;
    if (says_why) return failure.message;
    if (judged() != nullptr) return judged()->judgement.rule;
    return job_.cache.mode == CacheMode::kOffline
               ? "--offline"
               : "only-if-cached in the request (RFC 9111, 5.2.1.7)";
  }

  const Job& job_;
  const Rehearsal& played_;
  Explanation result_;
};

}  // namespace

Explanation explain(const Job& job, Cache& cache, const Clock& clock, const RequestSpec& request,
                    std::string_view group) {
  Url url;
  std::string why;
  if (!readTarget(request.url, url, &why)) throw ConfigError(redacted(request.url) + ": " + why);
  const GroupSpec* const of = groupOf(job, url, group);
  const auto played = std::make_unique<run::Rehearsal>(job, cache, clock, of);
  played->play(url, askedOf(request));
  return Explainer(job, *played).explain(url.text(), of);
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
