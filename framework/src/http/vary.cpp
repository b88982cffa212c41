#include "http/vary.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <vector>

#include "http/field_list.h"
#include "http/preferences.h"

namespace forage::http {

namespace {

constexpr std::size_t kDigits = 32;

/// Appends what `name` is in `request`, in a form that tells elements and fields apart.
void appendValue(std::string& text, HeadersView request, const std::string& name) {
  // A field that is not there differs from an empty one.
  text.append(name).append(request.find(name) ? ":" : "-");
  if (!isPreference(name)) {
    eachListElement(request, name,
                    [&](std::string_view element) { text.append(element).append("\n"); });
  } else if (const auto elements = preferences(request, name)) {
    for (const std::string& element : *elements) text.append(element).append("\n");
  } else {
    text.append("\n").append(request.joined(name));  // as it is
  }
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
