#include "http/answer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "http/http_date.h"
#include "http/parts.h"
#include "http/ranges.h"
#include "http/stored_fields.h"
#include "http/validation.h"

namespace forage::http {

namespace {

Response headOf(const Entry& stored, int status, std::string_view reason) {
  Response head;
  head.status = status;
  head.reason = reason;
  head.headers = copied(stored.headers());
  return head;
}

EntryPtr made(const Entry& of, Response&& response) {
  return std::make_shared<const Entry>(of.key(), std::move(response), of.requested(), of.received(),
                                       of.expires(), of.variant());
}

/// Fields of a 304 (RFC 9110, section 15.4.5): those that tell how to use what the other has.
bool isOfNotModified(std::string_view name, bool has_tag) noexcept {
  static constexpr std::array<std::string_view, 6> kFields{
      "Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary"};
  if (!has_tag && equalsIgnoreCase(name, "Last-Modified")) return true;
  return std::any_of(kFields.begin(), kFields.end(),
                     [name](std::string_view one) { return equalsIgnoreCase(one, name); });
}

EntryPtr notModified(const Entry& stored) {
  Response response;
  response.status = 304;
  response.reason = "Not Modified";
  const bool has_tag = stored.headers().find("ETag").has_value();
  for (const HeaderField& field : stored.headers()) {
    if (isOfNotModified(field.name, has_tag)) response.headers.add(field.name, field.value);
  }
  return made(stored, std::move(response));
}

EntryPtr partOf(const Entry& stored, const HeldPart& held, const ByteRange& range) {
  Response response = partHead(stored, {range, held.total});
  response.body = stored.body().substr(range.first - held.range.first, range.size());
  return made(stored, std::move(response));
}

/// The range that is asked for is none of this body (RFC 9110, section 15.5.17).
EntryPtr notSatisfiable(const Entry& stored) {
  Response response;
  response.status = 416;
  response.reason = "Range Not Satisfiable";
  if (const auto date = stored.headers().find("Date")) response.headers.add("Date", *date);
  response.headers.add("Content-Range", "bytes */" + std::to_string(stored.body().size()));
  response.headers.add("Content-Length", "0");
  return made(stored, std::move(response));
}

EntryPtr rangeOf(const EntryPtr& stored, const RangeSpec& spec) {
  const bool is_part = stored->status() == 206;
  const std::optional<HeldPart> held = heldBy(*stored);
  if (const auto range = held ? rangeIn(*held, spec) : std::nullopt) {
    const bool is_it = is_part && range->size() == held->range.size();
    return is_it ? stored : partOf(*stored, *held, *range);
  }
  // A part that has come is what the server made of it, and the last bytes of nothing are all.
  const bool will_do = is_part || (!held && !spec.first);
  return will_do ? stored : notSatisfiable(*stored);
}

EntryPtr withoutFields(const EntryPtr& stored, const std::vector<std::string>& names) {
  Response head = headOf(*stored, stored->status(), stored->reason());
  for (const std::string& name : names) head.headers.remove(name);
  return std::make_shared<const Entry>(stored->key(), std::move(head), stored, stored->requested(),
                                       stored->received(), stored->expires(), stored->variant());
}

}  // namespace

EntryPtr answerFrom(const EntryPtr& stored, std::string_view method, HeadersView request,
                    bool validated) {
  EntryPtr answer = stored;
  if (!validated && stored->headers().find("Cache-Control")) {
    const CacheControl control = readCacheControl(stored->headers(), false);
    if (!control.no_cache_fields.empty()) answer = withoutFields(stored, control.no_cache_fields);
  }
  const bool is_success = answer->status() >= 200 && answer->status() < 300;
  if (is_success && isNotModified(request, *answer).value_or(false)) return notModified(*answer);
  if (method == "HEAD") {
    return made(*answer, headOf(*answer, answer->status(), answer->reason()));
  }
  // A part of a coded body is of no use to who gets bodies without their coding.
  const bool has_parts = answer->status() == 200 || answer->status() == 206;
  if (!has_parts || answer->headers().find("Content-Encoding")) return answer;
  const std::optional<RangeSpec> wanted = readRange(request);
  return wanted && allowsRange(request, *answer) ? rangeOf(answer, *wanted) : answer;
}

bool answersRange(const Entry& part, HeadersView request) noexcept {
  const std::optional<RangeSpec> wanted = readRange(request);
  const std::optional<HeldPart> held = heldBy(part);
  return wanted && held && rangeIn(*held, *wanted) && allowsRange(request, part);
}

EntryPtr ownResponse(int status, std::string_view reason, std::string_view key, WallTime now) {
  Response response;
  response.status = status;
  response.reason = reason;
  response.headers.add("Date", formatHttpDate(now));
  response.headers.add("Content-Length", "0");
  return std::make_shared<const Entry>(key, std::move(response), now, now, now);
}

}  // namespace forage::http
