#include "http/cache_control.h"

#include <algorithm>
#include <array>

namespace forage::http {

namespace {

/// Of two values of one directive the one that allows less.
void restrict(std::optional<Seconds>& value, Seconds other) noexcept {
  value = value ? std::min(*value, other) : other;
}

/// A flag that has a value all the same counts: what it forbids stays forbidden.
bool CacheControl::*flagOf(std::string_view name) noexcept {
  struct Flag {
    std::string_view name;
    bool CacheControl::*member;
  };
  static constexpr std::array kFlags{
      Flag{"no-store", &CacheControl::no_store},
      Flag{"must-revalidate", &CacheControl::must_revalidate},
      Flag{"must-understand", &CacheControl::must_understand},
      Flag{"public", &CacheControl::is_public},
      Flag{"private", &CacheControl::is_private},
      Flag{"only-if-cached", &CacheControl::only_if_cached},
  };
  for (const Flag& flag : kFlags) {
    if (equalsIgnoreCase(name, flag.name)) return flag.member;
  }
  return nullptr;
}

void takeFieldNames(std::string_view value, std::vector<std::string>& names) {
  const std::string list = unquoted(value);
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
  }
}

class Reader {
 public:
  explicit Reader(CacheControl& control) noexcept : control_(control) {}

  void take(std::string_view directive) {
    const std::size_t equals = directive.find('=');
    // White space before '=' is malformed: what is forbidden stays forbidden, and a number is none.
    const std::string_view written = directive.substr(0, equals);
    const std::string_view name = written.substr(0, written.find_last_not_of(" \t") + 1);
    const bool has_value = equals != std::string_view::npos;
    const bool well_formed = has_value && name.size() == written.size();
    const std::string_view value = well_formed ? directive.substr(equals + 1) : std::string_view();
    if (bool CacheControl::*flag = flagOf(name)) {
      control_.*flag = true;
    } else if (equalsIgnoreCase(name, "no-cache")) {
      takeNoCache(value);
    } else {
      takeSeconds(name, value, has_value);
    }
  }

 private:
  void takeNoCache(std::string_view value) {
    const std::size_t before = control_.no_cache_fields.size();
    takeFieldNames(value, control_.no_cache_fields);
    if (control_.no_cache_fields.size() == before) control_.no_cache = true;
  }

  void takeSeconds(std::string_view name, std::string_view value, bool has_value) {
    const std::optional<Seconds> seconds = parseDeltaSeconds(unquoted(value));
    if (equalsIgnoreCase(name, "max-age")) {
      restrict(control_.max_age, seconds.value_or(Seconds(0)));
    } else if (equalsIgnoreCase(name, "stale-while-revalidate")) {
      restrict(control_.stale_while_revalidate, seconds.value_or(Seconds(0)));
    } else if (equalsIgnoreCase(name, "stale-if-error")) {
      restrict(control_.stale_if_error, seconds.value_or(Seconds(0)));
    } else if (equalsIgnoreCase(name, "max-stale")) {
      restrict(control_.max_stale, has_value ? seconds.value_or(Seconds(0)) : kManySeconds);
    } else if (equalsIgnoreCase(name, "min-fresh") && seconds) {
      control_.min_fresh = std::max(control_.min_fresh.value_or(Seconds(0)), *seconds);
    }
  }

  CacheControl& control_;
};

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

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

CacheControl readCacheControl(HeadersView headers, bool is_request) {
  CacheControl control;
  Reader reader(control);
  bool any = false;
  eachListElement(headers, "Cache-Control", [&](std::string_view directive) {
    any = true;
    reader.take(directive);
  });
  if (is_request && !any) {
    eachListElement(headers, "Pragma", [&](std::string_view directive) {
      if (equalsIgnoreCase(directive, "no-cache")) control.no_cache = true;
    });
  }
  return control;
}

}  // namespace forage::http
