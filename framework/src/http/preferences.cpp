#include "http/preferences.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "http/field_list.h"

namespace forage::http {

namespace {

constexpr std::string_view kAccept = "accept";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kFullWeight = "1000";

void appendLower(std::string& text, std::string_view more) {
  for (const char c : more) text += lower(c);
}

/// In thousandths, as four digits at most: "0.50" is "500" (section 12.4.2). "" for what is none.
std::string thousandths(std::string_view weight) {
  const bool is_one = weight.starts_with('1');
  if (weight.empty() || weight.size() > 5 || (!is_one && weight[0] != '0')) return {};
  if (weight.size() > 1 && weight[1] != '.') return {};
  std::string digits(weight.substr(std::min<std::size_t>(2, weight.size())));
  if (digits.find_first_not_of(is_one ? "0" : "0123456789") != std::string::npos) return {};
  digits.resize(3, '0');
  return weight[0] + digits;
}

/// Takes the part before the next ';' that is not quoted off `rest`; without blanks around.
std::string_view takePart(std::string_view& rest) noexcept {
  std::size_t end = 0;
  for (bool quoted = false; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
    if (quoted && rest[end] == '\\' && end + 1 < rest.size()) {
      ++end;
    } else if (rest[end] == '"') {
      quoted = !quoted;
    }
  }
  std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  part.remove_prefix(std::min(part.find_first_not_of(kBlanks), part.size()));
  return part.substr(0, part.find_last_not_of(kBlanks) + 1);
}

/// "gzip", or, where `slash` parts them, two tokens.
bool isRange(std::string_view text, bool has_slash) noexcept {
  if (!has_slash) return isToken(text);
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && isToken(text.substr(0, slash)) &&
         isToken(text.substr(slash + 1));
}

/// Appends one element to `elements`; false where it is not of the grammar.
bool take(std::string_view element, bool is_accept, std::vector<std::string>& elements) {
  std::string weight;
  std::string& text = elements.emplace_back();
  const std::string_view range = takePart(element);
  if (!isRange(range, is_accept)) return false;
  appendLower(text, range);
  while (!element.empty()) {
    const std::string_view parameter = takePart(element);
    if (parameter.empty() && is_accept) continue;
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value = parameter.substr(equals + 1);
    if (equalsIgnoreCase(name, "q")) {
      if (!weight.empty()) return false;
      weight = thousandths(value);
      if (weight.empty()) return false;
    } else {
      if (!is_accept || !isToken(name) || !(isToken(value) || isQuoted(value))) return false;
      text += ';';
      appendLower(text, name);
      text.append("=").append(value);
    }
  }
  if (!weight.empty() && weight != kFullWeight) text.append(";q=").append(weight);
  return true;
}

}  // namespace

bool isPreference(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{kAccept, "accept-charset",
                                                          "accept-encoding", "accept-language"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::optional<std::vector<std::string>> preferences(HeadersView request, std::string_view name) {
  std::vector<std::string> elements;
  bool well_formed = true;
  eachListElement(request, name, [&](std::string_view element) {
    well_formed = well_formed && take(element, name == kAccept, elements);
  });
  if (!well_formed) return std::nullopt;
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

}  // namespace forage::http
