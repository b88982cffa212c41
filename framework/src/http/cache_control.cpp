#include "http/cache_control.h"

#include <algorithm>
#include <array>

namespace forage::http {

namespace {

/// Of two values of one directive the one that allows less.
void restrict(std::optional<Seconds>& value, Seconds other) noexcept {
  value = value ? std::min(*value, other) : other;
}

template <typename Member>
struct Directive {
  std::string_view name;
  Member CacheControl::*member;
};

constexpr std::array kFlags{
    Directive<bool>{"no-store", &CacheControl::no_store},
    Directive<bool>{"must-revalidate", &CacheControl::must_revalidate},
    Directive<bool>{"must-understand", &CacheControl::must_understand},
    Directive<bool>{"public", &CacheControl::is_public},
    Directive<bool>{"private", &CacheControl::is_private},
    Directive<bool>{"only-if-cached", &CacheControl::only_if_cached},
};

constexpr std::array kLifetimes{
    Directive<std::optional<Seconds>>{"max-age", &CacheControl::max_age},
    Directive<std::optional<Seconds>>{"max-stale", &CacheControl::max_stale},
    Directive<std::optional<Seconds>>{"stale-while-revalidate",
                                      &CacheControl::stale_while_revalidate},
    Directive<std::optional<Seconds>>{"stale-if-error", &CacheControl::stale_if_error},
};

template <typename Directives>
auto memberOf(const Directives& directives, std::string_view name) noexcept
    -> decltype(directives.front().member) {
  for (const auto& one : directives) {
    // Most have another length.
    if (name.size() == one.name.size() && equalsIgnoreCase(name, one.name)) return one.member;
  }
  return nullptr;
}

/// Numbers may be quoted (section 5.2).
std::optional<Seconds> seconds(std::string_view value) {
  return value.starts_with('"') ? parseDeltaSeconds(unquoted(value)) : parseDeltaSeconds(value);
}

/// Appends the field names in `value`. Returns whether there are any, and nothing else.
bool takeFieldNames(std::string_view value, std::vector<std::string>& names) {
  const std::string list = unquoted(value);
  ListReader reader(list);
  bool well_formed = false;
  for (std::string_view name; reader.next(name);) {
    if (!isToken(name)) return false;
    names.emplace_back(name);
    well_formed = true;
  }
  return well_formed;
}

void take(CacheControl& control, std::string_view directive) {
  const std::size_t equals = directive.find('=');
  const bool has_value = equals != std::string_view::npos;
  // White space before '=' is malformed: what is forbidden stays forbidden, and a number is none.
  const std::string_view written = directive.substr(0, equals);
  const std::string_view name = written.substr(0, written.find_last_not_of(" \t") + 1);
  const bool well_formed = has_value && name.size() == written.size();
  const std::string_view value = well_formed ? directive.substr(equals + 1) : std::string_view();
  if (bool CacheControl::*const flag = memberOf(kFlags, name)) {
    control.*flag = true;  // whatever its value
  } else if (const auto lifetime = memberOf(kLifetimes, name)) {
    const bool is_any = !has_value && lifetime == &CacheControl::max_stale;
    restrict(control.*lifetime, is_any ? kManySeconds : seconds(value).value_or(Seconds(0)));
  } else if (equalsIgnoreCase(name, "no-cache")) {
    if (!takeFieldNames(value, control.no_cache_fields)) control.no_cache = true;
  } else if (equalsIgnoreCase(name, "min-fresh")) {
    if (const auto wanted = seconds(value)) {
      control.min_fresh = std::max(control.min_fresh.value_or(Seconds(0)), *wanted);
    }
  }
}

}  // namespace

std::optional<Seconds> parseDeltaSeconds(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  Seconds::rep value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min<Seconds::rep>(value * 10 + (c - '0'), kManySeconds.count());
  }
  return Seconds(value);
}

CacheControl readCacheControl(HeadersView headers, bool is_request) {
  CacheControl control;
  bool any = false;
  eachListElement(headers, "Cache-Control", [&](std::string_view directive) {
    any = true;
    take(control, directive);
  });
  if (!is_request) return control;
  // Requests have no fields that could be left out instead (section 5.2.1.4).
  if (!control.no_cache_fields.empty()) control.no_cache = true;
  if (!any) {
    eachListElement(headers, "Pragma", [&](std::string_view directive) {
      if (equalsIgnoreCase(directive, "no-cache")) control.no_cache = true;
    });
  }
  return control;
}

}  // namespace forage::http
