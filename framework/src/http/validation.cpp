#include "http/validation.h"

#include <string>

#include "http/cache_control.h"
#include "http/freshness.h"
#include "http/http_date.h"

namespace forage::http {

namespace {

std::string_view opaqueTag(std::string_view tag) noexcept {
  if (tag.starts_with("W/") || tag.starts_with("w/")) tag.remove_prefix(2);
  return tag;
}

bool lists(HeadersView request, std::string_view tag) {
  bool found = false;
  eachListElement(request, "If-None-Match", [&](std::string_view element) {
    found = found || element == "*" || matchesWeakly(element, tag);
  });
  return found;
}

}  // namespace

bool matchesWeakly(std::string_view a, std::string_view b) noexcept {
  return opaqueTag(a) == opaqueTag(b);
}

bool hasValidator(const Entry& entry) noexcept {
  return entry.headers().find("ETag") || entry.headers().find("Last-Modified");
}

void addValidators(Headers& request, const Entry& stored) {
  const std::optional<std::string_view> tag = stored.headers().find("ETag");
  if (tag && !lists(request, *tag)) {
    std::string tags = request.view().joined("If-None-Match");
    if (!tags.empty()) tags += ", ";
    request.set("If-None-Match", tags.append(*tag));
  }
  const std::optional<std::string_view> modified = stored.headers().find("Last-Modified");
  if (modified && !request.find("If-Modified-Since")) request.add("If-Modified-Since", *modified);
}

bool isUpdateOf(HeadersView not_modified, const Entry& stored) noexcept {
  const std::optional<std::string_view> tag = not_modified.find("ETag");
  if (tag) {
    const std::optional<std::string_view> ours = stored.headers().find("ETag");
    return ours && matchesWeakly(*tag, *ours);
  }
  const std::optional<std::string_view> modified = not_modified.find("Last-Modified");
  const std::optional<std::string_view> ours = stored.headers().find("Last-Modified");
  // Without a validator of its own it answers the one question that was asked.
  return !modified || !ours || *modified == *ours || stored.headers().find("ETag");
}

bool asksServerAlone(HeadersView request) noexcept {
  return request.find("If-Match") || request.find("If-Unmodified-Since") ||
         (request.find("If-Range") && !request.find("Range"));
}

std::optional<bool> isNotModified(HeadersView request, const Entry& stored) noexcept {
  if (request.find("If-None-Match")) {
    const std::optional<std::string_view> tag = stored.headers().find("ETag");
    bool found = false;
    eachListElement(request, "If-None-Match", [&](std::string_view element) {
      found = found || element == "*" || (tag && matchesWeakly(element, *tag));
    });
    return found;
  }
  const std::optional<std::string_view> since = request.find("If-Modified-Since");
  if (!since) return std::nullopt;
  const std::optional<WallTime> asked = parseHttpDate(*since, stored.received());
  if (!asked) return std::nullopt;  // an invalid date is ignored (RFC 9110, section 13.1.3)
  const std::optional<std::string_view> field = stored.headers().find("Last-Modified");
  const std::optional<WallTime> modified =
      field ? parseHttpDate(*field, stored.received()) : std::nullopt;
  return modified.value_or(dateOf(stored)) <= *asked;
}

}  // namespace forage::http
