// Fuzz target: whatever a response and a request say, they are read and judged by the rules, and an
// answer is made of what is stored. The first byte chooses among options and times; up to an empty
// line follow the fields of the response, then those of the request.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "fuzz/fuzz.h"
#include "http/answer.h"
#include "http/cache_control.h"
#include "http/parts.h"
#include "http/reuse.h"
#include "http/stored_fields.h"

namespace {

using forage::Entry;
using forage::EntryPtr;
using forage::Headers;
using forage::HeadersView;
using forage::Millis;
using forage::WallTime;
using forage::fuzz::expect;
using namespace forage::http;

constexpr std::string_view kBody = "0123456789";

/// `fields` with `line` behind its last one.
Headers with(HeadersView fields, std::string_view name, std::string_view value) {
  Headers headers;
  for (const forage::HeaderField& field : fields) headers.add(field.name, field.value);
  headers.add(name, value);
  return headers;
}

void checkControl(HeadersView fields, bool is_request) {
  const CacheControl control = readCacheControl(fields, is_request);
  for (const auto& seconds : {control.max_age, control.min_fresh, control.max_stale,
                              control.stale_while_revalidate, control.stale_if_error}) {
    expect(!seconds || (*seconds >= Seconds(0) && *seconds <= kManySeconds), "numbers saturate");
  }
  const std::string upper = forage::fuzz::upperCase(fields.block());
  const CacheControl same = readCacheControl(HeadersView(upper), is_request);
  expect(same.no_store == control.no_store && same.no_cache == control.no_cache &&
             same.max_age == control.max_age && same.max_stale == control.max_stale &&
             same.no_cache_fields.size() == control.no_cache_fields.size(),
         "case means nothing");
  const Headers more = with(fields, "Cache-Control", "no-store, no-cache, max-age=0");
  const CacheControl strict = readCacheControl(more, is_request);
  expect(strict.no_store && strict.no_cache && strict.max_age == Seconds(0),
         "the more restrictive counts");
}

void checkJudgement(const Judgement& judged, const CacheControl& request,
                    const CacheControl& response, const ReuseOptions& options) {
  expect(judged.age >= Millis(0) && judged.lifetime.span >= Millis(0), "times are not negative");
  expect(!judged.rule.empty(), "a rule says why");
  if (options.never_validate) {
    const bool forbids = response.no_cache || response.must_revalidate;
    expect(judged.reuse == Reuse::kFresh || judged.reuse == Reuse::kStale ||
               (judged.reuse == Reuse::kValidate && forbids && !options.by_job),
           "offline only the response itself forbids what is stored");
    return;
  }
  const bool fresh = judged.lifetime.span == forage::kForever || judged.age < judged.lifetime.span;
  if (judged.reuse == Reuse::kValidate) return;
  expect(!options.always_validate && !request.no_cache, "who wants it validated gets it so");
  expect(options.by_job || !response.no_cache, "no-cache");
  expect(!request.max_age || judged.age <= *request.max_age, "max-age of the request");
  expect((judged.reuse == Reuse::kFresh) == fresh, "fresh or stale");
  expect(fresh || options.by_job || !response.must_revalidate, "must-revalidate");
  expect(judged.reuse != Reuse::kStale || request.max_stale, "stale only to who takes it");
  if (judged.reuse != Reuse::kStaleWhileRevalidate) return;
  expect(options.stale_while_revalidate > Millis(0) || response.stale_while_revalidate,
         "stale while revalidate only where that is said");
}

void checkAnswer(const EntryPtr& stored, HeadersView request) {
  for (const std::string_view method : {"GET", "HEAD"}) {
    const EntryPtr answer = answerFrom(stored, method, request, false);
    const int status = answer->status();
    expect(status == stored->status() || status == 206 || status == 304 || status == 416,
           "one of four statuses");
    const bool empty = method == "HEAD" || status == 304 || status == 416;
    expect(empty ? answer->body().empty() : kBody.find(answer->body()) != std::string_view::npos,
           "the body is what is stored, or a part");
    const bool is_cut = status == 206 && status != stored->status();
    expect(!is_cut || (answer->headers().find("Content-Range") && !answer->body().empty()),
           "a part says which");
  }
}

/// `stored`, taken for a part, and what comes of it and another with these fields.
void checkParts(const Entry& stored, HeadersView other) {
  const auto held = forage::http::heldBy(stored);
  expect(!held || held->range.size() == stored.body().size(), "a part has its length");
  forage::Response response;
  response.status = 206;
  response.headers = forage::http::copied(other);
  response.body = kBody;
  const Entry part("k", std::move(response), {}, {}, WallTime::max());
  const auto sum = forage::http::combined(stored, part, 2 * kBody.size());
  if (!sum) return;
  const Entry joined("k", forage::Response(*sum), {}, {}, WallTime::max());
  const auto all = forage::http::heldBy(joined);
  expect(all && all->isAll() == (joined.status() == 200), "a whole is whole, and a part is none");
  expect(joined.body().find(kBody) != std::string_view::npos, "the newer part is in it");
}

ReuseOptions optionsOf(std::uint8_t bits) {
  ReuseOptions options;
  options.by_job = (bits & 1) != 0;
  options.expire_after = (bits & 2) != 0 ? forage::kForever : Millis(60'000);
  options.always_validate = (bits & 4) != 0;
  options.never_validate = (bits & 8) != 0;
  options.stale_while_revalidate = Millis((bits & 16) != 0 ? 30'000 : 0);
  options.stale_if_error = (bits & 32) != 0 ? forage::kForever : Millis(0);
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = forage::fuzz::textOf(data, size).substr(1);
  const std::size_t end = std::min(text.find("\n\n"), text.size());
  const HeadersView response(text.substr(0, end));
  const HeadersView request(text.substr(std::min(end + 2, text.size())));
  checkControl(response, false);
  checkControl(request, true);

  constexpr std::array kTimes{WallTime(Millis(1'781'524'800'000)), WallTime{}, WallTime::min(),
                              WallTime::max()};
  const WallTime received = kTimes[data[0] >> 6];
  forage::Response stored;
  stored.status = std::array{404, 200, 206}[data[0] % 3];
  stored.headers = Headers(std::string(response.block()));
  stored.body = kBody;
  const auto entry =
      std::make_shared<const Entry>("k", std::move(stored), kTimes[0], received, WallTime::max());
  const CacheControl wants = readCacheControl(request, true);
  for (const WallTime now : {received, kTimes[0] + Millis(70'000), kTimes[2], kTimes[3]}) {
    const ReuseOptions options = optionsOf(data[0]);
    checkJudgement(judgeReuse(*entry, wants, options, now), wants,
                   readCacheControl(response, false), options);
  }
  checkAnswer(entry, request);
  checkParts(*entry, request);
  return 0;
}
