#include "forage/message.h"

#include <algorithm>

namespace forage {

namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool equalsIgnoreCase(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

void HeadersView::Iterator::read() noexcept {
  at_end_ = true;
  field_ = {};
  const std::size_t colon = rest_.find(':');
  if (colon == std::string_view::npos) return;
  std::size_t end = rest_.find('\n', colon);
  if (end == std::string_view::npos) end = rest_.size();
  std::size_t value_end = end;
  if (value_end > colon + 1 && rest_[value_end - 1] == '\r') --value_end;
  field_.name = rest_.substr(0, colon);
  field_.value = trimmed(rest_.substr(colon + 1, value_end - colon - 1));
  if (field_.name.find('\n') != std::string_view::npos) return;  // a line without a colon
  rest_.remove_prefix(end == rest_.size() ? end : end + 1);
  at_end_ = false;
}

std::optional<std::string_view> HeadersView::find(std::string_view name) const noexcept {
  // Only the field that is wanted is taken apart.
  std::string_view rest = block_;
  while (rest.size() > name.size()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    if (rest[name.size()] == ':' && equalsIgnoreCase(rest.substr(0, name.size()), name)) {
      return Iterator(rest)->value;
    }
    if (rest.substr(0, end).find(':') == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::string HeadersView::joined(std::string_view name) const {
  std::string values;
  bool first = true;
  for (const HeaderField& field : *this) {
    if (!equalsIgnoreCase(field.name, name)) continue;
    if (!first) values += ", ";
    values += field.value;
    first = false;
  }
  return values;
}

std::size_t HeadersView::count(std::string_view name) const noexcept {
  std::size_t n = 0;
  for (const HeaderField& field : *this) n += equalsIgnoreCase(field.name, name) ? 1 : 0;
  return n;
}

void Headers::add(std::string_view name, std::string_view value) {
  block_.append(name).append(": ").append(value).append("\r\n");
}

void Headers::remove(std::string_view name) {
  if (!find(name)) return;
  std::string kept;
  for (const HeaderField& field : view()) {
    if (equalsIgnoreCase(field.name, name)) continue;
    kept.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  block_ = std::move(kept);
}

}  // namespace forage
