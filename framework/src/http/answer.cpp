#include "http/answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "http/http_date.h"
#include "http/validation.h"

namespace forage::http {

namespace {

struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// A number of digits alone; one that is too large for us is larger than any body.
std::optional<std::size_t> number(std::string_view text) noexcept {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc{} ? value : std::numeric_limits<std::size_t>::max();
}

/// The one range of bytes that `field` asks for, within `size` bytes. Nothing where the whole
/// response answers, as it may (RFC 9110, section 14.2): several ranges, other units, what is no
/// range, and ranges that the body does not have.
std::optional<Range> rangeOf(std::string_view field, std::size_t size) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  if (!equalsIgnoreCase(field.substr(0, kUnit.size()), kUnit) || size == 0) return std::nullopt;
  const std::string_view spec = field.substr(kUnit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<std::size_t> last = number(spec.substr(dash + 1));
  if (dash == 0) {  // the last so many
    if (!last || *last == 0) return std::nullopt;
    return Range{size - std::min(*last, size), size - 1};
  }
  const std::optional<std::size_t> first = number(spec.substr(0, dash));
  if (!first || *first >= size || (!last && dash + 1 != spec.size())) return std::nullopt;
  if (last && *last < *first) return std::nullopt;
  return Range{*first, std::min(last.value_or(size - 1), size - 1)};
}

/// Field by field: behind a line that is no field, which a store may have given, nothing is read.
Response headOf(const Entry& stored, int status, std::string_view reason) {
  Response head;
  head.status = status;
  head.reason = reason;
  for (const HeaderField& field : stored.headers()) head.headers.add(field.name, field.value);
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

EntryPtr partOf(const Entry& stored, const Range& range) {
  Response response = headOf(stored, 206, "Partial Content");
  const std::size_t size = range.last - range.first + 1;
  response.headers.set("Content-Length", std::to_string(size));
  response.headers.set("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                            std::to_string(range.last) + "/" +
                                            std::to_string(stored.body().size()));
  response.body = stored.body().substr(range.first, size);
  return made(stored, std::move(response));
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
  const std::optional<std::string_view> wanted = request.find("Range");
  // A part of a coded body is of no use to who gets bodies without their coding.
  const bool has_parts = answer->status() == 200 && !answer->headers().find("Content-Encoding");
  if (wanted && has_parts && allowsRange(request, *answer)) {
    if (const auto range = rangeOf(*wanted, answer->body().size())) return partOf(*answer, *range);
  }
  return answer;
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
