#include "cache/entry_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cache/timestamps.h"
#include "columns.h"
#include "forage/config.h"
#include "numbers.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr std::size_t kSizeWidth = 10;
constexpr std::size_t kSpanWidth = 8;
constexpr std::size_t kTypeWidth = 24;

std::string remainingText(Millis remaining) {
  if (remaining == kForever) return "never";
  return remaining <= Millis::zero() ? "expired" : spanText(remaining);
}

double secondsOf(Millis span) { return static_cast<double>(span.count()) / 1000; }

void putField(Json& json, const EntryView& view, const char* name, const char* field) {
  if (const auto value = view.entry->headers().find(field)) json[name] = redacted(*value);
}

}  // namespace

std::string shown(std::string_view text) { return redacted(printable(text)); }

std::string listLine(const EntryView& view) {
  std::string line = std::to_string(view.entry->status());
  line += rightAligned(bytesText(view.entry->body().size()), kSizeWidth + 2);
  line += rightAligned(spanText(view.age), kSpanWidth + 2);
  line += rightAligned(remainingText(view.remaining), kSpanWidth + 2);
  line += "  " + leftAligned(view.type.empty() ? "-" : printable(view.type), kTypeWidth);
  line += "  " + shown(view.name);
  // The newest variant has the key without a suffix.
  if (!view.variant.empty() && view.name == view.url) {
    line += " (variant " + printable(view.variant) + ")";
  }
  return line + '\n';
}

Json listJson(const EntryView& view) {
  const bool forever = view.remaining == kForever;
  Json json;
  json["key"] = redacted(view.key);
  json["url"] = redacted(view.url);
  if (!view.variant.empty()) json["variant"] = view.variant;
  json["status"] = view.entry->status();
  json["reason"] = view.entry->reason();
  json["content_type"] = view.type;
  json["bytes"] = view.entry->body().size();
  json["received"] = timestamp(view.entry->received());
  json["age_seconds"] = secondsOf(view.age);
  json["expires"] = forever ? Json(nullptr) : Json(timestamp(view.expires));
  json["remaining_seconds"] = forever ? Json(nullptr) : Json(secondsOf(view.remaining));
  putField(json, view, "etag", "ETag");
  putField(json, view, "last_modified", "Last-Modified");
  putField(json, view, "content_encoding", "Content-Encoding");
  return json;
}

std::string aboutText(const EntryView& view) {
  const Entry& entry = *view.entry;
  std::string text =
      "HTTP/1.1 " + std::to_string(entry.status()) + ' ' + shown(entry.reason()) + '\n';
  for (const HeaderField& field : entry.headers()) {
    const std::string value = redactedField(field.name, printable(field.value));
    text += printable(field.name) + ": " + value + '\n';
  }
  const bool forever = view.remaining == kForever;
  std::vector<std::pair<std::string, std::string>> rows{
      {"key", shown(view.key)},
      {"received", timestamp(entry.received())},
      {"age", spanText(view.age)},
      {"expires", forever ? "never" : timestamp(view.expires)},
      {"remaining", forever ? "without end" : remainingText(view.remaining)},
      {"size", bytesText(entry.body().size()) + " (" + grouped(entry.body().size()) + " bytes)"}};
  if (!view.variant.empty()) rows.insert(rows.begin() + 1, {"variant", printable(view.variant)});
  text += '\n';
  for (const auto& [name, value] : rows) text += leftAligned(name, 11) + value + '\n';
  return text;
}

Json aboutJson(const EntryView& view) {
  Json json = listJson(view);
  json["requested"] = timestamp(view.entry->requested());
  Json& headers = json["headers"] = Json::array();
  for (const HeaderField& field : view.entry->headers()) {
    headers.push_back({field.name, redactedField(field.name, field.value)});
  }
  return json;
}

}  // namespace forage::app
