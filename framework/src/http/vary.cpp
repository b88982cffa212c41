#include "http/vary.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <array>
#include <vector>

#include "http/field_list.h"

namespace forage::http {

namespace {

constexpr std::size_t kDigits = 32;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view kAcceptLanguage = "accept-language";
constexpr std::string_view kWeight = ";q=";

/// Lists of what is accepted, where weights say what is preferred (RFC 9110, section 12.5).
bool isPreference(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"accept", "accept-charset",
                                                          "accept-encoding", kAcceptLanguage};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// "" where there is none.
std::string_view weightOf(std::string_view element) noexcept {
  const std::size_t at = element.rfind(kWeight);
  if (at == std::string_view::npos) return {};
  const std::string_view weight = element.substr(at + kWeight.size());
  return weight.find_first_not_of("0123456789.") == std::string_view::npos ? weight
                                                                           : std::string_view();
}

/// "0.50" means "0.5", and what has no weight has the weight 1.
void shortenWeight(std::string& element) {
  if (weightOf(element).find('.') != std::string_view::npos) {
    while (element.back() == '0') element.pop_back();
    if (element.back() == '.') element.pop_back();
  }
  if (weightOf(element) == "1") element.resize(element.size() - kWeight.size() - 1);
}

/// Without white space, and in lower case but for the values of parameters, which may differ in it.
std::string preference(std::string_view element) {
  std::string text;
  bool quoted = false;
  bool in_value = false;
  for (const char c : element) {
    if (!quoted && (c == ' ' || c == '\t')) continue;
    if (c == '"') quoted = !quoted;
    if (c == ';' && !quoted) in_value = false;
    text += in_value ? c : lower(c);
    if (c == '=' && !quoted) in_value = true;
  }
  shortenWeight(text);
  return text;
}

/// Order means nothing in such lists, but some servers take the first of two languages that weigh
/// the same (RFC 9110, section 12.5.4).
void sortPreferences(std::string_view name, std::vector<std::string>& elements) {
  if (name != kAcceptLanguage) {
    std::sort(elements.begin(), elements.end());
    return;
  }
  const auto weight = [](const std::string& element) {
    const std::string_view written = weightOf(element);
    return written.empty() ? std::string_view("1") : written;
  };
  std::stable_sort(
      elements.begin(), elements.end(),
      [&](const std::string& a, const std::string& b) { return weight(a) > weight(b); });
}

/// Appends what `name` is in `request`, in a form that tells elements and fields apart.
void appendValue(std::string& text, HeadersView request, const std::string& name) {
  const bool is_preference = isPreference(name);
  std::vector<std::string> elements;
  eachListElement(request, name, [&](std::string_view element) {
    elements.push_back(is_preference ? preference(element) : std::string(element));
  });
  if (is_preference) sortPreferences(name, elements);
  // A field that is not there differs from an empty one.
  text.append(name).append(request.find(name) ? ":" : "-");
  for (const std::string& element : elements) text.append(element).append("\n");
  text += '\0';
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
    // Nobody knows what it varies with, where no field can have such a name.
    if (element == "*" || element.find(':') != std::string_view::npos) matches_none = true;
    std::string& name = names.emplace_back(element);
    std::transform(name.begin(), name.end(), name.begin(), lower);
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
