#include "http/freshness.h"

#include <algorithm>
#include <array>

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

/// The earliest time that an Expires field tells; one that cannot be read has passed.
WallTime expiresField(HeadersView headers, WallTime received) noexcept {
  WallTime earliest = WallTime::max();
  for (const HeaderField& field : headers) {
    if (!equalsIgnoreCase(field.name, "Expires")) continue;
    earliest = std::min(earliest, parseHttpDate(field.value, received).value_or(WallTime{}));
  }
  return earliest;
}

Lifetime heuristic(const Entry& entry) noexcept {
  const std::optional<std::string_view> field = entry.headers().find("Last-Modified");
  if (!field) return {};
  const std::optional<WallTime> modified = parseHttpDate(*field, entry.received());
  const WallTime date = dateOf(entry);
  if (!modified || *modified >= date) return {};
  return {Millis((date - *modified) / kHeuristicPart), LifetimeSource::kHeuristic};
}

}  // namespace

bool isHeuristicallyCacheable(int status) noexcept {
  static constexpr std::array kStatuses{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

WallTime dateOf(const Entry& entry) noexcept {
  const std::optional<std::string_view> field = entry.headers().find("Date");
  if (!field) return entry.received();
  return parseHttpDate(*field, entry.received()).value_or(entry.received());
}

Millis currentAge(const Entry& entry, WallTime now) noexcept {
  // Date has no fractions of a second: none are counted.
  const Millis apparent =
      std::max(Millis(0), Millis(std::chrono::floor<Seconds>(entry.received() - dateOf(entry))));
  const Millis delay = std::max(Millis(0), Millis(entry.received() - entry.requested()));
  const Millis initial = std::max(apparent, ageField(entry.headers()) + delay);
  return initial + std::max(Millis(0), Millis(now - entry.received()));
}

Lifetime freshnessLifetime(const Entry& entry, const CacheControl& control) noexcept {
  if (control.max_age) return {*control.max_age, LifetimeSource::kMaxAge};
  if (entry.headers().find("Expires")) {
    const Millis span = expiresField(entry.headers(), entry.received()) - dateOf(entry);
    return {std::max(Millis(0), span), LifetimeSource::kExpires};
  }
  if (isHeuristicallyCacheable(entry.status()) || control.is_public) return heuristic(entry);
  return {};
}

}  // namespace forage::http
