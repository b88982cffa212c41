#include "http/parts.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "http/stored_fields.h"
#include "http/validation.h"

namespace forage::http {

namespace {

constexpr int kPartial = 206;

/// Takes the digits at the front of `text` off it; too many are none.
std::optional<std::size_t> takeNumber(std::string_view& text) noexcept {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read - text.data()));
  return value;
}

bool take(std::string_view& text, char c) noexcept {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// "bytes 0-4/10", or "bytes 0-4/*".
std::optional<HeldPart> readContentRange(std::string_view text) noexcept {
  constexpr std::string_view kUnit = "bytes ";
  if (!equalsIgnoreCase(text.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  HeldPart held;
  const auto first = takeNumber(text);
  const bool dash = take(text, '-');
  const auto last = takeNumber(text);
  if (!first || !dash || !last || !take(text, '/') || *last < *first) return std::nullopt;
  held.range = {*first, *last};
  if (text == "*") return held;
  held.total = takeNumber(text);
  if (!held.total || !text.empty() || *held.total <= *last) return std::nullopt;
  return held;
}

std::string contentRange(const HeldPart& part) {
  const std::string total = part.total ? std::to_string(*part.total) : "*";
  return "bytes " + std::to_string(part.range.first) + "-" + std::to_string(part.range.last) + "/" +
         total;
}

/// Both of them, where they overlap or follow each other.
std::optional<HeldPart> both(const HeldPart& a, const HeldPart& b) noexcept {
  if (a.total && b.total && *a.total != *b.total) return std::nullopt;
  // Numbers of a store or a server may be the largest there are.
  const bool touch = a.range.first <= b.range.last
                         ? b.range.first <= a.range.last || b.range.first - a.range.last == 1
                         : a.range.first - b.range.last == 1;
  if (!touch) return std::nullopt;
  HeldPart sum{{std::min(a.range.first, b.range.first), std::max(a.range.last, b.range.last)},
               a.total ? a.total : b.total};
  if (sum.total && sum.range.last >= *sum.total) return std::nullopt;
  return sum;
}

/// The bytes of `newer`, and those of `older` before and behind it.
std::string bytesOf(const Entry& older, const ByteRange& old, const Entry& newer,
                    const ByteRange& range) {
  const std::string_view bytes = older.body();
  std::string all;
  if (old.first < range.first) all = bytes.substr(0, range.first - old.first);
  all.append(newer.body());
  if (old.last > range.last) all.append(bytes.substr(bytes.size() - (old.last - range.last)));
  return all;
}

Response copyOf(HeadersView headers, int status, std::string_view reason) {
  Response head;
  head.status = status;
  head.reason = reason;
  head.headers = copied(headers);
  return head;
}

void setPart(Response& response, const HeldPart& part) {
  response.headers.set("Content-Length", std::to_string(part.range.size()));
  response.headers.set("Content-Range", contentRange(part));
}

}  // namespace

std::optional<HeldPart> heldBy(const Entry& response) noexcept {
  const std::size_t size = response.body().size();
  if (size == 0) return std::nullopt;
  if (response.status() != kPartial) return HeldPart{{0, size - 1}, size};
  const std::optional<std::string_view> field = response.headers().find("Content-Range");
  if (!field || response.headers().count("Content-Range") > 1) return std::nullopt;
  const std::optional<HeldPart> held = readContentRange(*field);
  return held && held->range.last - held->range.first == size - 1 ? held : std::nullopt;
}

std::optional<ByteRange> rangeIn(const HeldPart& held, const RangeSpec& spec) noexcept {
  std::optional<ByteRange> wanted;
  if (held.total) {
    wanted = rangeWithin(spec, *held.total);
  } else if (spec.first && spec.last) {
    wanted = ByteRange{*spec.first, *spec.last};
  }
  const bool within =
      wanted && wanted->first >= held.range.first && wanted->last <= held.range.last;
  return within ? wanted : std::nullopt;
}

bool askForRest(Headers& request, const Entry& part) {
  const std::optional<HeldPart> held = heldBy(part);
  const std::optional<std::string_view> validator = strongValidator(part);
  if (!held || held->isAll() || !validator) return false;
  const ByteRange& range = held->range;
  if (range.first == 0) {
    request.set("Range", "bytes=" + std::to_string(range.last + 1) + "-");
  } else if (held->total && range.last == *held->total - 1) {
    request.set("Range", "bytes=0-" + std::to_string(range.first - 1));
  } else {
    return false;
  }
  request.set("If-Range", *validator);
  return true;
}

Response partHead(const Entry& of, const HeldPart& part) {
  Response head = copyOf(of.headers(), kPartial, "Partial Content");
  setPart(head, part);
  return head;
}

Response wholeHead(HeadersView part, std::size_t size) {
  Response head = copyOf(part, 200, "OK");
  head.headers.remove("Content-Range");
  head.headers.set("Content-Length", std::to_string(size));
  return head;
}

std::optional<Response> combined(const Entry& stored, const Entry& part, std::size_t max_part) {
  const std::optional<HeldPart> old = heldBy(stored);
  const std::optional<HeldPart> came = heldBy(part);
  if (!old || !came || !isSameRepresentation(stored, part)) return std::nullopt;
  constexpr std::string_view kCoding = "Content-Encoding";
  if (stored.headers().joined(kCoding) != part.headers().joined(kCoding)) return std::nullopt;
  const std::optional<HeldPart> all = both(*old, *came);
  if (!all || (!all->isAll() && all->range.size() > max_part)) return std::nullopt;
  Response response;
  response.headers = updatedFields(stored.headers(), part.headers());
  if (all->isAll()) {
    response = wholeHead(response.headers, all->range.size());
  } else {
    response.status = kPartial;
    response.reason = "Partial Content";
    setPart(response, *all);
  }
  response.body = bytesOf(stored, old->range, part, came->range);
  return response;
}

}  // namespace forage::http
