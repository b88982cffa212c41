#include "forage/settings.h"

#include <utility>

#include "forage/error.h"
#include "forage/units.h"

namespace forage {

namespace {

constexpr std::size_t kMaxShown = 120;

/// ", not VALUE", for errors.
std::string found(const Settings::Value& value) {
  if (value.of_variable) return {};
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return ", not \"" + text->substr(0, kMaxShown) + "\"";
  }
  const auto* number = std::get_if<std::int64_t>(&value.data);
  return number == nullptr ? std::string() : ", not " + std::to_string(*number);
}

}  // namespace

Settings::Settings(std::string section, Values values)
    : section_(std::move(section)), values_(std::move(values)) {}

const Settings::Value* Settings::find(std::string_view key) const noexcept {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

bool Settings::has(std::string_view key) const noexcept { return find(key) != nullptr; }

void Settings::fail(std::string_view key, std::string_view what) const {
  std::string text;
  const Value* value = find(key);
  const bool has_place = value != nullptr && !value->place.empty();
  if (has_place) text = value->place + ": ";
  if (!section_.empty()) text += section_ + ".";
  // Without a table the place says it all: an option of a command line.
  if (!section_.empty() || !has_place) text.append(key).append(": ");
  throw ConfigError(text.append(what));
}

std::string Settings::text(std::string_view key, std::string_view fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return std::string(fallback);
  if (const auto* text = std::get_if<std::string>(&value->data)) return *text;
  fail(key, "wants text in quotes");
}

bool Settings::flag(std::string_view key, bool fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  if (const auto* flag = std::get_if<bool>(&value->data)) return *flag;
  fail(key, "wants true or false");
}

std::int64_t Settings::integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                               std::int64_t max) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  const auto* number = std::get_if<std::int64_t>(&value->data);
  if (number == nullptr || *number < min || *number > max) {
    fail(key, "wants a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *number;
}

Millis Settings::duration(std::string_view key, Millis fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  std::optional<Millis> span;
  if (const auto* text = std::get_if<std::string>(&value->data)) span = parseDuration(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value->data)) {
    span = parseDuration(std::to_string(*number));
  }
  if (const auto* number = std::get_if<double>(&value->data)) {
    span = parseDuration(std::to_string(*number));
  }
  if (!span) {
    fail(key, "wants a duration such as \"500ms\", \"30s\", \"1h30m\", or seconds" + found(*value));
  }
  return *span;
}

std::size_t Settings::size(std::string_view key, std::size_t fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  std::optional<std::size_t> bytes;
  if (const auto* text = std::get_if<std::string>(&value->data)) bytes = parseSize(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value->data)) {
    bytes = parseSize(std::to_string(*number));
  }
  if (!bytes) fail(key, "wants a size such as \"64KiB\", \"256MiB\", or bytes" + found(*value));
  return *bytes;
}

std::vector<std::string> Settings::list(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return {};
  if (const auto* items = std::get_if<std::vector<std::string>>(&value->data)) return *items;
  fail(key, "wants a list of texts");
}

std::filesystem::path Settings::path(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return {};
  const std::string name = text(key, "");
  if (name.empty()) fail(key, "wants a path");
  return (std::filesystem::path(value->folder) / name).lexically_normal();
}

}  // namespace forage
