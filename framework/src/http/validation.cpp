#include "http/validation.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "http/field_list.h"
#include "http/freshness.h"
#include "http/http_date.h"

namespace forage::http {

namespace {

constexpr std::string_view kWeak = "W/";

struct EntityTag {
  std::string_view opaque;  // with its quotes
  bool weak = false;
};

std::optional<EntityTag> parseTag(std::string_view text) noexcept {
  EntityTag tag{text, text.starts_with(kWeak)};
  if (tag.weak) tag.opaque.remove_prefix(kWeak.size());
  const bool quoted = tag.opaque.size() >= 2 && tag.opaque.find('"') == 0 &&
                      tag.opaque.find('"', 1) == tag.opaque.size() - 1;
  // Servers that leave the quotes out are asked in their own words.
  const bool bare = !tag.weak && !text.empty() && text != "*" &&
                    text.find_first_of("\", \t") == std::string_view::npos;
  return quoted || bare ? std::optional(tag) : std::nullopt;
}

/// Calls `take(element)` for each tag in If-None-Match, and for what is none. Other than in quoted
/// strings, nothing in an entity tag is an escape (RFC 9110, section 8.8.3).
template <typename Take>
void eachTag(HeadersView request, Take&& take) {
  eachValue(request, "If-None-Match", [&](std::string_view rest) {
    while (true) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t,"), rest.size()));
      if (rest.empty()) break;
      const std::size_t open = rest.starts_with(kWeak) ? kWeak.size() : 0;
      std::size_t end = rest.find_first_of(", \t");
      if (rest.substr(open).starts_with('"'))
        end = std::min(rest.find('"', open + 1), rest.size() - 1) + 1;
      end = std::min(end, rest.size());
      take(rest.substr(0, end));
      rest.remove_prefix(end);
    }
  });
}

/// Whether If-None-Match is "*", or holds `tag` by the weak comparison.
bool lists(HeadersView request, std::string_view tag) noexcept {
  bool found = request.find("If-None-Match") == "*";
  eachTag(request, [&](std::string_view element) { found = found || matchesWeakly(element, tag); });
  return found;
}

std::optional<std::string_view> tagOf(HeadersView headers) noexcept {
  const std::optional<std::string_view> tag = headers.find("ETag");
  return tag && parseTag(*tag) ? tag : std::nullopt;
}

/// Last-Modified of `stored`, as it is written and as it is meant.
struct Modified {
  std::string_view text;
  WallTime time;
};

std::optional<Modified> modifiedOf(const Entry& stored) noexcept {
  const std::optional<std::string_view> text = stored.headers().find("Last-Modified");
  if (!text) return std::nullopt;
  const std::optional<WallTime> time = parseHttpDate(*text, stored.received());
  return time ? std::optional(Modified{*text, *time}) : std::nullopt;
}

/// Whether its Last-Modified is a strong validator: it cannot have changed again in the same second
/// (RFC 9110, section 8.8.2.2).
bool hasStrongDate(const Entry& stored) noexcept {
  const std::optional<Modified> modified = modifiedOf(stored);
  const std::optional<std::string_view> field = stored.headers().find("Date");
  if (!modified || !field) return false;
  const std::optional<WallTime> date = parseHttpDate(*field, stored.received());
  return date && elapsed(modified->time, *date) >= std::chrono::seconds(1);
}

}  // namespace

bool matchesWeakly(std::string_view a, std::string_view b) noexcept {
  const std::optional<EntityTag> one = parseTag(a);
  const std::optional<EntityTag> other = parseTag(b);
  return one && other && one->opaque == other->opaque;
}

bool matchesStrongly(std::string_view a, std::string_view b) noexcept {
  return matchesWeakly(a, b) && !a.starts_with(kWeak) && !b.starts_with(kWeak);
}

bool hasValidator(const Entry& entry) noexcept {
  return tagOf(entry.headers()) || modifiedOf(entry);
}

bool hasStrongTag(const Entry& entry) noexcept {
  const std::optional<std::string_view> tag = tagOf(entry.headers());
  return tag && !tag->starts_with(kWeak);
}

void addValidators(Headers& request, const Entry& stored) {
  const std::optional<std::string_view> tag = tagOf(stored.headers());
  if (tag && !lists(request, *tag)) {
    std::string tags = request.view().joined("If-None-Match");
    if (!tags.empty()) tags += ", ";
    request.set("If-None-Match", tags.append(*tag));
  }
  const std::optional<Modified> modified = modifiedOf(stored);
  if (modified && !request.find("If-Modified-Since")) {
    request.add("If-Modified-Since", modified->text);
  }
}

bool isUpdateOf(HeadersView not_modified, const Entry& stored, HeadersView own) noexcept {
  const std::optional<std::string_view> tag = tagOf(not_modified);
  const std::optional<std::string_view> our_tag = tagOf(stored.headers());
  const std::optional<std::string_view> modified = not_modified.find("Last-Modified");
  const std::optional<Modified> ours = modifiedOf(stored);
  const bool same_date = modified && ours && *modified == ours->text;
  if (tag && our_tag) {
    if (!matchesWeakly(*tag, *our_tag)) return false;
    // A strong tag matches a weak one never; a date beside them may be strong.
    return tag->starts_with(kWeak) || matchesStrongly(*tag, *our_tag) ||
           (same_date && hasStrongDate(stored));
  }
  if (tag) return same_date && (tag->starts_with(kWeak) || hasStrongDate(stored));
  if (modified) return same_date;
  return !own.find("If-None-Match") && !own.find("If-Modified-Since");
}

bool asksServerAlone(HeadersView request) noexcept {
  return request.find("If-Match") || request.find("If-Unmodified-Since");
}

std::optional<bool> isNotModified(HeadersView request, const Entry& stored) noexcept {
  if (request.find("If-None-Match")) {
    return lists(request, stored.headers().find("ETag").value_or(""));
  }
  const std::optional<std::string_view> since = request.find("If-Modified-Since");
  // Invalid or more than one: ignored (RFC 9110, section 13.1.3).
  if (!since || request.count("If-Modified-Since") > 1) return std::nullopt;
  const std::optional<WallTime> asked = parseHttpDate(*since, stored.received());
  if (!asked) return std::nullopt;
  const std::optional<Modified> modified = modifiedOf(stored);
  return (modified ? modified->time : dateOf(stored)) <= *asked;
}

std::optional<std::string_view> strongValidator(const Entry& entry) noexcept {
  if (const auto tag = entry.headers().find("ETag")) {
    return hasStrongTag(entry) ? tag : std::nullopt;
  }
  return hasStrongDate(entry) ? entry.headers().find("Last-Modified") : std::nullopt;
}

bool isSameRepresentation(const Entry& a, const Entry& b) noexcept {
  const std::optional<std::string_view> one = strongValidator(a);
  // No date is an entity tag.
  return one && one == strongValidator(b);
}

bool allowsRange(HeadersView request, const Entry& stored) noexcept {
  const std::optional<std::string_view> condition = request.find("If-Range");
  if (!condition) return true;
  if (parseTag(*condition)) {
    return matchesStrongly(*condition, stored.headers().find("ETag").value_or(""));
  }
  const std::optional<Modified> modified = modifiedOf(stored);
  return modified && modified->text == *condition && hasStrongDate(stored);
}

}  // namespace forage::http
