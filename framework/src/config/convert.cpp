// What values must be like to fit their key, and what is said of those that do not.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.h"
#include "forage/units.h"

namespace forage::config {

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

Converted refuse(std::string wanted, const Node& node) {
  return {{}, "wants " + std::move(wanted) + ", not " + std::string(kindOf(node))};
}

bool hasControl(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
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
  if (number == nullptr) return refuse(wanted, node);
  if (*number < spec.min || *number > spec.max) {
    return {{}, "wants " + wanted + ", not " + std::to_string(*number)};
  }
  return {*number, {}};
}

Converted convertDuration(const KeySpec& spec, const Node& node) {
  constexpr std::string_view kWanted =
      "a duration such as \"500ms\", \"30s\", \"1h30m\", or seconds";
  std::optional<Millis> span;
  if (const std::string* text = node.text()) {
    span = parseDuration(*text);
  } else if (const auto* seconds = std::get_if<std::int64_t>(&node.data)) {
    span = parseDuration(std::to_string(*seconds));
  } else if (const auto* real = std::get_if<double>(&node.data)) {
    span = parseDuration(std::to_string(*real));
  } else {
    return refuse(std::string(kWanted), node);
  }
  if (!span) return {{}, "wants " + std::string(kWanted)};
  if (span->count() < spec.min || span->count() > spec.max) {
    std::string range = "wants a duration of at least " + formatDuration(Millis(spec.min));
    if (spec.max != kUnlimited) range += " and at most " + formatDuration(Millis(spec.max));
    return {{}, std::move(range)};
  }
  return {span->count(), {}};
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
  if (!bytes) return {{}, "wants " + std::string(kWanted)};
  const auto min = static_cast<std::size_t>(spec.min);
  const auto max = static_cast<std::size_t>(spec.max);
  if (*bytes < min || *bytes > max) {
    return {{}, "wants a size of at least " + formatSize(min) + " and at most " + formatSize(max)};
  }
  return {static_cast<std::int64_t>(*bytes), {}};
}

Converted convertTexts(const KeySpec& spec, const Node& node) {
  std::vector<std::string> texts;
  if (spec.type == Type::kPaths && node.text() != nullptr) {
    texts.push_back(*node.text());
  } else if (const Node::List* items = node.list()) {
    for (const Node& item : *items) {
      if (item.text() == nullptr) return {{}, "wants a list of texts"};
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

}  // namespace

Converted convert(const KeySpec& spec, const Node& node) {
  switch (spec.type) {
    case Type::kText:
      return convertText(spec, node);
    case Type::kName:
      return convertName(node);
    case Type::kInteger:
      return convertInteger(spec, node);
    case Type::kDuration:
      return convertDuration(spec, node);
    case Type::kSize:
      return convertSize(spec, node);
    case Type::kTexts:
    case Type::kPaths:
      return convertTexts(spec, node);
    case Type::kCodes:
      return convertCodes(node);
  }
  return {};
}

}  // namespace forage::config
