#include "forage/url.h"

#include <algorithm>
#include <utility>

#include "model/url_syntax.h"

namespace forage {
namespace {

std::nullopt_t refuse(std::string* why, std::string&& reason) {
  if (why != nullptr) *why = std::move(reason);
  return std::nullopt;
}

bool sameScheme(std::string_view scheme, std::string_view lower) noexcept {
  return std::equal(scheme.begin(), scheme.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

/// Path of a relative reference, merged with the path of its base (RFC 3986, section 5.2.3).
std::string merged(std::string_view base_path, std::string_view path) {
  std::string encoded = url::encodedPath(path);
  if (encoded.starts_with('/')) return url::withoutDotSegments(encoded);
  std::string all(base_path.substr(0, base_path.rfind('/') + 1));
  return url::withoutDotSegments(all += encoded);
}

/// The target that the relative reference `text` names, seen from `base`.
std::string resolvedTarget(std::string_view base, std::string_view text) {
  const std::string_view base_path = base.substr(0, base.find('?'));
  const std::size_t query = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, query);
  std::string target = path.empty() ? std::string(base_path) : merged(base_path, path);
  if (query < text.size()) target += '?' + url::encodedQuery(text.substr(query + 1));
  return target;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text, std::string* why) {
  std::optional<Url> result(std::in_place);
  if (!result->assign(text, why)) result.reset();
  return result;
}

bool Url::assign(std::string_view text, std::string* why) {
  // Lists go from page to page of one host: what stands before the path is known to be good.
  if (user_info_.empty() && !text_.empty() && text.starts_with(origin()) &&
      text.size() <= url::kMaxBytes && url::isCanonicalTarget(text, authority_end_)) {
    text_ = text;
    return true;
  }
  std::optional<url::Layout> layout = url::recognise(text);
  if (layout) {
    text_ = text;
    user_info_.clear();
  } else {
    std::string reason;
    std::optional<url::Canonical> canonical = url::canonicalise(text, reason);
    if (!canonical) {
      *this = Url();
      refuse(why, std::move(reason));
      return false;
    }
    text_ = std::move(canonical->text);
    user_info_ = std::move(canonical->user_info);
    layout = canonical->layout;
  }
  authority_begin_ = layout->authority_begin;
  host_end_ = layout->host_end;
  authority_end_ = layout->authority_end;
  port_ = layout->port;
  https_ = layout->https;
  return true;
}

std::optional<Url> Url::resolve(std::string_view reference, std::string* why) const {
  if (empty()) return parse(reference, why);
  std::string reason;
  const std::optional<std::string_view> trimmed = url::trimmed(reference, reason);
  if (!trimmed) return refuse(why, std::move(reason));
  std::string_view text = *trimmed;
  if (const std::string_view its_scheme = url::schemeOf(text); !its_scheme.empty()) {
    const std::string_view rest = text.substr(its_scheme.size() + 1);
    if (rest.starts_with("//") || !sameScheme(its_scheme, scheme())) return parse(text, why);
    text = rest;  // "http:g": relative, as section 5.2.2 allows and browsers do
  }
  if (text.starts_with("//")) return parse(std::string(scheme()).append(":").append(text), why);
  if (text.empty()) return *this;
  Url result = *this;
  result.text_.resize(authority_end_);
  result.text_ += resolvedTarget(target(), text);
  if (result.text_.size() > url::kMaxBytes) {
    return refuse(why, "longer than 65536 bytes once resolved");
  }
  return result;
}

std::string_view Url::host() const noexcept {
  const std::string_view host =
      std::string_view(text_).substr(authority_begin_, host_end_ - authority_begin_);
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}
std::string_view Url::authority() const noexcept {
  return std::string_view(text_).substr(authority_begin_, authority_end_ - authority_begin_);
}
std::string_view Url::target() const noexcept {
  return std::string_view(text_).substr(authority_end_);
}
std::string_view Url::origin() const noexcept {
  return std::string_view(text_).substr(0, authority_end_);
}

}  // namespace forage
