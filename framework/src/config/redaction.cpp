#include "config/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "forage/config.h"

namespace forage {

namespace {

constexpr std::string_view kMask = "***";

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view word) noexcept {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

bool equals(std::string_view text, std::string_view word) noexcept {
  return text.size() == word.size() && contains(text, word);
}

bool endsUrl(char c) noexcept {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' ||
         c == '`';
}

/// Masks the user information at the front of `rest`, which follows "://" of `scheme`; returns how
/// much of `rest` has been dealt with.
std::size_t maskUserInfo(std::string_view scheme, std::string_view rest, std::string& out) {
  // A password of another scheme may hold a raw '/', '?' or '#'; in a web path '@' is common.
  const bool web = equals(scheme, "http") || equals(scheme, "https");
  const std::size_t end = web ? rest.find_first_of("/?#\\") : std::string_view::npos;
  const std::size_t at = rest.substr(0, end).rfind('@');
  if (at == std::string_view::npos) return 0;
  const std::size_t colon = rest.substr(0, at).find(':');
  if (colon != std::string_view::npos) out.append(rest.substr(0, colon + 1));
  out.append(kMask).append("@");
  return at + 1;
}

/// Copies `rest` of a URL, masking the values of query parameters that hold secrets.
void maskQuery(std::string_view rest, std::string& out) {
  std::size_t begin = rest.find('?');
  if (begin == std::string_view::npos) {
    out.append(rest);
    return;
  }
  out.append(rest.substr(0, begin));
  while (begin < rest.size()) {
    const std::size_t end = std::min(rest.find_first_of("&;#", begin + 1), rest.size());
    const std::string_view part = rest.substr(begin, end - begin);
    const std::size_t equal = part.find('=');
    if (equal != std::string_view::npos && config::isSecretName(part.substr(1, equal - 1))) {
      out.append(part.substr(0, equal + 1)).append(kMask);
    } else {
      out.append(part);
    }
    begin = end;
  }
}

std::size_t schemeBegin(std::string_view text, std::size_t separator) noexcept {
  std::size_t begin = separator;
  while (begin > 0) {
    const char c = lower(text[begin - 1]);
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') break;
    --begin;
  }
  return begin;
}

}  // namespace

namespace config {

bool isSecretName(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 9> kParts{"password", "passwd",  "passphrase",
                                                   "secret",   "token",   "credential",
                                                   "api_key",  "api-key", "apikey"};
  constexpr std::array<std::string_view, 8> kWhole{
      "pwd", "pass", "auth", "authorization", "sig", "signature", "access_key", "private_key"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return contains(name, part); }) ||
         std::any_of(kWhole.begin(), kWhole.end(),
                     [&](std::string_view word) { return equals(name, word); });
}

}  // namespace config

std::string redacted(std::string_view text) {
  constexpr std::string_view kSeparator = "://";
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  while (true) {
    const std::size_t separator = text.find(kSeparator, done);
    if (separator == std::string_view::npos) break;
    const std::size_t begin = separator + kSeparator.size();
    const std::string_view scheme =
        text.substr(schemeBegin(text, separator), separator - schemeBegin(text, separator));
    std::size_t end = begin;
    while (end < text.size() && !endsUrl(text[end])) ++end;
    out.append(text.substr(done, begin - done));
    const std::string_view url = text.substr(begin, end - begin);
    maskQuery(url.substr(maskUserInfo(scheme, url, out)), out);
    done = end;
  }
  return out.append(text.substr(done));
}

std::string redactedField(std::string_view name, std::string_view value) {
  const bool is_secret =
      config::isSecretName(name) || contains(name, "authorization") || contains(name, "cookie");
  return is_secret ? std::string(kMask) : redacted(value);
}

}  // namespace forage
