// What values must be like to fit their key, and what is said of those that do not.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/findings.h"
#include "config/schema.h"
#include "forage/units.h"

namespace forage::config {

namespace {

Converted refuse(std::string wanted, const Node& node) {
  return {{}, "wants " + std::move(wanted) + ", not " + std::string(kindOf(node))};
}

/// Names the value beside what is wanted.
Converted refuseValue(std::string problem, const Node& node) {
  Converted refused;
  refused.problem = std::move(problem);
  refused.found = ", not " + printable(toToml(node));
  return refused;
}

bool isNumber(const Node& node) noexcept {
  const std::string* text = node.text();
  return text != nullptr && !text->empty() &&
         text->find_first_not_of("0123456789") == std::string::npos;
}

bool hasControl(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// A byte of a token (RFC 9110, section 5.6.2), which names of fields are made of.
bool isTokenByte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

Converted convertText(const KeySpec& spec, const Node& node) {
  const std::string* text = node.text();
  if (text == nullptr) return refuse("text in quotes", node);
  const auto size = static_cast<std::int64_t>(text->size());
  if (size < spec.min) return {{}, "wants text that is not empty"};
  if (size > spec.max) return {{}, "wants at most " + std::to_string(spec.max) + " bytes"};
  if (hasControl(*text)) return {{}, "wants text without control characters"};
  return {*text, {}};
}

Converted convertChoice(const KeySpec& spec, const Node& node) {
  std::string wanted;
  for (const std::string_view choice : spec.choices) {
    wanted += (wanted.empty() ? "" : " or ") + quoted(choice);
  }
  const std::string* text = node.text();
  if (text == nullptr) return refuse(std::move(wanted), node);
  if (std::find(spec.choices.begin(), spec.choices.end(), *text) != spec.choices.end()) {
    return {*text, {}};
  }
  return {{}, "wants " + wanted + suggestion(*text, {spec.choices.begin(), spec.choices.end()})};
}

Converted convertName(const Node& node) {
  const std::string* text = node.text();
  if (text == nullptr) return refuse("the name of a plugin in quotes", node);
  if (!isPluginName(*text)) {
    return {{}, "wants the name of a plugin: letters, digits, '-' and '_', at most 64"};
  }
  return {*text, {}};
}

Converted convertInteger(const KeySpec& spec, const Node& node) {
  const std::string wanted =
      "a whole number from " + std::to_string(spec.min) + " to " + std::to_string(spec.max);
  const auto* number = std::get_if<std::int64_t>(&node.data);
  if (number == nullptr) {
    Converted refused = refuse(wanted, node);
    if (isNumber(node)) refused.problem += "; it stands without quotes";
    return refused;
  }
  if (*number < spec.min || *number > spec.max) {
    return {{}, "wants " + wanted + ", not " + std::to_string(*number)};
  }
  return {*number, {}};
}

Converted convertDuration(const KeySpec& spec, const Node& node, std::string_view before = {}) {
  const std::string wanted =
      std::string(before) + "a duration such as \"500ms\", \"30s\", \"1h30m\", or seconds";
  std::optional<Millis> span;
  if (const std::string* text = node.text()) {
    span = parseDuration(*text);
  } else if (const auto* seconds = std::get_if<std::int64_t>(&node.data)) {
    span = parseDuration(std::to_string(*seconds));
  } else if (const auto* real = std::get_if<double>(&node.data)) {
    span = parseDuration(std::to_string(*real));
  } else {
    return refuse(wanted, node);
  }
  if (!span) return refuseValue("wants " + wanted, node);
  if (span->count() < spec.min || span->count() > spec.max) {
    std::string range = "wants a duration of at least " + formatDuration(Millis(spec.min));
    if (spec.max != kUnlimited) range += " and at most " + formatDuration(Millis(spec.max));
    return refuseValue(std::move(range), node);
  }
  return {span->count(), {}};
}

Converted convertFlagOrDuration(const KeySpec& spec, const Node& node) {
  if (const auto* flag = std::get_if<bool>(&node.data)) {
    return {*flag ? kForever.count() : 0, {}};
  }
  return convertDuration(spec, node, "true, false, or ");
}

Converted convertFlag(const Node& node) {
  if (const auto* flag = std::get_if<bool>(&node.data)) return {std::int64_t{*flag}, {}};
  return refuse("true or false", node);
}

Converted convertRate(const Node& node) {
  constexpr std::string_view kWanted = "a rate such as \"5/15s\" or \"10/min\"";
  const std::string* text = node.text();
  if (text == nullptr) return refuse(std::string(kWanted), node);
  if (!parseRate(*text)) {
    return {{},
            "wants " + std::string(kWanted) + ", of at most " + std::to_string(kMaxRateRequests) +
                " requests"};
  }
  return {*text, {}};
}

Converted convertSize(const KeySpec& spec, const Node& node) {
  constexpr std::string_view kWanted = "a size such as \"64KiB\", \"256MiB\", or bytes";
  std::optional<std::size_t> bytes;
  if (const std::string* text = node.text()) {
    bytes = parseSize(*text);
  } else if (const auto* number = std::get_if<std::int64_t>(&node.data)) {
    bytes = parseSize(std::to_string(*number));
  } else {
    return refuse(std::string(kWanted), node);
  }
  if (!bytes) return refuseValue("wants " + std::string(kWanted), node);
  const auto min = static_cast<std::size_t>(spec.min);
  const auto max = static_cast<std::size_t>(spec.max);
  if (*bytes < min || *bytes > max) {
    return refuseValue(
        "wants a size of at least " + formatSize(min) + " and at most " + formatSize(max), node);
  }
  return {static_cast<std::int64_t>(*bytes), {}};
}

/// What is wrong with an item of a bounded list; "" when nothing is.
std::string itemProblem(const KeySpec& spec, const std::string& text) {
  if (text.empty()) return "wants texts that are not empty";
  if (static_cast<std::int64_t>(text.size()) > spec.max) {
    return "wants texts of at most " + std::to_string(spec.max) + " bytes";
  }
  if (spec.type == Type::kFields && !std::all_of(text.begin(), text.end(), isTokenByte)) {
    return "wants names of header fields, such as \"Accept-Language\"";
  }
  return hasControl(text) ? "wants texts without control characters" : "";
}

Converted convertTexts(const KeySpec& spec, const Node& node) {
  std::vector<std::string> texts;
  const bool bounded = spec.max > 0;
  if (spec.type == Type::kPaths && node.text() != nullptr) {
    texts.push_back(*node.text());
  } else if (const Node::List* items = node.list()) {
    if (bounded && items->size() > kMaxTexts) {
      return {{}, "wants at most " + std::to_string(kMaxTexts) + " texts"};
    }
    for (const Node& item : *items) {
      if (item.text() == nullptr) return {{}, "wants a list of texts"};
      std::string problem = bounded ? itemProblem(spec, *item.text()) : "";
      if (!problem.empty()) return {{}, std::move(problem), item.place};
      texts.push_back(*item.text());
    }
  } else {
    return refuse("a list of texts", node);
  }
  const auto isEmpty = [](const std::string& text) { return text.empty(); };
  if (spec.type == Type::kPaths && std::any_of(texts.begin(), texts.end(), isEmpty)) {
    return {{}, "wants folders, not empty text"};
  }
  return {std::move(texts), {}};
}

Converted convertCodes(const Node& node) {
  constexpr std::string_view kWanted = "a list of HTTP statuses from 200 to 599";
  const Node::List* items = node.list();
  if (items == nullptr) return refuse(std::string(kWanted), node);
  std::vector<int> codes;
  for (const Node& item : *items) {
    const auto* code = std::get_if<std::int64_t>(&item.data);
    if (code == nullptr || *code < 200 || *code > 599) return {{}, "wants " + std::string(kWanted)};
    codes.push_back(static_cast<int>(*code));
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return {std::move(codes), {}};
}

/// Takes "http://", "https://" or "*://" off a pattern; false for any other scheme.
bool dropScheme(std::string& pattern) {
  const std::size_t end = pattern.find("://");
  if (end == std::string::npos || end == 0) return true;
  std::string scheme = pattern.substr(0, end);
  for (char& c : scheme) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (scheme == "http" || scheme == "https" || scheme == "*") {
    pattern.erase(0, end + 3);
    return true;
  }
  return !std::all_of(scheme.begin(), scheme.end(), isLetter);  // then it is in a path or a query
}

Converted convertUrlPattern(const KeySpec& spec, const Node& node) {
  Converted converted = convertText(spec, node);
  auto* pattern = std::get_if<std::string>(&converted.value);
  if (pattern == nullptr) return converted;
  if (!dropScheme(*pattern)) return {{}, "wants http://, https:// or no scheme"};
  if (pattern->empty()) return {{}, "wants a pattern such as \"*.example.com/news/*\""};
  return converted;
}

}  // namespace

Converted convert(const KeySpec& spec, const Node& node) {
  switch (spec.type) {
    case Type::kText:
      return convertText(spec, node);
    case Type::kChoice:
      return convertChoice(spec, node);
    case Type::kName:
      return convertName(node);
    case Type::kInteger:
      return convertInteger(spec, node);
    case Type::kDuration:
      return convertDuration(spec, node);
    case Type::kFlagOrDuration:
      return convertFlagOrDuration(spec, node);
    case Type::kSize:
      return convertSize(spec, node);
    case Type::kTexts:
    case Type::kFields:
    case Type::kPaths:
      return convertTexts(spec, node);
    case Type::kCodes:
      return convertCodes(node);
    case Type::kFlag:
      return convertFlag(node);
    case Type::kRate:
      return convertRate(node);
    case Type::kUrlPattern:
      return convertUrlPattern(spec, node);
  }
  return {};
}

}  // namespace forage::config
