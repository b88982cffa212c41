#include "cache/entry_view.h"

#include <algorithm>

namespace forage::app {

namespace {

constexpr std::size_t kMaxType = 127;  // RFC 6838, section 4.2, for each half

std::string typeOf(const Entry& entry) {
  std::string type(entry.headers().find("Content-Type").value_or(std::string_view()));
  type.resize(std::min({type.size(), type.find(';'), 2 * kMaxType + 1}));
  type.erase(type.find_last_not_of(" \t") + 1);
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

}  // namespace

EntryView viewOf(const Scanned& shown, std::string_view key_prefix, WallTime now) {
  const Entry& entry = *shown.entry;
  EntryView view{};
  view.key = shown.key;
  view.name = shown.key;
  if (view.name.starts_with(key_prefix)) view.name.remove_prefix(key_prefix.size());
  const std::size_t mark = view.name.find('#');
  view.url = view.name.substr(0, mark);
  view.variant = entry.variant();
  if (view.variant.empty() && mark != std::string_view::npos) {
    view.variant = view.name.substr(mark + 1);
  }
  view.entry = &entry;
  view.type = typeOf(entry);
  view.age = std::max(saturatingSpan(entry.received(), now), Millis::zero());
  view.expires = entry.expires();
  if (shown.remaining != kForever) {
    view.expires = std::min(view.expires, saturatingAdd(now, shown.remaining));
  }
  view.remaining = lifetimeUntil(view.expires, now);
  return view;
}

}  // namespace forage::app
