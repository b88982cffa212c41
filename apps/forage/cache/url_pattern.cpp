#include "cache/url_pattern.h"

#include <optional>

#include "forage/cache_key.h"
#include "forage/glob.h"
#include "forage/url.h"

namespace forage::app {

namespace {

void appendEscaped(std::string& out, char c) {
  if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') out += '\\';
  out += c;
}

/// The name of the one URL that `text` is; "" where it is none.
std::string nameOfUrl(std::string_view prefix, std::string_view text) {
  if (text.find("://") == std::string_view::npos) return {};
  const std::optional<Url> url = Url::parse(text);
  if (!url) return {};
  Key key;
  makeCacheKey(prefix, url->text(), key);
  const std::size_t variant = text.find('#');
  if (variant != std::string_view::npos) key += text.substr(variant);
  return key.substr(prefix.size());
}

}  // namespace

std::string escapedGlob(std::string_view text) {
  std::string glob;
  for (const char c : text) appendEscaped(glob, c);
  return glob;
}

TextPattern::TextPattern(std::string_view text) {
  const bool whole = text.find('*') != std::string_view::npos;
  if (!whole) glob_ += '*';
  for (const char c : text) {
    if (c == '*') {
      glob_ += c;
    } else {
      appendEscaped(glob_, c);
    }
  }
  if (!whole) glob_ += '*';
}

bool TextPattern::matches(std::string_view text) const noexcept { return matchesGlob(glob_, text); }

UrlPattern::UrlPattern(std::string_view prefix, std::string_view text)
    : with_variant_(text.find('#') != std::string_view::npos), key_glob_(escapedGlob(prefix)) {
  if (text.find('*') == std::string_view::npos) exact_ = nameOfUrl(prefix, text);
  if (!exact_.empty()) {
    key_glob_ += escapedGlob(exact_);
  } else if (!text.empty()) {
    text_ = TextPattern(text).glob();
    key_glob_ += text_;
  }
  if (!key_glob_.ends_with('*') || key_glob_.ends_with("\\*")) key_glob_ += '*';  // any variant
}

bool UrlPattern::matches(std::string_view name) const noexcept {
  const std::string_view shown = with_variant_ ? name : name.substr(0, name.find('#'));
  if (!exact_.empty()) return shown == exact_;
  return text_.empty() || matchesGlob(text_, shown);
}

}  // namespace forage::app
