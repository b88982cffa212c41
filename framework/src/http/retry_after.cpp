#include "http/retry_after.h"

#include <algorithm>
#include <string_view>

#include "http/cache_control.h"
#include "http/field_list.h"
#include "http/http_date.h"

namespace forage::http {

namespace {

std::optional<Millis> waitOf(std::string_view value, HeadersView headers, WallTime now) noexcept {
  if (const std::optional<Seconds> seconds = parseDeltaSeconds(value)) {
    return std::min<Millis>(*seconds, kLongestRetryAfter);
  }
  const std::optional<WallTime> until = parseHttpDate(value, now);
  if (!until) return std::nullopt;
  const std::optional<std::string_view> date = headers.find("Date");
  const WallTime sent = (date ? parseHttpDate(*date, now) : std::nullopt).value_or(now);
  // Compared before they are subtracted, which could overflow.
  if (*until <= sent) return Millis(0);
  if (*until >= saturatingAdd(sent, kLongestRetryAfter)) return kLongestRetryAfter;
  return *until - sent;
}

}  // namespace

std::optional<Millis> readRetryAfter(HeadersView headers, WallTime now) noexcept {
  std::optional<Millis> wait;
  eachValue(headers, "Retry-After", [&](std::string_view value) {
    wait = std::max(wait, waitOf(value, headers, now));  // nothing is less than any wait
  });
  return wait;
}

}  // namespace forage::http
