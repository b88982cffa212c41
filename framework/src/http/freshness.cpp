#include "http/freshness.h"

#include <algorithm>
#include <array>

#include "http/field_list.h"
#include "http/http_date.h"

namespace forage::http {

namespace {

constexpr int kHeuristicPart = 10;  // of the time since Last-Modified

/// Of a list the first member counts; what is no number is ignored (section 5.1).
Millis ageField(HeadersView headers) noexcept {
  const std::optional<std::string_view> field = headers.find("Age");
  if (!field) return Millis(0);
  std::string_view first = field->substr(0, field->find(','));
  while (!first.empty() && (first.back() == ' ' || first.back() == '\t')) first.remove_suffix(1);
  return parseDeltaSeconds(first).value_or(Seconds(0));
}

/// From `date` to the earliest time that an Expires field tells; one that cannot be read has passed
/// (section 5.3).
Millis untilExpires(HeadersView headers, WallTime date, WallTime received) noexcept {
  Millis earliest = kForever;
  eachValue(headers, "Expires", [&](std::string_view value) {
    const std::optional<WallTime> time = parseHttpDate(value, received);
    earliest = std::min(earliest, time ? elapsed(date, *time) : Millis(0));
  });
  return earliest;
}

Lifetime heuristic(const Entry& entry) noexcept {
  const std::optional<std::string_view> field = entry.headers().find("Last-Modified");
  if (!field) return {};
  const std::optional<WallTime> modified = parseHttpDate(*field, entry.received());
  const WallTime date = dateOf(entry);
  if (!modified || *modified >= date) return {};
  return {elapsed(*modified, date) / kHeuristicPart, LifetimeSource::kHeuristic};
}

}  // namespace

bool isHeuristicallyCacheable(int status) noexcept {
  static constexpr std::array kStatuses{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

WallTime dateOf(const Entry& entry) noexcept {
  const std::optional<std::string_view> field = entry.headers().find("Date");
  if (!field) return entry.received();
  return parseHttpDate(*field, entry.received()).value_or(entry.received());
}

Millis currentAge(const Entry& entry, WallTime now) noexcept {
  // Date has no fractions of a second: none are counted.
  const Millis apparent = std::chrono::floor<Seconds>(elapsed(dateOf(entry), entry.received()));
  const Millis delay = elapsed(entry.requested(), entry.received());
  const Millis initial = std::max(apparent, sum(ageField(entry.headers()), delay));
  return sum(initial, elapsed(entry.received(), now));
}

Lifetime freshnessLifetime(const Entry& entry, const CacheControl& control) noexcept {
  if (control.max_age) return {*control.max_age, LifetimeSource::kMaxAge};
  if (entry.headers().find("Expires")) {
    return {untilExpires(entry.headers(), dateOf(entry), entry.received()),
            LifetimeSource::kExpires};
  }
  if (isHeuristicallyCacheable(entry.status()) || control.is_public) return heuristic(entry);
  return {};
}

}  // namespace forage::http
