#include "warc/entry_fields.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace forage::warc {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kNever = "never";

int hexDigit(char c) noexcept {
  const std::size_t at = kHex.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool isVariant(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  });
}

bool readTime(std::string_view text, WallTime& time) noexcept {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, count);
  time = WallTime(Millis(count));
  return error == std::errc{} && read == end;
}

/// One "name=value"; names that are not known are of a later version.
bool takePart(std::string_view name, std::string_view value, EntryFields& fields) {
  if (name == "requested") return readTime(value, fields.requested);
  if (name == "received") return readTime(value, fields.received);
  if (name == "expires") return value == kNever || readTime(value, fields.expires);
  if (name != "variant") return true;
  fields.variant = value;
  return isVariant(value);
}

}  // namespace

std::string encodeKey(std::string_view key) {
  std::string text;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f && c != '%') {
      text += c;
    } else {
      text.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return text;
}

std::optional<Key> decodeKey(std::string_view text) {
  Key key;
  while (!text.empty()) {
    if (text.front() != '%') {
      key += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    const int high = hexDigit(text[1]);
    const int low = hexDigit(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    key += static_cast<char>(high * 16 + low);
    text.remove_prefix(3);
  }
  return key;
}

std::string encodeEntryFields(const Entry& entry) {
  const auto number = [](WallTime time) { return std::to_string(time.time_since_epoch().count()); };
  std::string text = "requested=" + number(entry.requested());
  text += ", received=" + number(entry.received());
  text += ", expires=";
  text += entry.expires() == WallTime::max() ? kNever : number(entry.expires());
  if (!entry.variant().empty()) text.append(", variant=").append(entry.variant());
  return text;
}

std::optional<EntryFields> decodeEntryFields(std::string_view text) {
  EntryFields fields;
  while (true) {
    const std::size_t comma = std::min(text.find(", "), text.size());
    const std::string_view part = text.substr(0, comma);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (!takePart(part.substr(0, equals), part.substr(equals + 1), fields)) return std::nullopt;
    if (comma == text.size()) return fields;
    text.remove_prefix(comma + 2);
  }
}

std::string_view urlIn(std::string_view key) noexcept {
  const std::size_t begin = std::min(key.find("http://"), key.find("https://"));
  if (begin == std::string_view::npos) return {};
  return key.substr(begin, key.find('#', begin) - begin);
}

}  // namespace forage::warc
