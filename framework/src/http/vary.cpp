#include "http/vary.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <array>
#include <vector>

#include "http/cache_control.h"

namespace forage::http {

namespace {

constexpr std::size_t kDigits = 32;

void lowerCase(std::string& text) noexcept {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

/// Lists of what is accepted: neither case nor order means anything in them, weights say what is
/// preferred (RFC 9110, section 12.5).
bool isPreference(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"accept", "accept-charset",
                                                          "accept-encoding", "accept-language"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Without white space, and without the weight that every element has that has none.
std::string preference(std::string_view element) {
  std::string text;
  for (const char c : element) {
    if (c != ' ' && c != '\t') text += c;
  }
  lowerCase(text);
  for (const std::string_view weight : {";q=1.000", ";q=1.00", ";q=1.0", ";q=1"}) {
    if (!text.ends_with(weight)) continue;
    text.resize(text.size() - weight.size());
    break;
  }
  return text;
}

void appendValue(std::string& text, HeadersView request, const std::string& name) {
  const bool unordered = isPreference(name);
  std::vector<std::string> elements;
  eachListElement(request, name, [&](std::string_view element) {
    elements.push_back(unordered ? preference(element) : std::string(element));
  });
  if (unordered) std::sort(elements.begin(), elements.end());
  // A field that is not there differs from an empty one.
  text.append(name).append(request.find(name) ? ":" : "-");
  for (const std::string& element : elements) text.append(element).append(",");
  text += '\n';
}

}  // namespace

std::string opaqueDigest(std::string_view text) {
  Poco::SHA2Engine sha256(Poco::SHA2Engine::SHA_256);
  sha256.update(text.data(), text.size());
  std::string hex = Poco::DigestEngine::digestToHex(sha256.digest());
  hex.resize(kDigits);
  return hex;
}

std::optional<std::string> selectingDigest(HeadersView response, HeadersView request) {
  std::vector<std::string> names;
  bool matches_none = false;
  eachListElement(response, "Vary", [&](std::string_view element) {
    if (element == "*") matches_none = true;
    lowerCase(names.emplace_back(element));
  });
  if (matches_none) return std::nullopt;
  if (names.empty()) return std::string();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) appendValue(text, request, name);
  return opaqueDigest(text);
}

}  // namespace forage::http
